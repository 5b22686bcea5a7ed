"""The prices of genai-prices, offline, and those that a user states beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from quorate.kernel.money import Usd
from quorate.llm.call import ModelId, Usage
from quorate.llm.pricing import Rates, Steps, flat, worst_of
from quorate.llm.told_prices import ToldPrices

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice

OPENROUTER: Final = "openrouter"
FREE_SUFFIX: Final = ":free"
"""OpenRouter's variants that never cost anything, whether the table knows the model or not."""

MOST_NAMES: Final = 4096
"""How many names are remembered: served models are named by others, so their number needs a bound."""

_CACHE_WRITES: Final = ("cache_write_mtok", "cache_write_1h_mtok")

_SPLIT_OUTPUT: Final = frozenset({"output_reasoning_mtok", "output_citation_mtok"})
"""Where thinking or citing has a price of its own, a usage does not say enough to price it."""

_NO_PRICE: Final = Decimal(0)


@dataclass(slots=True)
class PriceTable:
    """The packaged prices of 900 OpenRouter models and the other providers', after those of `told` and `stated`.

    `stated` are the configuration's, `told` those that somebody states while the program runs: they may change.
    A provider that genai-prices does not know (a server of the user's own) has no price unless one is stated.
    """

    stated: Mapping[ModelId, Rates] = field(default_factory=dict)
    told: ToldPrices = field(default_factory=ToldPrices)
    _found: dict[ModelId, ModelInfo | None] = field(default_factory=dict, init=False)
    _read: dict[ModelId, tuple[Rates, ...]] = field(default_factory=dict, init=False)

    def worst_cost(self, model: ModelId, prompt_tokens: int, max_tokens: int) -> Usd | None:
        """Return the most that a call of `model` may cost; see the port.

        Of prices that change by date or time of day the dearest counts: a call may cross the change.
        """
        rates = self._all_rates(model)
        return worst_of(rates, prompt_tokens, max_tokens) if rates else None

    def cost(self, model: ModelId, usage: Usage, at: datetime) -> Usd | None:
        """Return what `usage` cost at the time `at`; see the port."""
        rates = self.rates(model, at)
        return rates.cost(usage) if rates is not None else None

    def version(self, model: ModelId) -> str:
        """Return which edition of the prices holds for `model`; see the port."""
        rates = self._all_rates(model)
        return rates[0].version if rates else ""

    def rates(self, model: ModelId, at: datetime) -> Rates | None:
        """Return the rates of `model` that hold at the time `at`, None where no price is known."""
        rates, info = self._all_rates(model), self._found.get(model)
        if len(rates) <= 1 or info is None:
            return rates[0] if rates else None
        return read_rates(info.get_prices(at))

    def _all_rates(self, model: ModelId) -> tuple[Rates, ...]:
        if model in self.told.rates:
            return (self.told.rates[model],)
        known = self._read.get(model)
        if known is None:
            if len(self._read) >= MOST_NAMES:
                self._read.clear()
                self._found.clear()
            known = self._read[model] = self._looked_up(model)
        return known

    def _looked_up(self, model: ModelId) -> tuple[Rates, ...]:
        if model in self.stated:
            return (self.stated[model],)
        if model.provider == OPENROUTER and model.model.endswith(FREE_SUFFIX):
            return (Rates(prompt=flat(_NO_PRICE), completion=flat(_NO_PRICE), version=_edition()),)
        info = self._found[model] = _model_info(model)
        if info is None:
            return ()
        prices = info.prices if isinstance(info.prices, list) else None
        each = [info.prices] if prices is None else [conditional.prices for conditional in prices]
        rates = [read_rates(price) for price in each if not isinstance(price, list)]
        return tuple(rate for rate in rates if rate is not None) if all(rates) else ()


def read_rates(price: ModelPrice) -> Rates | None:
    """Return the rates of a model's price, None where it is not (only) about text by the token."""
    told = {key: _steps(value) for key, value in vars(price).items() if value is not None}
    if "input_mtok" not in told or "output_mtok" not in told or told.keys() & _SPLIT_OUTPUT:
        return None
    writing = [told[key] for key in _CACHE_WRITES if key in told]
    return Rates(
        prompt=told["input_mtok"],
        completion=told["output_mtok"],
        cached=told.get("cache_read_mtok"),
        written=max(writing, key=lambda steps: steps[0][1], default=None),
        per_request=told.get("requests_kcount", flat(_NO_PRICE))[0][1] / 1000,
        version=_edition(),
    )


def _steps(price: object) -> Steps:
    from genai_prices.types import TieredPrices  # noqa: PLC0415  (slow: it brings an HTTP client)

    if isinstance(price, TieredPrices):
        return ((-1, price.base), *((tier.start, tier.price) for tier in price.tiers))
    if isinstance(price, Decimal):
        return flat(price)
    raise TypeError(f"a price is a decimal or tiers, not {price!r}")


def _model_info(model: ModelId) -> ModelInfo | None:
    """Return what the table knows of `model`; a provider counts by its exact name, not by a likeness."""
    if model.provider not in _providers():
        return None
    try:
        return _snapshot().find_provider_model(model.model, None, model.provider, None)[1]
    except LookupError:
        return None


@cache
def _providers() -> frozenset[str]:
    return frozenset(provider.id for provider in _snapshot().providers)


@cache
def _snapshot() -> DataSnapshot:
    """Return the packaged prices; nothing is fetched. Loading them takes a third of a second, once."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  (slow)

    return get_snapshot()


@cache
def _edition() -> str:
    from genai_prices import __version__  # noqa: PLC0415  (slow)

    return f"genai-prices {__version__}"
