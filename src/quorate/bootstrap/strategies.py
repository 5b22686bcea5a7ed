"""The strategies: what the configuration says becomes versions, which people switch on and cycles follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from quorate.adapters.sql.strategies import strategy_standings
from quorate.adapters.sql.transaction import Transaction
from quorate.arbiter.ports import Court
from quorate.arena.strategy import Strategy, strategy_named
from quorate.bootstrap.backtests import Backtests
from quorate.bootstrap.stopping import Walks
from quorate.bootstrap.store import Store
from quorate.bootstrap.strategy_writing import StrategyWish, write_strategy
from quorate.cycle.strategies.backtest import BacktestLine
from quorate.cycle.strategies.default import with_default
from quorate.cycle.strategies.line import StrategyLine
from quorate.cycle.strategies.versions import (
    StrategyStanding,
    StrategyStep,
    history_of,
    recorded_events,
    stream_of,
    switched_event,
)
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import StrategyName, is_name
from quorate.kernel.journal import Event

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class StrategyChange:
    """What became of a wish to switch a strategy; not `applied` when it was so already."""

    line: StrategyLine
    applied: bool


class StrategyDesk:
    """One home's strategies."""

    def __init__(self, store: Store, court: Court, walks: Walks) -> None:
        self._store = store
        self.configured = dict(with_default(store.settings.strategies))
        self.backtests = Backtests(store, self.configured, court, walks)

    async def lines(self) -> Sequence[StrategyLine]:
        """Return every strategy by name, those that the configuration has no more included."""
        standings, newest = await _standings(self._store), dict[StrategyName, BacktestLine]()
        for tried in reversed(await self.backtests.lines()):
            standing = standings.get(tried.strategy)
            if standing is not None and tried.version == standing.version:
                newest[tried.strategy] = tried
        return [
            StrategyLine(
                name=name,
                strategy=self.configured.get(name),
                standing=standings.get(name, StrategyStanding(name=name)),
                backtest=newest.get(name),
            )
            for name in sorted({*self.configured, *standings})
        ]

    async def line(self, name: str) -> StrategyLine:
        """Return one strategy.

        Raises:
            RejectedError: there is none of that name, and never was (slug `not-found`).
        """
        wanted = StrategyName(name)
        found = next((line for line in await self.lines() if line.name == wanted), None)
        if found is None:
            raise _unknown(wanted, self.configured)
        return found

    async def history(self, name: str) -> Sequence[StrategyStep]:
        """Return what happened to a strategy, oldest first; raises as `line`."""
        line = await self.line(name)
        return history_of(await self._store.journal.entries(stream_of(line.name)))

    async def switch(
        self, name: str, *, enabled: bool, by: str, reason: str = "", seen: str | None = None
    ) -> StrategyChange:
        """Let cycles follow a strategy as the configuration has it now, or no longer.

        Raises:
            RejectedError: there is none, the configuration has it no more, or the reason is no line of text.
            ConflictError: it is not as it was `seen` (slug `precondition-failed`).
        """
        line, said = await self.line(name), _checked_reason(reason)
        if enabled and line.strategy is None:
            raise RejectedError(
                f"the configuration has no strategy '{name}' any more",
                effect="nothing was changed",
                fix=f"write [strategies.{name}] in quorate.toml again",
                slug="conflict",
            )
        applied: list[bool] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            now = tx.strategy(line.name)
            if seen not in {None, now.revision}:
                raise _moved(name)
            events = (
                [] if line.strategy is None else [*recorded_events(line.name, line.strategy, now)]
            )
            standing = _after(now, line.strategy, renewed=bool(events))
            applied[:] = [standing.enabled != enabled]
            if standing.enabled == enabled:
                return events
            return [*events, switched_event(standing, enabled=enabled, by=by, reason=said)]

        await self._store.journal.commit(decide)
        return StrategyChange(await self.line(name), applied[0])

    async def write(self, wish: StrategyWish, *, seen: str | None = None) -> StrategyChange:
        """Make a strategy, or the next version of one; it is known at once, and waits until somebody enables it.

        Raises:
            RejectedError: it would be refused at a start.
            ConflictError: it is not as it was `seen` (slug `precondition-failed`).
        """
        standing = (await _standings(self._store)).get(wish.name, StrategyStanding(name=wish.name))
        if seen not in {None, standing.revision}:
            raise _moved(wish.name)
        written = await write_strategy(self._store, wish)
        self.configured[wish.name] = written.strategy
        await self._store.journal.commit(partial(_recorded, wish.name, written.strategy))
        return StrategyChange(await self.line(wish.name), written.applied)

    async def followed(self, name: StrategyName) -> Strategy:
        """Return the strategy that a cycle is to follow with real or paper money.

        Raises:
            RejectedError: there is none (slug `not-found`), or this version is not enabled (slug `conflict`).
        """
        strategy = strategy_named(name, self.configured)
        if not (await self.line(name)).enabled:
            raise RejectedError(
                f"strategy '{name}' is not enabled as the configuration has it now",
                effect="no cycle follows it",
                fix=f"quorate strategies backtest {name}, then quorate strategies enable {name}",
                slug="conflict",
            )
        return strategy

    async def close(self) -> None:
        """Let the backtests in the background end."""
        await self.backtests.close()


async def record_strategies(store: Store) -> Sequence[str]:
    """Record what the configuration says newly of its strategies; the one that nobody wrote waits until it is used.

    Returns what a person should hear of: an enabled strategy that says something else waits again.
    """
    standings, notices = await _standings(store), list[str]()
    for name, strategy in store.settings.strategies.items():
        before = standings.get(name, StrategyStanding(name=name))
        if before.version and before.hash == strategy.hash:
            continue
        await store.journal.commit(partial(_recorded, name, strategy))
        if before.enabled:
            notices.append(
                f"Strategy {name} says something else than what was enabled: version "
                f"{before.version + 1} waits for quorate strategies enable {name}."
            )
    return notices


async def _standings(store: Store) -> Mapping[StrategyName, StrategyStanding]:
    found = await store.database.read(partial(strategy_standings, tenant=store.tenant))
    return {standing.name: standing for standing in found}


def _recorded(name: StrategyName, strategy: Strategy, tx: Transaction) -> Sequence[Event]:
    return recorded_events(name, strategy, tx.strategy(name))


def _after(now: StrategyStanding, strategy: Strategy | None, *, renewed: bool) -> StrategyStanding:
    """Return how the strategy stands once its new version is on record, if there is one."""
    if strategy is None or not renewed:
        return now
    return replace(now, version=now.version + 1, hash=strategy.hash, enabled=False)


def _checked_reason(reason: str) -> str:
    text = reason.strip()
    if len(text) > LONGEST_REASON or not text.isprintable():
        raise RejectedError(
            f"a reason is one line of at most {LONGEST_REASON} characters",
            effect="nothing was changed",
            fix="shorten it",
            slug="validation-failed",
        )
    return text


def _unknown(name: str, known: Collection[str]) -> RejectedError:
    shown = name if is_name(name) else ascii(name[:40])
    return RejectedError(
        f"there is no strategy '{shown}'",
        effect="nothing was written",
        fix=f"choose from {', '.join(sorted(known))}",
        slug="not-found",
    )


def _moved(name: str) -> ConflictError:
    return ConflictError(
        f"strategy '{name}' was changed since it was read",
        effect="it was not changed again",
        fix="read it again, then repeat the change",
        slug="precondition-failed",
    )
