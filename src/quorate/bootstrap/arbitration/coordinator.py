"""The coordinator: whether tasks are taken, whether one got past the court, and what a person decides of a task.

gate (503) -> court (refuses while shut) -> work; every 10 s: components, and the verdicts of what completed
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import msgspec
import structlog

from quorate.adapters.sql.bypass import (
    newest_tasks,
    passing_verdicts,
    queued_tasks,
    unjudged_tasks,
)
from quorate.adapters.sql.control import overrides_in, switch_in
from quorate.adapters.sql.transaction import Transaction
from quorate.arbiter.coordination.health import ComponentHealth
from quorate.arbiter.coordination.intake import Gate, Pressure
from quorate.arbiter.coordination.override import Act, RecordedOverride, override_event
from quorate.arbiter.coordination.shutdown import INTAKE, OPEN, SHUT, Switch, switched_event
from quorate.arbiter.task import FailureSource as TaskFailure
from quorate.arbiter.task import TaskState
from quorate.bootstrap.arbitration.watching import HealthLoop
from quorate.bootstrap.law.answers import VerdictCheck
from quorate.bootstrap.safety import BreakerLine, HaltOutcome, HaltWish
from quorate.bootstrap.safety.breakers import task_breaker
from quorate.bootstrap.store import Store
from quorate.cycle.ports import Watch
from quorate.cycle.watch.alert import Alert, Severity
from quorate.execution.halting import HaltScope
from quorate.kernel.canonical import Json
from quorate.kernel.journal import NO_BOOK, Event
from quorate.kernel.stamps import stamp
from quorate.resilience.breaker import Circuit, FailureSource
from quorate.scoring.trend import Degradation

BY: Final = "coordinator"
BYPASSED: Final = "constitutional_bypass"
"""The kind of alert. Source: R-142."""

DEGRADED: Final = "agent_degraded"
"""The kind of alert. Source: R-134."""

PASSED: Final = "PASS"

LOOKED_AT: Final = 200
"""Tasks, and verdicts whose signatures are checked, that one look takes in, the newest ones. Ours."""

SOURCES: Final = {
    TaskFailure.WORKER_CRASH.value: FailureSource.AGENT_CRASH,
    TaskFailure.NETWORK_ERROR.value: FailureSource.NETWORK_ERROR,
    TaskFailure.LLM_TIMEOUT.value: FailureSource.LLM_TIMEOUT,
}
"""Whose failure a task tells, under the breaker's words; a rule that said no is nobody's. Source: R-051."""

_LOG = structlog.get_logger()


class Halting(Protocol):
    """What stops trading."""

    async def halt(self, wish: HaltWish) -> HaltOutcome:
        """Stop trading at once."""
        ...


class Law(Protocol):
    """What knows whether a verdict holds."""

    async def checks(self, envelopes: Sequence[Json]) -> Sequence[VerdictCheck]:
        """Return of each envelope, in their order, whether it holds a verdict that this home trusts."""
        ...


class Stopped(Protocol):
    """What became of a wish to stop a task."""

    @property
    def applied(self) -> bool:
        """Return whether it went on until now."""
        ...


class Acting(Protocol):
    """What carries out what a person decided of a task."""

    async def retry(self, task_id: str) -> object:
        """Try it again."""
        ...

    async def cancel(
        self, task_id: str, reason: str = "", *, beside: Sequence[Event] = ()
    ) -> Stopped:
        """Stop it, `beside` committed with that; nothing is where it was stopped before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """How the control plane stands."""

    intake: Switch
    gate: Gate
    pressure: Pressure
    components: Sequence[ComponentHealth]
    overrides: Sequence[RecordedOverride]

    def as_json(self) -> dict[str, object]:
        """Return the state as programs get it."""
        return {
            "accepting": not self.intake.is_shut and self.gate.breaker.circuit.value != "open",
            "intake": {
                "state": self.intake.state or OPEN,
                "reason": self.intake.reason,
                "by": self.intake.by,
                "since": self.intake.changed_at,
            },
            "circuit": self.gate.breaker.circuit.value,
            "openReason": self.gate.why,
            "queued": self.pressure.queued,
            "able": self.pressure.able,
            "components": [
                {
                    "name": each.name,
                    "ok": each.is_healthy,
                    "failures": each.failures,
                    "detail": each.detail,
                    "checkedAt": each.checked_at,
                    "latencyMs": each.latency_ms,
                }
                for each in self.components
            ],
            "overrides": [each._asdict() for each in self.overrides],
        }


class Coordinator:
    """One home's control plane; `able` says how many could work on a task now."""

    def __init__(  # noqa: PLR0913  (the parts that it coordinates, each named)
        self,
        store: Store,
        *,
        safety: Halting,
        law: Law,
        tasks: Acting,
        watch: Watch,
        able: Callable[[], Awaitable[int]],
        degraded: Callable[[], Awaitable[Sequence[Degradation]]],
    ) -> None:
        self._store = store
        self._safety = safety
        self._law = law
        self._tasks = tasks
        self._watch = watch
        self._able = able
        self._degraded = degraded
        self._compared = 0
        self._gate = Gate()
        self._heard = stamp(store.clock.now())
        self._trial_at = ""
        self._since = ""
        self._after = 0
        self.health = HealthLoop(store.clock, watch)
        self.health.add("constitution", self._constitution)
        self.health.add("agents", self._agents)

    async def admit(self) -> None:
        """Let a new task in.

        Raises:
            CircuitOpenError: none is taken: shut down, nobody to work, too many that wait, or too many that failed.
        """
        await self._take_in()
        intake, pressure, now = await self.intake(), await self._pressure(), self._now()
        self._gate = self._gate.pressed(pressure, now)
        before = self._gate.breaker
        self._gate = self._gate.passed(pressure, intake, now)
        if self._gate.breaker.generation != before.generation:
            self._trial_at = stamp(self._store.clock.now())

    async def _take_in(self) -> None:
        """Tell the gate how tasks ended since the last look; of a trial only what came after it began counts."""
        rows = await self._store.database.look_up(
            partial(newest_tasks, tenant=self._store.tenant, most=LOOKED_AT)
        )
        ended = sorted((at, state, source, came) for state, source, came, at in rows)
        for at, state, source, came in ended:
            on_trial = self._gate.breaker.circuit is Circuit.HALF_OPEN
            if at <= self._heard or (on_trial and came < self._trial_at):
                continue
            generation = self._gate.breaker.generation
            if state == TaskState.COMPLETED.value:
                self._gate = self._gate.worked(generation)
            elif state == TaskState.FAILED.value and source in SOURCES:
                self._gate = self._gate.failed(SOURCES[source], generation, self._now())
        if ended:
            self._heard = max(self._heard, ended[-1][0])

    async def intake(self) -> Switch:
        """Return whether new tasks are taken."""
        return await self._store.database.look_up(
            partial(switch_in, tenant=self._store.tenant, name=INTAKE)
        )

    async def state(self) -> ControlState:
        """Return how the control plane stands now."""
        return ControlState(
            intake=await self.intake(),
            gate=self._gate,
            pressure=await self._pressure(),
            components=sorted(self.health.health.values(), key=lambda each: each.name),
            overrides=await self.overrides(20),
        )

    async def inspect(self) -> Sequence[str]:
        """Return the tasks that completed without a verdict that holds, and stop everything where there is one."""
        tenant, read = self._store.tenant, self._store.database.read
        found = list(
            await read(partial(unjudged_tasks, tenant=tenant, since=self._since, most=LOOKED_AT))
        )
        verdicts = await read(
            partial(passing_verdicts, tenant=tenant, after=self._after, most=LOOKED_AT)
        )
        head = await self._store.head()
        told = [msgspec.json.decode(row).get("envelope") for _, row in verdicts]
        checks = zip(verdicts, await self._law.checks(told), strict=True)
        found += [task_id for (task_id, _), check in checks if not _lets_pass(check, task_id)]
        if found:
            await self.shut(found)
        else:
            self._after = head
        return found

    async def shut(self, tasks: Sequence[str]) -> bool:
        """Take nothing new and halt trading until a person resumes both; return whether that was not so before.

        Source: R-142 (constitutional bypass: automatic shutdown).
        """
        reason = f"{tasks[0]} completed without a valid verdict"
        if len(tasks) > 1:
            reason = f"{reason}, and {len(tasks) - 1} more"
        if not await self._turn(SHUT, reason=reason, by=BY):
            return False
        _LOG.error("constitutional_bypass", tasks=list(tasks))
        await self._safety.halt(HaltWish(scope=HaltScope.NEW, reason=reason, by=BY))
        alert = Alert(kind=BYPASSED, severity=Severity.ERROR, text=reason, book=NO_BOOK)
        await self._watch.told([alert])
        return True

    async def resume(self, *, reason: str, by: str) -> bool:
        """Take new tasks again, for a person who looked into it; trading is resumed by itself.

        What was found stays on record; it is not found again.

        Raises:
            RejectedError: there is no reason.
        """
        applied = await self._turn(OPEN, reason=reason, by=by)
        if applied:
            self._since = (await self.intake()).changed_at
            self._after = await self._store.head()
        return applied

    async def breaker(self) -> BreakerLine:
        """Return how the breaker of new tasks stands."""
        return task_breaker(self._gate, await self.intake(), self._now())

    async def reset(self, *, reason: str, by: str) -> None:
        """Let tasks in again, for a person who looked why none were; raises as `resume`."""
        self._gate = Gate()
        await self.resume(reason=reason, by=by)

    async def override(
        self, task_id: str, act: Act, *, justification: str, approver: str
    ) -> RecordedOverride:
        """Do with a task what a person decided, and put on record who and why: with a stop, after what was begun.

        Raises:
            RejectedError: it lacks a justification or an approver, or there is no such task.
            ConflictError: the task does not allow the act.
        """
        id_ = self._store.ids.ulid("ovr_")
        event = override_event(id_, task_id, act, justification=justification, approver=approver)
        is_told = False
        if act is Act.RETRY:
            await self._tasks.retry(task_id)
        elif act is Act.CANCEL:
            change = await self._tasks.cancel(task_id, f"override {id_}", beside=[event])
            is_told = change.applied
        if not is_told:
            await self._store.journal.commit(lambda _tx: [event])
        return next(each for each in await self.overrides(50) if each.override_id == id_)

    async def overrides(self, most: int) -> Sequence[RecordedOverride]:
        """Return what people decided against the rule, newest first."""
        return await self._store.database.read(
            partial(overrides_in, tenant=self._store.tenant, most=most)
        )

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Look at components and verdicts as long as the block lasts."""
        since = await self.intake()
        if since.state == OPEN:
            self._since = since.changed_at
        async with self.health.served():
            yield

    async def _constitution(self) -> str:
        found = await self.inspect()
        return f"{len(found)} tasks without a valid verdict" if found else "every verdict holds"

    async def _agents(self) -> str:
        """Tell a person of agents that got worse; looked at again once the journal has grown. Source: R-134."""
        head = await self._store.head()
        if head == self._compared:
            return "nothing new"
        fallen = await self._degraded()
        self._compared = head
        await self._watch.told(
            [
                Alert(
                    kind=DEGRADED,
                    severity=Severity.WARNING,
                    text=f"{each.measure} of {each.name} fell over its last {each.turns} turns",
                    book=NO_BOOK,
                )
                for each in fallen
            ]
        )
        return f"{len(fallen)} got worse" if fallen else "none got worse"

    async def _turn(self, state: str, *, reason: str, by: str) -> bool:
        told: list[Event] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            event = switched_event(INTAKE, state, tx.switch(INTAKE), reason=reason, by=by)
            told[:] = [] if event is None else [event]
            return told

        await self._store.journal.commit(decide)
        return bool(told)

    async def _pressure(self) -> Pressure:
        queued = await self._store.database.look_up(
            partial(queued_tasks, tenant=self._store.tenant)
        )
        return Pressure(able=await self._able(), queued=queued)

    def _now(self) -> float:
        return self._store.clock.monotonic()


def _lets_pass(check: VerdictCheck, task_id: str) -> bool:
    """Return whether a verdict is signed, on that task, and lets it pass."""
    predicate = check.statement.get("predicate")
    said = predicate if isinstance(predicate, dict) else {}
    return check.ok and said.get("taskId") == task_id and said.get("decision") == PASSED
