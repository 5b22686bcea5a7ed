"""Delivering: what a worker says came of a task, checked before it counts, applied once, acknowledged once durable.

task_complete -> is it this worker's, under this token? -> the shape of its type -> the court, unless it is a part ->
COMPLETED with its result, or REJECTED -> task_complete_ack; sent again, it is acknowledged again and applied no second
time (FM-TAW-008)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from quorate.adapters.sql.fleet import ended_holding
from quorate.adapters.sql.task_queue import held_task
from quorate.arbiter.holding import Hands, Held
from quorate.arbiter.moves import TO_CHECK, TO_END, result_event
from quorate.arbiter.task import FailureSource, Task, TaskEvent, TaskState
from quorate.bootstrap.fleet.encoding import read_assignment
from quorate.bootstrap.fleet.node.assigning import Assigner, drop, family_of
from quorate.bootstrap.fleet.node.giving_back import give_back
from quorate.bootstrap.fleet.node.judging import RemoteCourt
from quorate.bootstrap.fleet.node.link import InHand, Link
from quorate.bootstrap.store import Store
from quorate.fleet.outcome import TRADING_ANALYSIS, checked_result
from quorate.fleet.roster import Ended, finished_event
from quorate.fleet.wire import TaskComplete, TaskCompleteAck, TaskFailed
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import ConflictError, InvalidOutputError, RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.lease import lease_event

TRIED_AGAIN: Final = frozenset({FailureSource.WORKER_CRASH, FailureSource.NETWORK_ERROR})
"""Failures after which another worker may do better; a rule says the same to all, and a model's time is used up."""

BLAMED: Final = frozenset({FailureSource.WORKER_CRASH, FailureSource.RULE})
"""Failures that are the worker's own: it crashes, or delivers what breaks a rule."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a delivery; `blamed` says that the worker's row of failures grows by it."""

    ack: TaskCompleteAck
    done: bool = False
    blamed: bool = False


class Deliveries:
    """Takes what workers deliver."""

    def __init__(self, store: Store, hands: Hands, assigner: Assigner, court: RemoteCourt) -> None:
        self._store = store
        self._hands = hands
        self._assigner = assigner
        self._court = court

    async def completed(self, link: Link, told: TaskComplete) -> Verdict:
        """Return what became of a result, once that is durable.

        Raises:
            UnavailableError: the database gave no answer; the worker sends it again.
        """
        found = await self.in_hand(link, told.task_id, told.token)
        if found is None:
            return await self.known(link, told.task_id, told.token)
        task = found.held.task
        try:
            result = checked_result(task.type, told.result)
            require_answered(task, result, found.metadata)
        except InvalidOutputError as error:
            judged = await self._court.found(found, {}, (error.cause,))
            return await self._refused(link, found, error.cause, judged.events)
        row: dict[str, JsonValue] = dict(result.items())
        judged = await self._court.found(found, row)
        if not judged.passed:
            why = "; ".join(judged.problems) or "the court said no"
            return await self._refused(link, found, why, judged.events)
        done = [result_event(task, row), *judged.events, self._ended(found, Ended.DONE)]
        return await self._closed(link, found, (*TO_CHECK, *TO_END), done, "")

    async def failed(self, link: Link, told: TaskFailed) -> Verdict:
        """Return what became of a failure: given back to be tried again, or the task's end; raises as `completed`."""
        found = await self.in_hand(link, told.task_id, told.token)
        if found is None:
            return await self.known(link, told.task_id, told.token)
        source = _source(told.failure_source)
        reason = told.reason or source.value
        if source in TRIED_AGAIN:
            drop(link, told.task_id)
            await give_back(
                self._hands,
                await self._begun(found.held),
                reason,
                source=source,
                ended=Ended.FAILED,
            )
            return Verdict(_ack(told, accepted=True), blamed=source in BLAMED)
        ended = [self._ended(found, Ended.FAILED, source)]
        verdict = await self._closed(link, found, (TaskEvent.ERROR,), ended, reason, source)
        return replace(verdict, done=False, blamed=source in BLAMED)

    async def in_hand(self, link: Link, task_id: str, token: int) -> InHand | None:
        """Return a task that this worker holds under this token, found in the database where this node forgot it."""
        found = link.in_hand.get(task_id)
        if found is not None and found.held.task.token == token:
            return found
        stored = await self._store.database.look_up(
            partial(held_task, tenant=self._store.tenant, task_id=task_id)
        )
        worker = link.session.worker
        if stored is None or (stored.task.token, stored.task.worker) != (token, worker):
            return None
        return InHand(
            held=Held(stored.task, stored.lease),
            family=family_of(stored.task),
            metadata=await self._assigner.metadata(stored.task) or {},
            given_at=self._store.clock.monotonic(),
            accepted=stored.task.state is TaskState.EXECUTING,
        )

    async def known(self, link: Link, task_id: str, token: int) -> Verdict:
        """Return the answer to a delivery of a task that is in this worker's hands no more."""
        ended = await self._store.database.look_up(
            partial(ended_holding, tenant=self._store.tenant, task_id=task_id, token=token)
        )
        is_done = ended == (link.session.worker, Ended.DONE)
        reason = "" if is_done else "this task is not in your hands under this token"
        return Verdict(
            TaskCompleteAck(task_id=task_id, token=token, accepted=is_done, reason=reason)
        )

    async def _refused(
        self, link: Link, found: InHand, why: str, judged: Sequence[Event]
    ) -> Verdict:
        """End a task whose result is garbage, or may not stand: it is REJECTED, never completed (R-058)."""
        source = FailureSource.RULE
        ended = [*judged, self._ended(found, Ended.FAILED, source)]
        path = (*TO_CHECK, TaskEvent.VIOLATION)
        verdict = await self._closed(link, found, path, ended, why, source)
        ack = verdict.ack
        if not ack.accepted:
            return verdict
        return Verdict(
            TaskCompleteAck(task_id=ack.task_id, token=ack.token, accepted=False, reason=why[:500]),
            blamed=True,
        )

    async def _closed(
        self,
        link: Link,
        found: InHand,
        path: Sequence[TaskEvent],
        beside: Sequence[Event],
        reason: str,
        source: FailureSource = FailureSource.NONE,
    ) -> Verdict:
        """Walk a task to its end in one commit, its lease released with it."""
        held = found.held
        task = held.task
        begin = (TaskEvent.STARTED,) if task.state is TaskState.ROUTED else ()
        released = lease_event("released", replace(held.lease, expires_at=self._store.clock.now()))
        drop(link, task.task_id)
        try:
            await self._hands.advance(
                held,
                *begin,
                *path,
                beside=[*beside, released],
                reason=reason,
                failure_source=source,
            )
        except ConflictError:
            return await self.known(link, task.task_id, task.token)
        except BaseException:
            link.in_hand[task.task_id] = found
            raise
        ack = TaskCompleteAck(task_id=task.task_id, token=task.token, accepted=True)
        return Verdict(ack, done=True)

    async def _begun(self, held: Held) -> Held:
        """Return a task as one that was begun: a worker that says it failed did begin."""
        if held.task.state is TaskState.ROUTED:
            return await self._hands.advance(held, TaskEvent.STARTED)
        return held

    def _ended(
        self, found: InHand, ended: Ended, source: FailureSource = FailureSource.NONE
    ) -> Event:
        task = found.held.task
        took = self._store.clock.monotonic() - found.given_at
        return finished_event(
            task.worker,
            task.task_id,
            task.token,
            ended,
            source=source,
            took_us=max(int(took * 1_000_000), 0),
        )


def require_answered(
    task: Task, result: Mapping[str, Json], metadata: Mapping[str, object]
) -> None:
    """Refuse a result that does not answer what was asked: the post-check before COMPLETED (R-058).

    Raises:
        InvalidOutputError: an analysis leaves a symbol out, or speaks of one that nobody asked about.
    """
    if task.type != TRADING_ANALYSIS:
        return
    try:
        wanted = sorted(read_assignment(metadata).series)
    except RejectedError as error:
        raise InvalidOutputError(error.cause, code="ASSIGNMENT_UNREADABLE") from None
    answers = result.get("answers")
    said = sorted(
        str(each.get("symbol"))
        for each in (answers if isinstance(answers, list) else ())
        if isinstance(each, dict)
    )
    if said != wanted:
        raise InvalidOutputError(
            f"it answers {', '.join(said) or 'nothing'}, asked were {', '.join(wanted)}",
            code="SYMBOLS_MISMATCH",
        )


def _source(told: str) -> FailureSource:
    return FailureSource(told) if told in set(FailureSource) and told else FailureSource.RULE


def _ack(told: TaskFailed, *, accepted: bool) -> TaskCompleteAck:
    return TaskCompleteAck(task_id=told.task_id, token=told.token, accepted=accepted)
