"""Prices as people read them: what a model costs, who says so, and which profiles ask it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quorate.kernel.canonical import Json
from quorate.llm.call import ModelId
from quorate.llm.pricing import Rates
from quorate.llm.tier import Tier


class PriceSource(StrEnum):
    """Who states a price; the first one named here that states one wins."""

    COMMAND = "command"
    CONFIGURATION = "configuration"
    TABLE = "genai-prices"
    NOBODY = "unpriced"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """One model: `rates` is None where nobody knows what it costs; then its calls are counted, never called free.

    `changes` counts how often somebody stated a price at run time; `used_by` are the profiles that may ask the model.
    """

    model: ModelId
    tier: Tier | None
    source: PriceSource
    rates: Rates | None
    changes: int
    used_by: tuple[str, ...]

    @property
    def prompt(self) -> Decimal | None:
        """Return USD per million tokens of a prompt, of the shortest length where it depends on that."""
        return None if self.rates is None else self.rates.prompt[0][1]

    @property
    def completion(self) -> Decimal | None:
        """Return USD per million tokens of an answer."""
        return None if self.rates is None else self.rates.completion[0][1]

    @property
    def is_tiered(self) -> bool:
        """Return whether longer prompts cost more by the token."""
        return (
            self.rates is not None and max(map(len, (self.rates.prompt, self.rates.completion))) > 1
        )

    @property
    def version(self) -> str:
        """Return which edition of the prices holds, empty where none is known."""
        return "" if self.rates is None else self.rates.version

    def as_json(self) -> dict[str, Json]:
        """Return the line as programs read it: USD as decimal text, unknown as null."""
        return {
            "model": str(self.model),
            "tier": None if self.tier is None else self.tier.value,
            "promptUsdPerMillion": _text(self.prompt),
            "completionUsdPerMillion": _text(self.completion),
            "tiered": self.is_tiered,
            "source": self.source.value,
            "priceVersion": self.version or None,
            "changes": self.changes,
            "usedBy": list(self.used_by),
        }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount.normalize(), "f")
