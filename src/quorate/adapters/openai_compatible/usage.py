"""What a provider says that a call used and cost, taken as it stands: nobody has checked it yet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from quorate.kernel.money import Usd
from quorate.llm.call import NO_USAGE, Usage

_NOTHING: Final[Mapping[str, object]] = {}

TOKEN_DIGITS: Final = 18
COST_DIGITS: Final = 15
"""A number with more digits is taken for none: written out, it may fill the memory (1e999999999)."""

MOST: Final = 10**TOKEN_DIGITS


def number(text: str) -> Decimal | None:
    """Return the JSON number `text` exactly; None where no decimal is that large or small (1e99999999999999999999)."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def usage_told(told: object) -> Usage:
    """Return the tokens in the `usage` object of an answer; what is missing or no number is None.

    `told` is decoded JSON whose numbers with a point or an exponent went through `number`.
    """
    usage = _mapping(told)
    if not usage:
        return NO_USAGE
    return Usage(
        prompt_tokens=_tokens(usage.get("prompt_tokens")),
        completion_tokens=_tokens(usage.get("completion_tokens")),
        cached_tokens=_tokens(_mapping(usage.get("prompt_tokens_details")).get("cached_tokens")),
    )


def cost_told(told: object) -> Usd | None:
    """Return the cost in the `usage` object of an answer, None where it names none.

    OpenRouter counts a dollar as a credit. With a key of the user's own at the model's host (`is_byok`), `cost` is
    OpenRouter's fee alone and the host's bill comes on top. Source: OpenRouter, "Usage Accounting".
    """
    usage = _mapping(told)
    cost = _amount(usage.get("cost"))
    if cost is None:
        return None
    if usage.get("is_byok") is True:
        upstream = _amount(_mapping(usage.get("cost_details")).get("upstream_inference_cost"))
        cost += upstream or Decimal(0)
    return Usd(cost)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else _NOTHING


def _tokens(value: object) -> int | None:
    if type(value) is int:  # no bool
        return value if abs(value) < MOST else None
    if not isinstance(value, Decimal) or not value.is_finite() or value.adjusted() >= TOKEN_DIGITS:
        return None
    return int(value) if value == value.to_integral_value() else None


def _amount(value: object) -> Decimal | None:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    amount = Decimal(value)
    return amount if amount.is_finite() and abs(amount.adjusted()) < COST_DIGITS else None
