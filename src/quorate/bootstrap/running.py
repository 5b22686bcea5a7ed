"""Running: a planned run in the arbiter's hands, awaited or in the background, and what dead processes left."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from quorate.adapters.sql.tasks import abandoned_tasks, parts_of
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.prompts.composing import Briefing
from quorate.arbiter.holding import Held
from quorate.arbiter.ports import Court, Work
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.arena.acceptance import (
    Acceptance,
    RequestKey,
    acceptance_event,
    last_acceptance,
    standing,
)
from quorate.arena.record import (
    Facts,
    RecordedRun,
    RunHeader,
    read_cast,
    read_run,
    stream_of,
)
from quorate.arena.request import RunRequest
from quorate.arena.service import ArenaRun, RunPlan
from quorate.bootstrap.analysing import AnalysisTasks, Fleet
from quorate.bootstrap.answers import RunPreview, StartedRun
from quorate.bootstrap.background import Background
from quorate.bootstrap.lost_run import LostRun
from quorate.bootstrap.models import Agents
from quorate.bootstrap.planning import Planner, held_below, lost_spec, spec_of, worst_cost
from quorate.bootstrap.prompting import PromptShelf
from quorate.bootstrap.recalling import policy_of
from quorate.bootstrap.stopping import Walks
from quorate.bootstrap.store import Store
from quorate.bootstrap.what_ifs import WhatIfs
from quorate.cycle.record import CycleFacts
from quorate.fleet.policy import Analyses
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError
from quorate.kernel.ids import RunId, Symbol, TaskId
from quorate.kernel.journal import Event, JournalEntry
from quorate.kernel.money import total_cost
from quorate.kernel.spans import span
from quorate.kernel.stamps import stamp

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Received:
    """A run that is durable, and in this process's hands."""

    plan: RunPlan
    spec: TaskSpec
    work: ArenaRun
    held: Held

    @property
    def ids(self) -> dict[str, str]:
        """Return what names the run in the log."""
        header = self.plan.header
        names = {"run_id": header.run_id, "task_id": header.task_id}
        return {**names, "trace_id": self.plan.trace_id}


class Ordering(Protocol):
    """What makes a run one that may order."""

    async def prepared(self, request: RunRequest) -> RunRequest:
        """Return the request on its book and at its book's moment; raises RejectedError where it may not order."""
        ...

    def submission(self, plan: RunPlan) -> Sequence[Event]:
        """Return what is committed with the run's first row, or not at all."""
        ...


class Runner:
    """Has the arbiter carry out arena runs, planned on what the store holds."""

    def __init__(self, store: Store, agents: Agents, court: Court, fleet: Fleet) -> None:
        self._store = store
        self.court = court
        self.walks = Walks()
        self._planner = Planner(store, agents.providers)
        self._agents = agents.runner
        self._fleet = fleet
        self._prompts = PromptShelf(store)
        self.what_ifs = WhatIfs(store, self._prompts)
        self._config_hash = store.settings.config_hash
        self._config_recorded = False
        self._background = Background()
        owner = f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}"
        self._arbiter = Arbiter(
            store.journal,
            store.clock,
            owner=owner,
            lease_seconds=store.settings.journal.lease_seconds,
            court=court,
        )

    async def run(
        self, request: RunRequest, triggered_by: str, ordering: Ordering | None = None
    ) -> RecordedRun:
        """Carry out one arena run and return what was recorded of it; `ordering` says that it may order, and how.

        Raises:
            RejectedError: the request cannot be run; nothing was written.
        """
        plan = await self._planned(request, triggered_by, ordering)
        return await self.run_plan(plan, *_beside(plan, ordering))

    async def run_of_cycle(
        self, request: RunRequest, cycle: CycleFacts, told: Callable[[RunId], Event]
    ) -> RecordedRun:
        """Carry out a cycle's run in the cycle's trace; what `told` makes of its id is committed with its first row."""
        planned = await self._planner.planned(request, "cycle", cycle.cycle_id)
        plan = replace(planned, trace_id=cycle.trace_id)
        return await self.run_plan(plan, told(plan.header.run_id))

    async def run_plan(self, plan: RunPlan, *beside: Event) -> RecordedRun:
        """Carry out a planned run, `beside` committed with its first row, and return what was recorded of it."""
        run = await self._received(plan, *beside)
        await self._walk(run)
        return run.work.recorded

    async def start(
        self,
        request: RunRequest,
        triggered_by: str,
        key: RequestKey | None,
        ordering: Ordering | None = None,
    ) -> StartedRun:
        """Begin one arena run and return once it is durable that it was asked for; the run goes on beside the caller.

        A request with the `key` of one that was accepted in the last 24 hours gets that one's answer.

        Raises:
            RejectedError: the request cannot be run, or its key stands for another one; nothing was written.
        """
        return await self.start_plan(
            lambda: self._planned(request, triggered_by, ordering), key, ordering
        )

    async def start_plan(
        self,
        planned: Callable[[], Awaitable[RunPlan]],
        key: RequestKey | None,
        ordering: Ordering | None = None,
    ) -> StartedRun:
        """Begin what is `planned` as `start` does; where the key was accepted before, nothing is planned again."""
        if key is None:
            plan = await planned()
            return self._started(await self._received(plan, *_beside(plan, ordering)))
        last = await self._last_acceptance(key)
        now = self._store.clock.now()
        first = standing(key, last, now)
        if first is not None:
            return _replayed(first)
        plan = await planned()
        accepted = acceptance_event(key, plan.header.run_id, plan.trace_id, last=last, now=now)
        try:
            return self._started(await self._received(plan, accepted, *_beside(plan, ordering)))
        except ConflictError:
            return await self._first_answer(key)

    async def _planned(
        self, request: RunRequest, triggered_by: str, ordering: Ordering | None
    ) -> RunPlan:
        wanted = request if ordering is None else await ordering.prepared(request)
        return await self._planner.planned(wanted, triggered_by)

    async def planned(self, request: RunRequest) -> RunPlan:
        """Return the plan of a run that nobody carries out: what an agent would be shown; it raises as `start`."""
        return await self._planner.planned(request, triggered_by="test")

    async def preview(self, request: RunRequest) -> RunPreview:
        """Return what `start` would run; nothing is written, and it raises what `start` would raise."""
        plan = await self._planner.planned(request, triggered_by="preview")
        return RunPreview(
            symbols=plan.header.symbols,
            profiles=plan.profiles,
            as_of=plan.header.as_of,
            book=plan.book.name,
            book_mode=plan.header.book_mode,
            mode=plan.header.mode,
            worst_cost=held_below(total_cost(map(worst_cost, plan.profiles)), plan.header.max_cost),
        )

    async def briefing(self, symbol: Symbol) -> Briefing:
        """Return what agents would be shown of a symbol's newest session; nothing is written.

        Raises:
            RejectedError: there are no bars of it.
        """
        plan = await self._planner.planned(RunRequest(symbols=(symbol,)), triggered_by="tool test")
        return plan.briefing

    async def recover(self) -> Sequence[str]:
        """Finish the runs whose process died, and return a sentence on each."""
        now = stamp(self._store.clock.now())
        left = await self._store.database.read(
            lambda connection: abandoned_tasks(
                connection, self._store.tenant, now, TaskType.ARENA_RUN
            )
        )
        return [said for task in left if (said := await self._adopted(task))]

    async def close(self) -> None:
        """Let the runs in the background end, for a short while."""
        await self._background.close()

    async def _adopted(self, task: Task) -> str:
        entries = await self._store.journal.entries(stream_of(RunId(task.subject)))
        run = read_run(entries)
        try:
            plan = await self._replanned(run, entries)
            spec = spec_of(plan)
            work: Work = await self._work(plan, task, spec, resumes=True)
        except RejectedError as error:
            spec, work = lost_spec(run.header.fact), LostRun(run, error)
        try:
            adopting = self._arbiter.adopt(task, spec, work)
            end = await self.walks.walked(task.task_id, adopting)
        except ConflictError:
            return ""
        except QuorateError as error:
            _LOG.warning("run_lost", run_id=task.subject, task_id=task.task_id, slug=error.slug)
            return f"{task.subject}, left by a process that ended, could not be finished: {error}"
        return f"{task.subject}, left {task.state} by a process that ended, is {end} now"

    async def _received(self, plan: RunPlan, *beside: Event) -> _Received:
        """Make the run of `plan` durable, and `beside` with it."""
        await self._record_config()
        header = plan.header
        task = Task(
            task_id=header.task_id,
            type=TaskType.ARENA_RUN,
            subject=header.run_id,
            trace_id=plan.trace_id,
            state=TaskState.RECEIVED,
            token=0,
            attempts=1,
            book=header.book,
        )
        spec = spec_of(plan)
        work = await self._work(plan, task, spec)
        held = await self._arbiter.receive(task, spec, work, beside)
        run = _Received(plan, spec, work, held)
        _LOG.info(
            "run_requested", symbols=header.symbols, as_of=header.as_of.isoformat(), **run.ids
        )
        return run

    async def _walk(self, run: _Received) -> None:
        walk = self._arbiter.walk(run.held, run.spec, run.work)
        with span("run", trace_id=run.plan.trace_id, runId=run.plan.header.run_id):
            await self.walks.walked(run.held.task.task_id, walk)
        _LOG.info("run_completed", final_actions=run.work.recorded.row().final_actions, **run.ids)

    def _started(self, run: _Received) -> StartedRun:
        """Go on with `run` in the background."""
        self._background.start(self._walk(run), **run.ids)
        return StartedRun(run_id=run.plan.header.run_id, trace_id=run.plan.trace_id, replayed=False)

    async def _last_acceptance(self, key: RequestKey) -> Acceptance | None:
        return last_acceptance(await self._store.journal.entries(key.stream))

    async def _first_answer(self, key: RequestKey) -> StartedRun:
        """Return the answer to the request that was accepted with the same key a moment before this one.

        Raises:
            RejectedError: it was another request.
            ConflictError: none was accepted: it was something else that somebody wrote first.
        """
        last = await self._last_acceptance(key)
        first = standing(key, last, self._store.clock.now())
        if first is None:
            raise ConflictError("somebody else wrote first", effect="nothing was written")
        return _replayed(first)

    async def _replanned(self, run: RecordedRun, entries: Sequence[JournalEntry]) -> RunPlan:
        cast = read_cast(Facts(entries[0].facts))
        if run.header.fact.replay_of:
            return await self.what_ifs.replanned(run, cast)
        return await self._planner.replanned(run, cast)

    async def _work(
        self, plan: RunPlan, task: Task, spec: TaskSpec, *, resumes: bool = False
    ) -> ArenaRun:
        """Return the work of a run, whose `task` is held under the next token.

        A what-if decides by the configuration of the run that it stands on.
        """
        header, ours = plan.header, self._config_hash
        held = replace(task, token=task.token + 1, attempts=task.attempts + resumes)
        return ArenaRun(
            plan=plan,
            policy=await policy_of(self._store, header),
            config_hash=header.config_hash if header.replay_of else ours,
            analyses=AnalysisTasks(
                run=held,
                spec=spec,
                agents=await self.what_ifs.agents_of(header, self._agents),
                arbiter=self._arbiter,
                journal=self._store.journal,
                clock=self._store.clock,
                prompts=self._prompts,
                fleet=self._fleet,
                placement=self._placement(header),
                left=await self._parts(task) if resumes else {},
            ),
            journal=self._store.journal,
            clock=self._store.clock,
            resumes=resumes,
        )

    def _placement(self, header: RunHeader) -> Analyses:
        """Return where the run's turns are taken: what asks a record stays here."""
        chosen = self._store.settings.fleet.analyses
        return Analyses.EMBEDDED if header.replay_of is not None else chosen

    async def _parts(self, task: Task) -> Mapping[TaskId, Task]:
        parts = await self._store.database.read(
            lambda connection: parts_of(connection, self._store.tenant, task.task_id)
        )
        return {part.task_id: part for part in parts}

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


def _beside(plan: RunPlan, ordering: Ordering | None) -> Sequence[Event]:
    return () if ordering is None else ordering.submission(plan)


def _replayed(first: Acceptance) -> StartedRun:
    return StartedRun(run_id=first.run_id, trace_id=first.trace_id, replayed=True)
