"""Assigning: waiting tasks go to idle workers of this node; another node that reaches for one takes it, or does not.

the queue -> who should get what -> claimed in the journal, token and lease -> assigned -> accepted within 10 s
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from quorate.adapters.sql.task_queue import WaitingTask, waiting_tasks
from quorate.arbiter.holding import Hands, Held
from quorate.arbiter.moves import RECEIVED, stream_of
from quorate.arbiter.task import Task, TaskEvent, TaskState
from quorate.bootstrap.fleet.node.giving_back import give_back
from quorate.bootstrap.fleet.node.link import InHand, Link
from quorate.bootstrap.store import Store
from quorate.fleet.dispatch import Candidate, Waiting, choices
from quorate.fleet.outcome import TRADING_ANALYSIS, TRADING_SIGNAL
from quorate.fleet.policy import FleetPolicy
from quorate.fleet.session import SessionState
from quorate.fleet.wire import Problem, TaskAccepted, TaskAssignment, TaskCancel
from quorate.kernel.errors import ConflictError
from quorate.kernel.spans import trace_headers
from quorate.kernel.stamps import moment_of, stamp

REMOTE_TYPES: Final = frozenset({TRADING_ANALYSIS, TRADING_SIGNAL})
"""What a worker elsewhere can be given: tasks that carry an assignment, and whose results have a shape."""

READ_AHEAD: Final = 200
"""How many waiting tasks are looked at for one round of choices. Ours: more than a node has slots, as a rule."""

UNTIL: Final = 180.0
"""What a task may take that names no end, in seconds. Ours: an LLM call of 120 s, and a minute."""


class Assigner:
    """Gives waiting tasks to the workers that are connected to this node."""

    def __init__(self, store: Store, hands: Hands, policy: FleetPolicy, node: str) -> None:
        self._store = store
        self._hands = hands
        self._policy = policy
        self._node = node
        self._turns = 0
        self._lease_time = timedelta(seconds=policy.dead_after_seconds)

    async def dispatch(self, links: Mapping[str, Link]) -> int:
        """Give out what can be given, and return how many tasks were."""
        given = 0
        while free := [link for link in links.values() if link.session.free]:
            queue = {str(each.task.task_id): each for each in await self._queue()}
            picks = choices(self._waiting(queue), map(_candidate, free), _in_hand(links))
            if not picks:
                break
            async with asyncio.TaskGroup() as group:
                begun = [
                    group.create_task(self._give(queue[pick.task], links[pick.worker]))
                    for pick in picks
                    if pick.worker in links
                ]
            made = sum(task.result() for task in begun)
            given += made
            if not made:
                break
        return given

    async def accepted(self, link: Link, told: TaskAccepted) -> None:
        """Take note that a worker begins: from here on the task is at work."""
        found = link.in_hand.get(told.task_id)
        if found is None or found.held.task.token != told.token:
            await link.say(not_yours(told.task_id))
            return
        if found.accepted:
            return
        held = found.held
        if held.task.state is TaskState.ROUTED:
            held = await self._hands.advance(held, TaskEvent.STARTED)
        link.in_hand[told.task_id] = replace(found, held=held, accepted=True)

    async def overdue(self, link: Link) -> int:
        """Take back what a worker did not accept in time, and return how many tasks that were."""
        now, late = self._store.clock.monotonic(), 0
        for task_id, found in list(link.in_hand.items()):
            if found.accepted or now - found.given_at <= self._policy.accept_seconds:
                continue
            drop(link, task_id)
            late += 1
            reason = f"{link.session.worker} did not accept it in time"
            await give_back(self._hands, found.held, reason)
            await link.say(_cancelled(found.held.task, reason))
        return late

    async def metadata(self, task: Task) -> dict[str, object] | None:
        """Return what a task was queued with for its worker, None where it was not queued for one."""
        entries = await self._store.journal.entries(stream_of(task))
        first = next((entry for entry in entries if entry.type == RECEIVED), None)
        found = first.facts.get("assignment") if first else None
        return dict(found) if isinstance(found, dict) else None

    async def _queue(self) -> Sequence[WaitingTask]:
        now = stamp(self._store.clock.now())
        return await self._store.database.look_up(
            partial(
                waiting_tasks,
                tenant=self._store.tenant,
                types=REMOTE_TYPES,
                now=now,
                most=READ_AHEAD,
            )
        )

    def _waiting(self, queue: Mapping[str, WaitingTask]) -> Sequence[Waiting]:
        now = self._store.clock.now()
        return [
            Waiting(
                task=each.task.task_id,
                task_type=each.task.type,
                family=family_of(each.task),
                priority=each.task.priority,
                waited_s=(now - moment_of(each.received_at)).total_seconds(),
                place=each.seq,
            )
            for each in queue.values()
        ]

    async def _give(self, waiting: WaitingTask, link: Link) -> bool:
        """Claim a task for a worker and assign it, and return whether it was claimed here."""
        metadata = await self.metadata(waiting.task)
        if metadata is None:
            return False
        worker = link.session.worker
        try:
            held = await self._hands.take(
                waiting.task, owner=self._node, worker=worker, lease_time=self._lease_time
            )
        except ConflictError:
            return False
        self._turns += 1
        link.turn = self._turns
        await self._assign(link, held, metadata)
        return True

    async def _assign(self, link: Link, held: Held, metadata: dict[str, object]) -> None:
        task = held.task
        if link.session.state is not SessionState.IDLE:
            await give_back(self._hands, held, "its worker left before it was told")
            return
        link.in_hand[task.task_id] = InHand(
            held=held,
            family=family_of(task),
            metadata=metadata,
            given_at=self._store.clock.monotonic(),
        )
        link.session = link.session.given(task.task_id, task.token)
        if not await link.say(self._assignment(task, metadata)):
            drop(link, task.task_id)
            await give_back(self._hands, held, "its worker left before it was told")

    def _assignment(self, task: Task, metadata: dict[str, object]) -> TaskAssignment:
        left = UNTIL
        if task.expires_at is not None:
            left = max((task.expires_at - self._store.clock.now()).total_seconds(), 0.001)
        headers = trace_headers()
        traced = {"traceparent": headers["traceparent"]} if "traceparent" in headers else {}
        return TaskAssignment(
            task_id=task.task_id,
            token=task.token,
            task_type=task.type.value,
            description=f"{task.type} for {task.subject}"[:2000],
            priority=min(max(task.priority, 0), 10),
            deadline_seconds=left,
            metadata={**metadata, **traced},
        )


def drop(link: Link, task_id: str) -> InHand | None:
    """Take a task out of a worker's hands, and return it if it was there."""
    found = link.in_hand.pop(task_id, None)
    if not link.session.is_over:
        link.session = link.session.without(task_id)
    return found


def family_of(task: Task) -> str:
    """Return whose a task is, for fairness: its parent's, else its own."""
    return task.parent or task.task_id


def not_yours(task_id: str) -> Problem:
    """Return the refusal of what a worker says of a task that it does not hold."""
    return Problem(code="not-yours", detail="this task is not in your hands", task_id=task_id)


def _cancelled(task: Task, reason: str) -> TaskCancel:
    return TaskCancel(task_id=task.task_id, token=task.token, reason=reason[:500])


def _candidate(link: Link) -> Candidate:
    session = link.session
    return Candidate(
        worker=session.worker,
        capabilities=session.capabilities,
        free=session.free,
        slots=session.slots,
        failures=session.failures,
        turn=link.turn,
    )


def _in_hand(links: Mapping[str, Link]) -> Mapping[str, int]:
    return Counter(each.family for link in links.values() for each in link.in_hand.values())
