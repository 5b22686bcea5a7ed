"""Traders: made, edited and archived by people. Every change is a row, every guard holds inside its transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.traders import registered_traders
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.profile import AgentProfile, Mode, Violation
from quorate.arena.competition.trader import (
    Asked,
    RegisteredTrader,
    Trader,
    UnfitTraderError,
    edited,
    new_trader,
)
from quorate.arena.competition.trader_history import (
    CHANGED,
    CREATED,
    TraderStep,
    archived_event,
    trader_event,
    trader_steps,
    trader_stream,
)
from quorate.arena.strategy import Strategy
from quorate.bootstrap.store import Store
from quorate.cycle.strategies.default import with_default
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import StrategyName
from quorate.kernel.journal import Event


@dataclass(frozen=True, slots=True)
class TraderChange:
    """What became of a wish; not `applied` when it was so already."""

    registered: RegisteredTrader
    applied: bool


@dataclass(frozen=True, slots=True)
class Traders:
    """One home's traders."""

    store: Store

    @property
    def strategies(self) -> Mapping[StrategyName, Strategy]:
        """Return the strategies that a trader may follow."""
        return with_default(self.store.settings.strategies)

    async def roster(self) -> Sequence[RegisteredTrader]:
        """Return every trader with its version, by name, archived ones included."""
        return await self.store.database.read(partial(registered_traders, tenant=self.store.tenant))

    async def show(self, name: str) -> RegisteredTrader:
        """Return the trader of this name, archived or not.

        Raises:
            RejectedError: there is none (slug `not-found`).
        """
        roster = {str(each.trader.name): each for each in await self.roster()}
        if name not in roster:
            raise _unknown(name, roster)
        return roster[name]

    async def history(self, name: str) -> Sequence[TraderStep]:
        """Return what was done to a trader, oldest first; raises as `show`."""
        await self.show(name)
        return trader_steps(await self.store.journal.entries(trader_stream(name)))

    async def add(self, asked: Asked, *, by: str = "") -> TraderChange:
        """Make a trader.

        Raises:
            UnfitTraderError: it cannot be; its violations say so field by field.
            ConflictError: the name is taken, by a trader or by an agent.
        """
        trader = new_trader(asked)
        profiles = await self._profiles()
        self._check_members(trader, profiles)
        if str(trader.name) in {str(each.name) for each in profiles}:
            raise _taken(trader.name, "an agent")

        def decide(tx: Transaction) -> Sequence[Event]:
            if tx.trader(trader.name) is not None:
                raise _taken(trader.name, "a trader")
            return [trader_event(CREATED, RegisteredTrader(trader, 1), by)]

        await self.store.journal.commit(decide)
        return TraderChange(await self.show(trader.name), applied=True)

    async def edit(
        self, name: str, asked: Asked, *, seen: str | None = None, by: str = ""
    ) -> TraderChange:
        """Give a trader another version; `seen` is the revision that it must still stand at.

        Competitions that were created keep the version that they froze.

        Raises:
            UnfitTraderError: it cannot be so; its violations say so field by field.
            ConflictError: it was changed since it was seen (slug `precondition-failed`), or is being changed now.
            RejectedError: there is none, or it is archived.
        """
        present = await self.show(name)
        _check_seen(present, seen)
        if present.trader.archived:
            raise _gone(name)
        after = edited(present.trader, asked)
        self._check_members(after, await self._profiles())
        if after == present.trader:
            return TraderChange(present, applied=False)
        made = RegisteredTrader(after, present.version + 1)

        def decide(tx: Transaction) -> Sequence[Event]:
            now = tx.trader(name)
            if now is None or now.revision != present.revision:
                raise _moved(name, slug="conflict" if seen is None else "precondition-failed")
            return [trader_event(CHANGED, made, by)]

        await self.store.journal.commit(decide)
        return TraderChange(await self.show(name), applied=True)

    async def archive(self, name: str, *, seen: str | None = None, by: str = "") -> TraderChange:
        """Let a trader enter no competition any more; its history and its scores stay. Raises as `edit`."""
        await self.show(name)
        applied: list[bool] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            now = tx.trader(name)
            if now is None:
                raise _unknown(name, ())
            _check_seen(now, seen)
            applied[:] = [not now.trader.archived]
            return [archived_event(name, by)] if applied[0] else []

        await self.store.journal.commit(decide)
        return TraderChange(await self.show(name), applied[0])

    def members_of(self, trader: Trader, profiles: Collection[AgentProfile]) -> list[AgentProfile]:
        """Return the agents that a trader stands on, with its strategy's horizon, by name.

        Raises:
            UnfitTraderError: one is missing, archived, or never votes, or its strategy is gone.
        """
        self._check_members(trader, profiles)
        known = {str(each.name): each for each in profiles}
        names, strategy = self._names(trader)
        members = [known[name] for name in sorted(names)]
        if strategy is not None and strategy.horizon is not None:
            return [replace(each, horizon=strategy.horizon) for each in members]
        return members

    def thresholds_of(self, trader: Trader) -> dict[str, str]:
        """Return the arena's values that hold otherwise for a trader, by name: its strategy's, and its own size."""
        _, strategy = self._names(trader)
        told = dict(strategy.thresholds.texts) if strategy is not None else {}
        if trader.entry_equity is not None:
            told["entry_pct_equity"] = f"{trader.entry_equity:f}"
        return told

    def _names(self, trader: Trader) -> tuple[tuple[str, ...], Strategy | None]:
        if trader.strategy is None:
            return trader.profiles, None
        strategy = self.strategies.get(trader.strategy)
        return (() if strategy is None else strategy.profiles), strategy

    def _check_members(self, trader: Trader, profiles: Collection[AgentProfile]) -> None:
        names, strategy = self._names(trader)
        broken: list[Violation] = []
        if trader.strategy is not None and strategy is None:
            known = ", ".join(sorted(self.strategies))
            rule = f"there is no strategy '{trader.strategy}'; there are {known}"
            broken.append(Violation("strategy", rule))
        elif trader.strategy is not None and not names:
            rule = f"strategy '{trader.strategy}' names no agents: name them here instead"
            broken.append(Violation("strategy", rule))
        able = {str(each.name) for each in profiles if can_compete(each)}
        unable = sorted({*map(str, names)} - able)
        if unable:
            said = ", ".join(unable)
            broken.append(Violation("profiles", f"{said}: no agent of that name that votes"))
        if broken:
            raise UnfitTraderError(trader.name, broken)

    async def _profiles(self) -> Sequence[AgentProfile]:
        return await self.store.database.read(
            partial(registered_profiles, tenant=self.store.tenant)
        )


def can_compete(profile: AgentProfile) -> bool:
    """Return whether a profile may decide for a book, switched on or not: it votes in the first round."""
    waits = profile.mode is Mode.ESCALATION_ONLY
    return profile.voter and not waits and not profile.archived


def _check_seen(now: RegisteredTrader, seen: str | None) -> None:
    if seen not in {None, now.revision}:
        raise _moved(now.trader.name, slug="precondition-failed")


def _moved(name: str, *, slug: str) -> ConflictError:
    return ConflictError(
        f"trader '{name}' was changed since it was read",
        effect="it was not changed again",
        fix="read it again, then repeat the change",
        slug=slug,
    )


def _taken(name: str, whose: str) -> ConflictError:
    return ConflictError(
        f"'{name}' is the name of {whose} already",
        effect="nothing was written",
        fix="choose another name; an archived trader keeps its own",
    )


def _gone(name: str) -> RejectedError:
    return RejectedError(
        f"trader '{name}' is archived",
        effect="nothing was changed",
        fix="make a new one: quorate compete traders add NAME --profiles A,B",
        slug="conflict",
    )


def _unknown(name: str, known: Collection[str]) -> RejectedError:
    return RejectedError(
        f"there is no trader '{name}'",
        effect="nothing was changed",
        fix=f"choose from {', '.join(known)}" if known else "quorate compete traders add NAME",
        slug="not-found",
    )
