"""Backtests: a strategy over the stored history, decided again session by session, played, judged and kept.

strategy, bars and agents -> a task with backtest.started -> decisions, a chunk of sessions at a time on a thread -> the
gate, the trades, the curve -> backtest.completed. A process that dies leaves its task to the next one that serves.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Final

from quorate.adapters.sql.backtests import backtest_ids_like, backtest_lines
from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.tasks import abandoned_tasks
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.profile import AgentProfile
from quorate.arbiter.holding import Held
from quorate.arbiter.ports import Court, Work
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import TaskSpec, backtest_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.arena.acceptance import RequestKey, acceptance_event, last_acceptance, standing
from quorate.arena.hindsight import Bench, asked_for_nothing
from quorate.arena.request import asked_profiles
from quorate.arena.strategy import Strategy, strategy_named
from quorate.backtest import GatePolicy
from quorate.bootstrap.background import Background
from quorate.bootstrap.backtest_work import BacktestPlan, BacktestWork, LostBacktest, Progress
from quorate.bootstrap.ending import Ending
from quorate.bootstrap.planning import known_series
from quorate.bootstrap.stopping import Walks
from quorate.bootstrap.store import Store
from quorate.cycle.strategies.backtest import (
    PREFIX,
    Backtest,
    BacktestId,
    BacktestLine,
    BacktestRequest,
)
from quorate.cycle.strategies.backtest_rows import LONGEST, read_backtest, stream_of
from quorate.cycle.strategies.past import PastTerms, sessions_in
from quorate.cycle.strategies.versions import recorded_events
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError
from quorate.kernel.ids import ProfileName, RunId, StrategyName, Symbol, TaskId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of, stamp
from quorate.market.series import Series

TASKS: Final = "tsk_"
"""How the ids of tasks begin."""

INTERRUPTED: Final = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedBacktest:
    """A backtest that goes on by itself; `replayed` when an earlier request with the same key began it."""

    backtest_id: BacktestId
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A backtest that is durable, and in this process's hands."""

    plan: BacktestPlan
    spec: TaskSpec
    work: BacktestWork
    held: Held


def _unheard(_sessions: int) -> None:
    return


class Backtests:
    """One home's backtests of `strategies`."""

    def __init__(
        self,
        store: Store,
        strategies: Mapping[StrategyName, Strategy],
        court: Court,
        walks: Walks,
    ) -> None:
        self._store = store
        self._strategies = strategies
        self._walks = walks
        self._background = Background()
        self._arbiter = Arbiter(
            store.journal,
            store.clock,
            owner=f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}",
            lease_seconds=store.settings.journal.lease_seconds,
            court=court,
        )

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
        """Carry out a backtest and return what it found; a caller that is cancelled ends it as interrupted.

        Raises:
            RejectedError: it cannot be made; nothing was written.
        """
        plan = await self._planned(wanted, by)
        begun = await self._received(plan, on_progress)
        try:
            await self._walk(begun)
        except asyncio.CancelledError:
            await self._interrupted(begun)
            raise
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
        begun = await self._received(plan, _unheard, *beside)
        self._background.start(self._walk(begun), backtest_id=name, task_id=begun.held.task.task_id)
        return StartedBacktest(backtest_id=name, replayed=False)

    async def recover(self) -> Sequence[str]:
        """Finish the backtests whose process died, and return a sentence on each."""
        now = stamp(self._store.clock.now())
        left = await self._store.database.read(
            lambda link: abandoned_tasks(link, self._store.tenant, now, TaskType.BACKTEST)
        )
        return [said for task in left if (said := await self._adopted(task))]

    async def again(self, backtest_id: str, by: str) -> TaskId:
        """Begin a backtest on the terms of one that ended without a result, and return the id of its task.

        Raises:
            RejectedError: it cannot be made any more.
        """
        terms = (await self.show(backtest_id)).terms
        wanted = BacktestRequest(strategy=terms.strategy, first=terms.first, last=terms.last)
        begun = await self._received(await self._planned(wanted, by), _unheard)
        name, task_id = begun.plan.backtest_id, begun.held.task.task_id
        self._background.start(self._walk(begun), backtest_id=name, task_id=task_id)
        return task_id

    async def close(self) -> None:
        """Let what runs end, for a short while; what is left the next process that serves finishes."""
        await self._background.close()

    async def _planned(self, wanted: BacktestRequest, by: str) -> BacktestPlan:
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
        return BacktestPlan(
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

    async def _received(self, plan: BacktestPlan, on_progress: Progress, *beside: Event) -> _Begun:
        """Make the backtest durable in this process's hands, and the strategy's version where it is not on record."""
        version = await self._version(plan)
        terms = plan.terms(version)
        task = Task(
            task_id=TaskId(self._store.ids.ulid(TASKS)),
            type=TaskType.BACKTEST,
            subject=plan.backtest_id,
            trace_id=self._store.ids.trace_id(),
            state=TaskState.RECEIVED,
            token=0,
            attempts=1,
        )
        spec = backtest_spec(terms.symbols)
        work = BacktestWork(plan, terms, self._store.clock, on_progress)
        held = await self._arbiter.receive(task, spec, work, beside)
        return _Begun(plan=plan, spec=spec, work=work, held=held)

    async def _version(self, plan: BacktestPlan) -> int:
        """Return the version of the strategy that is on record, put there where it was not."""
        found = [0]

        def decide(tx: Transaction) -> Sequence[Event]:
            now = tx.strategy(plan.name)
            recorded = recorded_events(plan.name, plan.strategy, now)
            found[:] = [now.version + len(recorded)]
            return recorded

        await self._store.journal.commit(decide)
        return found[0]

    async def _walk(self, begun: _Begun) -> None:
        task = begun.held.task
        walk = self._arbiter.walk(begun.held, begun.spec, begun.work)
        await self._walks.walked(task.task_id, walk)

    async def _interrupted(self, begun: _Begun) -> None:
        """End a backtest whose caller went away, and its task."""
        with suppress(ConflictError):
            await Ending(self._store).cancel(begun.held.task.task_id, INTERRUPTED, told=INTERRUPTED)

    async def _adopted(self, task: Task) -> str:
        found = await self.show(task.subject)
        terms = found.terms
        work: Work
        try:
            wanted = BacktestRequest(strategy=terms.strategy, first=terms.first, last=terms.last)
            plan = replace(await self._planned(wanted, terms.by), backtest_id=terms.backtest_id)
            if plan.terms(terms.version) != terms:
                raise _changed(terms.backtest_id)
            work = BacktestWork(plan, terms, self._store.clock, _unheard)
        except RejectedError as error:
            work = LostBacktest(terms, error)
        adopting = self._arbiter.adopt(task, backtest_spec(terms.symbols), work)
        try:
            end = await self._walks.walked(task.task_id, adopting)
        except ConflictError:
            return ""
        except QuorateError as error:
            return f"{task.subject}, left by a process that ended, could not be finished: {error}"
        return f"{task.subject}, left {task.state} by a process that ended, is {end} now"

    def _is_overdue(self, began: datetime) -> bool:
        return self._store.clock.now() - began > LONGEST


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


def _changed(backtest_id: str) -> RejectedError:
    return RejectedError(
        f"bars, agents or the strategy of {backtest_id} are others now",
        effect="it is not finished as another one",
        fix="quorate strategies backtest",
        slug="inputs-changed",
    )


def _refusal(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was tested", fix=fix, slug="validation-failed")
