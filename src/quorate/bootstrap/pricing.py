"""Prices as people meet them: what every model that is named anywhere costs, and how to state another price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from quorate.adapters.sql.prices import prices_told
from quorate.adapters.sql.profiles import registered_profiles
from quorate.agents.profile import AgentProfile
from quorate.bootstrap.store import Store
from quorate.llm.call import ModelId
from quorate.llm.catalogue import Catalogue, StatedPrice
from quorate.llm.price_line import PriceLine, PriceSource
from quorate.llm.told_prices import ToldPrice, ToldPrices, price_event

if TYPE_CHECKING:
    from quorate.adapters.sql.journal import SqlJournal
    from quorate.adapters.sql.transaction import Transaction
    from quorate.kernel.journal import Event


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What became of a wish to state a price; not `applied` when it was so already."""

    line: PriceLine
    applied: bool


async def state_price(journal: SqlJournal, model: ModelId, price: StatedPrice | None) -> bool:
    """State what a model costs, or give it back; return whether that changed anything."""
    applied: list[bool] = []

    def decide(tx: Transaction) -> Sequence[Event]:
        before = tx.prices_told().get(model) or ToldPrice(model=model, price=None, version=0)
        applied[:] = [before.price != price]
        after = ToldPrice(model=model, price=price, version=before.version + 1)
        return [price_event(after)] if applied[0] else []

    await journal.commit(decide)
    return applied[0]


def price_lines(store: Store, connection: Connection) -> Sequence[PriceLine]:
    """Return what every model costs that has a tier, a stated price, or was ever stated one, by name."""
    from quorate.llm.price_table import PriceTable  # noqa: PLC0415  (slow: it loads the packaged prices)

    told = prices_told(connection, store.tenant)
    profiles = registered_profiles(connection, store.tenant)
    catalogue = Catalogue(store.settings.models)
    in_force = ToldPrices()
    in_force.learn(told)
    table = PriceTable(stated=catalogue.prices, told=in_force)
    tiers = {rung.model: rung.tier for rung in catalogue.models}
    users = users_of(catalogue, profiles)
    now = store.clock.now()
    named = sorted({*tiers, *told, *catalogue.prices, *users}, key=str)
    return [
        PriceLine(
            model=model,
            tier=tiers.get(model),
            source=_source(model, in_force, catalogue, known=table.version(model) != ""),
            rates=table.rates(model, now),
            changes=told[model].version if model in told else 0,
            used_by=tuple(sorted(users.get(model, ()))),
        )
        for model in named
    ]


def users_of(
    catalogue: Catalogue, profiles: Sequence[AgentProfile]
) -> Mapping[ModelId, Sequence[str]]:
    """Return which profiles may ask each model, whether their provider has a key or not."""
    providers = {rung.model.provider for rung in catalogue.models}
    found: dict[ModelId, list[str]] = {}
    for profile in profiles:
        if profile.is_rule_agent:
            continue
        wanted = ModelId(profile.provider, profile.model)
        reachable = {*providers, profile.provider}
        for rung in catalogue.ladder(wanted, tier=profile.tier, providers=reachable):
            found.setdefault(rung.model, []).append(profile.name)
    return found


def _source(model: ModelId, told: ToldPrices, catalogue: Catalogue, *, known: bool) -> PriceSource:
    if model in told.rates:
        return PriceSource.COMMAND
    if model in catalogue.prices:
        return PriceSource.CONFIGURATION
    return PriceSource.TABLE if known else PriceSource.NOBODY
