"""Backtests: a strategy over the stored history, decided again session by session, played, judged and kept.

strategy, bars and agents -> backtest.started -> decisions, a chunk of sessions at a time on a thread -> the gate,
the trades, the curve -> backtest.completed
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from quorate.adapters.sql.backtests import backtest_ids_like, backtest_lines
from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.profile import AgentProfile
from quorate.arena.acceptance import RequestKey, acceptance_event, last_acceptance, standing
from quorate.arena.hindsight import Bench, PastDecision, asked_for_nothing, past_decisions
from quorate.arena.request import asked_profiles
from quorate.arena.strategy import Strategy, strategy_named
from quorate.backtest import GatePolicy
from quorate.bootstrap.background import Background
from quorate.bootstrap.planning import known_series
from quorate.bootstrap.store import Store
from quorate.cycle.strategies.backtest import (
    PREFIX,
    Backtest,
    BacktestId,
    BacktestLine,
    BacktestRequest,
    BacktestTerms,
)
from quorate.cycle.strategies.backtest_rows import (
    LONGEST,
    completed_event,
    failed_event,
    read_backtest,
    started_event,
    stream_of,
)
from quorate.cycle.strategies.past import PastTerms, past_of, sessions_in
from quorate.cycle.strategies.versions import recorded_events
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import ProfileName, RunId, StrategyName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of, stamp
from quorate.market.series import Series

CHUNK: Final = 25
"""Sessions decided at once on the thread: some 0.03 s, so that progress is seen and an interrupt is heard."""

Progress = Callable[[int], None]
"""Is told how many more sessions were decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedBacktest:
    """A backtest that goes on by itself; `replayed` when an earlier request with the same key began it."""

    backtest_id: BacktestId
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """All that a backtest depends on; `left_out` are profiles that would have to be paid."""

    backtest_id: BacktestId
    name: StrategyName
    by: str
    strategy: Strategy
    series: Mapping[Symbol, Series]
    sessions: Sequence[date]
    bench: Bench
    past: PastTerms
    left_out: tuple[ProfileName, ...]

    def terms(self, version: int) -> BacktestTerms:
        """Return what is tried, as its first row keeps it; `version` is the one on record."""
        past = self.past
        return BacktestTerms(
            backtest_id=self.backtest_id,
            strategy=self.name,
            version=version,
            hash=self.strategy.hash,
            by=self.by,
            symbols=tuple(self.series),
            profiles=tuple(profile.name for profile in self.bench.profiles),
            left_out=self.left_out,
            first=past.span[0],
            last=past.span[1],
            fee_bps=past.costs.fee_bps,
            slippage_bps=past.costs.slippage_bps,
            min_trades=past.gate.min_trades,
            min_win_rate=past.gate.min_win_rate,
            max_drawdown=past.gate.max_drawdown,
            digests={symbol: one.digest for symbol, one in self.series.items()},
        )


def _unheard(_sessions: int) -> None:
    return


class Backtests:
    """One home's backtests of `strategies`."""

    def __init__(self, store: Store, strategies: Mapping[StrategyName, Strategy]) -> None:
        self._store = store
        self._strategies = strategies
        self._background = Background()

    async def lines(self, strategy: StrategyName | None = None) -> Sequence[BacktestLine]:
        """Return the backtests, of one strategy or all, newest first."""
        overdue = stamp(self._store.clock.now() - LONGEST)
        return await self._store.database.read(
            partial(backtest_lines, tenant=self._store.tenant, overdue=overdue, strategy=strategy)
        )

    async def show(self, backtest_id: str) -> Backtest:
        """Return the backtest with this id, or the only one whose id begins so.

        Raises:
            RejectedError: there is none (slug `not-found`), or there are several.
        """
        found = await self._store.database.read(
            partial(backtest_ids_like, tenant=self._store.tenant, prefix=backtest_id)
        )
        if len(found) != 1 or not backtest_id:
            raise RejectedError(
                "there are several such backtests" if found else "there is no such backtest",
                effect="nothing was shown",
                fix="quorate strategies backtests",
                slug="" if found else "not-found",
            )
        entries = await self._store.journal.entries(stream_of(found[0]))
        return read_backtest(entries, overdue=self._is_overdue(moment_of(entries[0].ts)))

    async def run(
        self, wanted: BacktestRequest, by: str, on_progress: Progress = _unheard
    ) -> Backtest:
        """Carry out a backtest and return what it found.

        Raises:
            RejectedError: it cannot be made; nothing was written.
        """
        plan = await self._planned(wanted, by)
        terms = await self._begun(plan)
        await self._carried_out(plan, terms, on_progress)
        return await self.show(plan.backtest_id)

    async def sessions(self, wanted: BacktestRequest) -> Sequence[date]:
        """Return the sessions that a backtest would decide on, oldest first; raises as `run`."""
        return (await self._planned(wanted, "")).sessions

    async def start(
        self, wanted: BacktestRequest, by: str, key: RequestKey | None = None
    ) -> StartedBacktest:
        """Begin a backtest beside the caller; the same `key` again starts nothing; raises as `run`."""
        now = self._store.clock.now()
        last = last_acceptance(await self._store.journal.entries(key.stream)) if key else None
        first = standing(key, last, now) if key is not None else None
        if first is not None:
            return StartedBacktest(backtest_id=BacktestId(first.run_id), replayed=True)
        plan = await self._planned(wanted, by)
        name, beside = plan.backtest_id, list[Event]()
        if key is not None:
            trace = self._store.ids.trace_id()
            beside = [acceptance_event(key, RunId(name), trace, last=last, now=now)]
        terms = await self._begun(plan, *beside)
        self._background.start(self._carried_out(plan, terms, _unheard), backtest_id=name)
        return StartedBacktest(backtest_id=name, replayed=False)

    async def close(self) -> None:
        """Let what runs end or be recorded as interrupted."""
        await self._background.close()

    async def _planned(self, wanted: BacktestRequest, by: str) -> _Plan:
        settings, strategy = self._store.settings, strategy_named(wanted.strategy, self._strategies)
        symbols = tuple(map(Symbol, strategy.symbols))
        if not symbols:
            raise _refusal("the strategy names no symbols to try it on", "give it symbols")
        series = await known_series(self._store, symbols)
        arena = strategy.thresholds.over(settings.arena)
        span = _span(wanted, series, arena.min_history_bars)
        asked = await self._asked(strategy)
        keyless = asked_for_nothing(strategy.cast(asked))
        past = PastTerms(
            span=span,
            portfolio=settings.portfolio,
            gate=GatePolicy(),
            capital=settings.book.starting_cash,
            entry_share=arena.entry_pct_equity,
        )
        return _Plan(
            backtest_id=BacktestId(self._store.ids.ulid(PREFIX)),
            name=wanted.strategy,
            by=by,
            strategy=strategy,
            series=series,
            sessions=sessions_in(series.values(), span),
            bench=Bench(
                profiles=keyless,
                agents=settings.agents,
                arena=arena,
                cash=settings.book.starting_cash,
            ),
            past=past,
            left_out=tuple(profile.name for profile in asked if not profile.is_rule_agent),
        )

    async def _asked(self, strategy: Strategy) -> tuple[AgentProfile, ...]:
        registered = await self._store.database.read(
            partial(registered_profiles, tenant=self._store.tenant)
        )
        named = tuple(map(ProfileName, strategy.profiles)) or None
        return asked_profiles(named, registered)

    async def _begun(self, plan: _Plan, *beside: Event) -> BacktestTerms:
        """Record that the backtest began, and the strategy's version where it is not on record yet."""
        begun: list[BacktestTerms] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            now = tx.strategy(plan.name)
            recorded = recorded_events(plan.name, plan.strategy, now)
            begun[:] = [plan.terms(now.version + len(recorded))]
            return [*beside, *recorded, started_event(begun[0])]

        await self._store.journal.commit(decide)
        return begun[0]

    async def _carried_out(self, plan: _Plan, terms: BacktestTerms, on_progress: Progress) -> None:
        """Do the work and record its end, whatever that is."""
        try:
            ended = await self._worked_out(plan, terms, on_progress)
        except asyncio.CancelledError:
            await self._commit(failed_event(terms, "interrupted"))
            raise
        except QuorateError as error:
            await self._commit(failed_event(terms, str(error)))
            raise
        await self._commit(ended)

    async def _worked_out(self, plan: _Plan, terms: BacktestTerms, on_progress: Progress) -> Event:
        made, began = list[PastDecision](), self._store.clock.monotonic()
        for place in range(0, len(plan.sessions), CHUNK):
            if self._store.clock.monotonic() - began > LONGEST.total_seconds():
                raise _refusal(
                    f"it was not over after {LONGEST}", "try fewer sessions with --from and --to"
                )
            chunk = plan.sessions[place : place + CHUNK]
            made += await asyncio.to_thread(_decided, plan, chunk)
            on_progress(len(chunk))
        past = await asyncio.to_thread(past_of, plan.series, made, plan.past)
        factors = {symbol: one.factor.tolist() for symbol, one in plan.series.items()}
        return completed_event(terms, past, factors)

    async def _commit(self, event: Event) -> None:
        await self._store.journal.commit(lambda _tx: [event])

    def _is_overdue(self, began: datetime) -> bool:
        return self._store.clock.now() - began > LONGEST


def _decided(plan: _Plan, sessions: Sequence[date]) -> list[PastDecision]:
    return list(past_decisions(plan.series, sessions, plan.bench))


def _span(
    wanted: BacktestRequest, series: Mapping[Symbol, Series], min_bars: int
) -> tuple[date, date]:
    """Return from when to when: as wanted, else from the first session on which any symbol has bars enough.

    Raises:
        RejectedError: there is no session in it.
    """
    able = [one.sessions[min_bars - 1] for one in series.values() if len(one) >= min_bars]
    ends = [one.sessions[-1] for one in series.values() if one.bars]
    if not able or not ends:
        raise _refusal(
            f"no symbol has the {min_bars} bars that a decision needs", "quorate data list"
        )
    first, last = wanted.first or min(able), wanted.last or max(ends)
    if not sessions_in(series.values(), (first, last)):
        raise _refusal(
            f"there is no session from {first} to {last}",
            f"choose dates from {min(able)} to {max(ends)}",
        )
    return first, last


def _refusal(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was tested", fix=fix, slug="validation-failed")
