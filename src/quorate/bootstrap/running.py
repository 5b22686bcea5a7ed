"""Running: from a request to a planned run in the arbiter's hands, and back to what dead processes left."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.tasks import abandoned_tasks
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.profile import AgentProfile
from quorate.arbiter.ports import Work
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import TaskSpec, arena_run_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.arena.record import (
    RecordedRun,
    RunEvent,
    RunHeader,
    ended_payload,
    read_run,
    stream_of,
)
from quorate.arena.request import RunRequest, asked_profiles, checked_request
from quorate.arena.service import ArenaRun, RuleAgents, RunPlan
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError
from quorate.kernel.ids import BookName, RunId, Symbol, TaskId, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from quorate.market.series import Series
from quorate.market.snapshot import freeze_snapshot
from quorate.portfolio.book import Book

NOTHING_LEARNED = digest({"outcomes": 0})
"""The hash of the learned state while no outcome is tracked: no calibration, every skill weight 1."""


_LOG = structlog.get_logger()


class Runner:
    """Plans arena runs on what the store holds and has the arbiter carry them out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._agents = RuleAgents(store.settings.agents, store.clock)
        self._config_hash = store.settings.config_hash
        self._config_recorded = False
        owner = f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}"
        self._arbiter = Arbiter(
            store.journal,
            store.clock,
            owner=owner,
            lease_seconds=store.settings.journal.lease_seconds,
        )

    async def run(self, request: RunRequest, triggered_by: str) -> RecordedRun:
        """Carry out one arena run and return what was recorded of it.

        Raises:
            RejectedError: the request cannot be run; nothing was written.
        """
        plan = await self._planned(request, triggered_by)
        header = plan.header
        await self._record_config()
        work = self._work(plan)
        task = Task(
            task_id=header.task_id,
            type=TaskType.ARENA_RUN,
            subject=header.run_id,
            trace_id=plan.trace_id,
            state=TaskState.RECEIVED,
            token=0,
            attempts=1,
        )
        log = _LOG.bind(run_id=header.run_id, task_id=header.task_id, trace_id=plan.trace_id)
        log.info("run_requested", symbols=header.symbols, as_of=header.as_of.isoformat())
        await self._arbiter.carry_out(task, _spec(header, plan.profiles), work)
        log.info("run_completed", final_actions=work.recorded.row().final_actions)
        return work.recorded

    async def recover(self) -> Sequence[str]:
        """Finish the runs whose process died, and return a sentence on each."""
        now = stamp(self._store.clock.now())
        left = await self._store.database.read(
            lambda connection: abandoned_tasks(connection, self._store.tenant, now)
        )
        return [said for task in left if (said := await self._adopted(task))]

    async def _adopted(self, task: Task) -> str:
        run = read_run(await self._store.journal.entries(stream_of(RunId(task.subject))))
        try:
            work: Work = self._work(await self._replanned(task, run), resumes=True)
        except RejectedError as error:
            work = LostRun(run, error)
        try:
            end = await self._arbiter.adopt(task, _spec(run.header.fact, ()), work)
        except ConflictError:
            return ""
        except QuorateError as error:
            _LOG.warning("run_lost", run_id=task.subject, task_id=task.task_id, slug=error.slug)
            return f"{task.subject}, left by a process that ended, could not be finished: {error}"
        return f"{task.subject}, left {task.state} by a process that ended, is {end} now"

    async def _planned(self, wanted: RunRequest, triggered_by: str) -> RunPlan:
        settings, ids = self._store.settings, self._store.ids
        profiles, book = await self._profiles_and_book(wanted.book or settings.book.name)
        request = checked_request(wanted, profiles)
        snapshot = freeze_snapshot(await self._series(request.symbols), request.as_of)
        chosen = asked_profiles(request.profiles, profiles)
        header = RunHeader(
            run_id=RunId(ids.ulid("run_")),
            task_id=TaskId(ids.ulid("tsk_")),
            cycle_id=None,
            book=book.name,
            book_mode=book.mode.value,
            mode=request.mode,
            symbols=request.symbols,
            profiles=tuple(profile.name for profile in chosen),
            requested_as_of=request.as_of,
            as_of=snapshot.as_of,
            config_hash=self._config_hash,
            book_state_hash=book.state_hash,
            learned_state_hash=NOTHING_LEARNED,
            triggered_by=triggered_by,
            quorum=settings.arena.quorum,
            min_history_bars=settings.arena.min_history_bars,
        )
        return RunPlan(
            header=header,
            trace_id=ids.trace_id(),
            profiles=chosen,
            snapshot=snapshot,
            book=book,
        )

    async def _replanned(self, task: Task, run: RecordedRun) -> RunPlan:
        """Return the plan of a run that another process began.

        Raises:
            RejectedError: what it was requested on is not there any more.
        """
        header = run.header.fact
        profiles, book = await self._profiles_and_book(header.book)
        registered = {profile.name: profile for profile in profiles}
        return RunPlan(
            header=header,
            trace_id=TraceId(task.trace_id),
            profiles=tuple(registered[name] for name in header.profiles),
            snapshot=freeze_snapshot(await self._series(header.symbols), header.as_of),
            book=book,
        )

    def _work(self, plan: RunPlan, *, resumes: bool = False) -> ArenaRun:
        return ArenaRun(
            plan=plan,
            policy=self._store.settings.arena,
            config_hash=self._config_hash,
            agents=self._agents,
            journal=self._store.journal,
            clock=self._store.clock,
            resumes=resumes,
        )

    async def _series(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Series | None]:
        stored = await self._store.market.series(symbols)
        unknown = [symbol for symbol in symbols if symbol not in stored]
        if unknown:
            raise RejectedError(
                f"there are no bars of {', '.join(unknown)}",
                effect="nothing was written",
                fix="quorate data import FILE, or quorate data list to see what there is",
                slug="not-found",
            )
        return {symbol: stored[symbol] for symbol in symbols}

    async def _profiles_and_book(self, name: BookName) -> tuple[Sequence[AgentProfile], Book]:
        tenant = self._store.tenant
        profiles, book = await self._store.database.look_up(
            lambda connection: (
                registered_profiles(connection, tenant),
                book_named(connection, tenant, name),
            )
        )
        if book is None:
            raise RejectedError(
                f"there is no book '{name}'",
                effect="nothing was written",
                fix=f"leave --book out to use '{self._store.settings.book.name}'",
                slug="not-found",
            )
        return profiles, book

    async def _record_config(self) -> None:
        """Keep the effective configuration under its hash, once (R-032)."""
        if self._config_recorded:
            return
        settings = self._store.settings

        def decide(tx: Transaction) -> Sequence[Event]:
            if tx.knows_config(self._config_hash):
                return []
            payload: dict[str, JsonValue] = {
                "configHash": settings.config_hash,
                "settings": settings.effective(),
            }
            return [Event(stream="config", type="config.recorded", payload=payload)]

        await self._store.journal.commit(decide)
        self._config_recorded = True


@dataclass(frozen=True, slots=True)
class LostRun:
    """The work of a run that cannot be planned again: it ends as failed, with the reason."""

    run: RecordedRun
    error: RejectedError

    def requested(self) -> Sequence[Event]:
        """Return nothing: the run was requested by the process that died."""
        return []

    async def execute(self) -> Sequence[Event]:
        """Refuse."""
        raise self.error

    async def violations(self) -> Sequence[str]:
        """Return why the result cannot be checked."""
        return [str(self.error)]

    async def completed(self) -> Sequence[Event]:
        """Return the run's end as a failure: nobody can vouch for what it rests on."""
        return self.failed(self.error.slug, str(self.error))

    def failed(self, reason: str, detail: str) -> Sequence[Event]:
        """Return the fact that the run ended without a result."""
        return [
            Event(
                stream=stream_of(self.run.run_id),
                type=RunEvent.FAILED.value,
                payload=ended_payload(reason=reason, detail=detail),
                trace_id=TraceId(self.run.trace_id),
                book=self.run.header.fact.book,
            )
        ]


def _spec(header: RunHeader, profiles: Sequence[AgentProfile]) -> TaskSpec:
    tools = sorted({tool.value for profile in profiles for tool in profile.tool_policy})
    return arena_run_spec(header.symbols, tuple(tools))
