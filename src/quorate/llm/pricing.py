"""What a call costs: at most before it, by the provider's word or the price table after it, or unknown.

Order after a call: the provider's own figure -> the price table over its usage -> NULL. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd
from quorate.llm.call import ModelId, Usage

MOST_TOKENS: Final = 10_000_000
"""A usage past it is not believed: five times the longest context window on the market. Ours."""

MOST_COST: Final = Usd(Decimal(100))
"""A reported cost past it is not believed: the dearest model, its context full, costs about 90 USD. Ours."""

_PER_MILLION: Final = Decimal(1_000_000)
_ZERO: Final = Decimal(0)

Steps: TypeAlias = "tuple[tuple[int, Decimal], ...]"
"""USD per million tokens from so many prompt tokens on (exclusive), ascending; the first step starts at -1.

The step that a prompt reaches holds for all its tokens. Source: genai-prices, `TieredPrices`.
"""


def flat(price: Decimal) -> Steps:
    """Return the steps of a price that is the same for every length."""
    return ((-1, price),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What one model costs, in USD per million tokens; `per_request` is USD per call.

    `cached` is None where tokens read from the provider's cache cost as much as others; `written` is what
    tokens cost that are put there. No usage counts those, so they are in the worst case alone.
    """

    prompt: Steps
    completion: Steps
    cached: Steps | None = None
    written: Steps | None = None
    per_request: Decimal = _ZERO
    version: str

    def __post_init__(self) -> None:
        """Refuse a price that is none."""
        prices = [price for steps in self._all for _, price in steps]
        if not all(price.is_finite() and price >= 0 for price in (*prices, self.per_request)):
            raise RejectedError("a price is a finite number, not below 0")

    def cost(self, usage: Usage) -> Usd | None:
        """Return what `usage` costs, None where it lacks a count."""
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        length = usage.prompt_tokens
        total = (
            (length - cached) * _at(self.prompt, length)
            + cached * _at(self.cached or self.prompt, length)
            + usage.completion_tokens * _at(self.completion, length)
        )
        return Usd((total / _PER_MILLION + self.per_request).normalize())

    def worst(self, prompt_tokens: int, max_tokens: int) -> Usd:
        """Return the most that a call may cost whose prompt has at most `prompt_tokens`."""
        kinds = (self.prompt, self.cached or (), self.written or ())
        prompt = max(_dearest(steps, prompt_tokens) for steps in kinds)
        completion = _dearest(self.completion, prompt_tokens)
        total = prompt_tokens * prompt + max_tokens * completion
        return Usd((total / _PER_MILLION + self.per_request).normalize())

    @property
    def _all(self) -> tuple[Steps, ...]:
        return (self.prompt, self.completion, self.cached or (), self.written or ())


class PriceBook(Protocol):
    """Knows what models cost, without asking anybody."""

    def worst_cost(self, model: ModelId, prompt_tokens: int, max_tokens: int) -> Usd | None:
        """Return the most that a call of `model` may cost at any time of day, None where no price is known."""
        ...

    def cost(self, model: ModelId, usage: Usage, at: datetime) -> Usd | None:
        """Return what `usage` cost at the time `at`, None where no price or not enough usage is known."""
        ...

    def version(self, model: ModelId) -> str:
        """Return which edition of the prices holds for `model`, empty where none is known."""
        ...


def worst_of(rates: Iterable[Rates], prompt_tokens: int, max_tokens: int) -> Usd:
    """Return the most that a call may cost under whichever of `rates` (at least one) turns out to hold."""
    return max(each.worst(prompt_tokens, max_tokens) for each in rates)


def is_believable(usage: Usage) -> bool:
    """Return whether the counts can be true: none negative, none absurd, no more cached than sent."""
    counts = (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
    if not all(count is None or 0 <= count <= MOST_TOKENS for count in counts):
        return False
    return usage.prompt_tokens is None or (usage.cached_tokens or 0) <= usage.prompt_tokens


def is_believable_cost(cost: Usd) -> bool:
    """Return whether a reported cost can be true."""
    return 0 <= cost.amount <= MOST_COST.amount


def _at(steps: Steps, length: int) -> Decimal:
    """Return the price that a prompt of `length` tokens reaches."""
    price = _ZERO
    for start, each in steps:
        if length > start:
            price = each
    return price


def _dearest(steps: Steps, longest: int) -> Decimal:
    """Return the dearest price that a prompt of up to `longest` tokens can reach."""
    return max((price for start, price in steps if longest > start), default=_ZERO)
