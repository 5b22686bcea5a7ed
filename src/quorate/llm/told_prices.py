"""Prices that somebody states while programs run: each a fact of the journal, in force from the next reservation on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.journal import Event
from quorate.llm.call import ModelId
from quorate.llm.catalogue import StatedPrice, model_id
from quorate.llm.pricing import Rates, flat

PRICE_SET: Final = "price.set"

MOST_USD: Final = Decimal(10_000)
"""No model costs more per million tokens; the dearest of the price table costs 600. Ours."""

FINEST: Final = Decimal("0.000000001")
"""A price has no more places: a billionth of a dollar for a million tokens is nothing."""

LONGEST_NAME: Final = 200


class PricesMovedError(ConflictError):
    """Somebody stated a price since the worst case was computed: compute it again. Nothing was set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPrice:
    """What was stated last of a model: `price` is None once it was given back. `version` counts its changes."""

    model: ModelId
    price: StatedPrice | None
    version: int
    set_at: str = ""


@dataclass(slots=True)
class ToldPrices:
    """The stated prices as this process knows them; `edition` counts every change of any of them."""

    edition: int = 0
    rates: Mapping[ModelId, Rates] = field(default_factory=dict)

    def learn(self, told: Mapping[ModelId, ToldPrice]) -> None:
        """Take over what the journal says."""
        self.edition = sum(each.version for each in told.values())
        self.rates = {
            model: rates_of(each.price, each.version)
            for model, each in told.items()
            if each.price is not None
        }


def rates_of(price: StatedPrice, version: int) -> Rates:
    """Return the rates of a price that was stated at run time; calls keep the version that they were charged with."""
    return Rates(
        prompt=flat(price.prompt), completion=flat(price.completion), version=f"stated v{version}"
    )


def checked_model(name: str) -> ModelId:
    """Return the model that somebody states a price of.

    Raises:
        RejectedError: it is no name of a model.
    """
    if len(name) > LONGEST_NAME or not name.isprintable() or " " in name:
        raise RejectedError(
            "a model is named provider/model, in one word",
            effect="no price was changed",
            fix="quorate prices set openrouter/openai/gpt-5-mini 0.25 2.00",
        )
    return model_id(name)


def checked_price(prompt: Decimal, completion: Decimal) -> StatedPrice:
    """Return a price that a model can have, in USD per million tokens.

    Raises:
        RejectedError: no model has it.
    """
    for name, amount in (("prompt", prompt), ("completion", completion)):
        if not amount.is_finite() or not 0 <= amount <= MOST_USD or amount % FINEST:
            raise RejectedError(
                f"the {name} price {amount} is no number of USD per million tokens from 0 to {MOST_USD}",
                effect="no price was changed",
                fix="quorate prices set PROVIDER/MODEL 0.25 2.00",
            )
    return StatedPrice(prompt=prompt, completion=completion)


def price_event(told: ToldPrice) -> Event:
    """Return the fact that a price was stated, or given back to the configuration and the price table."""
    price = told.price
    payload: dict[str, JsonValue] = {
        "model": str(told.model),
        "promptUsdPerMillion": None if price is None else _text(price.prompt),
        "completionUsdPerMillion": None if price is None else _text(price.completion),
        "version": told.version,
    }
    return Event(stream=f"price:{told.model}", type=PRICE_SET, payload=payload)


def _text(amount: Decimal) -> str:
    return format(amount.normalize(), "f")
