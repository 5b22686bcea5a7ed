"""Order tasks: those that are due, those whose worker fell silent, one with its act; and former rows of such work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import Connection, bindparam, select

from quorate.adapters.sql.leases import LEASES
from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.adapters.sql.task_listing import task_line
from quorate.adapters.sql.tasks import TASKS
from quorate.arbiter.order_work.item import (
    ENQUEUED,
    MOVED_ON,
    WAITING,
    OrderTask,
    act_of,
    code_in,
    result_of,
    source_of,
)
from quorate.arbiter.record import FORMER_STATES, OPEN, TaskLine
from quorate.arbiter.task import PRIORITY, Task, TaskState, TaskType, lease_name
from quorate.execution.acts.act import FORMER, PREFIX, carried_over
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, TaskId, Tenant, TraceId
from quorate.kernel.journal import Event, JournalEntry
from quorate.kernel.stamps import moment_of, stamp

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

_COLUMNS = tuple(TASKS.columns)
_NAMES: Final = tuple(column.name for column in _COLUMNS)
_SEQ: Final = _NAMES.index("seq")
_TENANT = TASKS.c.tenant == bindparam("tenant")
_OF_ORDERS = TASKS.c.type == bindparam("type")
_ONE = Statement(select(*_COLUMNS).where(_TENANT, TASKS.c.task_id == bindparam("task_id")))
_DUE = Statement(
    select(*_COLUMNS)
    .where(
        _TENANT,
        _OF_ORDERS,
        TASKS.c.state == bindparam("waiting"),
        TASKS.c.not_before <= bindparam("now"),
    )
    .order_by(TASKS.c.not_before, TASKS.c.seq)
    .limit(bindparam("most"))
)
_IN_HANDS = tuple(state.value for state in OPEN if state is not TaskState.ROUTING)
_LOST = Statement(
    select(*_COLUMNS)
    .join(
        LEASES,
        (LEASES.c.tenant == TASKS.c.tenant)
        & (LEASES.c.name == bindparam("prefix") + TASKS.c.task_id),
    )
    .where(
        _TENANT,
        _OF_ORDERS,
        TASKS.c.state.in_([bindparam(f"open_{place}") for place in range(len(_IN_HANDS))]),
        LEASES.c.expires_at <= bindparam("now"),
    )
)
"""Sorted when they are read: SQLite would walk all tasks to have them by `seq`."""


class Rows(Protocol):
    """The journal's rows, as they are read back."""

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        """Return the committed rows of `stream`, oldest first."""
        ...


class SqlOrderTasks:
    """One tenant's order tasks; the port `OrderTasks` says what it promises."""

    def __init__(self, database: Database, journal: Rows, tenant: Tenant) -> None:
        self._database = database
        self._journal = journal
        self._tenant = tenant

    async def item(self, task_id: TaskId) -> OrderTask | None:
        """Return the task with its act; see the port."""
        line = await self._database.look_up(
            lambda connection: task_line(connection, self._tenant, task_id)
        )
        if line is None or line.type is not TaskType.ORDER:
            return None
        return item_of(line, await self.entries(task_id))

    async def entries(self, task_id: TaskId) -> Sequence[JournalEntry]:
        """Return the rows of a task, those from before it was one among them."""
        former = task_id.replace(PREFIX, FORMER, 1)
        before = await self._journal.entries(f"work:{former}")
        return [*before, *await self._journal.entries(f"task:{task_id}")]

    async def due(self, now: datetime, limit: int) -> Sequence[Task]:
        """Return what may be taken; see the port."""
        return await self._database.look_up(
            partial(_due, tenant=self._tenant, now=stamp(now), limit=limit)
        )

    async def lost(self, now: datetime) -> Sequence[Task]:
        """Return what is in dead hands; see the port."""
        return await self._database.look_up(partial(_lost, tenant=self._tenant, now=stamp(now)))


def item_of(line: TaskLine, entries: Sequence[JournalEntry]) -> OrderTask:
    """Return an order task as its row and its journal rows tell it."""
    act, predecessor = act_of(entries)
    code, reason = code_in(line.reason)
    return OrderTask(
        task=Task(
            task_id=line.task_id,
            type=line.type,
            subject=line.subject,
            trace_id=line.trace_id,
            state=line.state,
            token=0,
            attempts=line.attempts,
            book=line.book,
            owner=line.owner,
            worker=line.worker,
            not_before=moment_of(line.not_before) if line.not_before else None,
        ),
        act=act,
        received_at=line.received_at,
        changed_at=line.changed_at,
        code=code,
        reason=reason,
        failure_source=line.failure_source,
        predecessor=predecessor,
        result=result_of(entries),
    )


def task_now(session: Session, tenant: Tenant, task_id: TaskId) -> Task | None:
    """Return the task as it stands, inside the writer's transaction."""
    rows = session.read(_ONE, {"tenant": tenant, "task_id": task_id})
    return _task(rows[0]) if rows else None


def _due(connection: Connection, *, tenant: Tenant, now: str, limit: int) -> Sequence[Task]:
    values: Values = {
        "tenant": tenant,
        "type": TaskType.ORDER.value,
        "waiting": TaskState.ROUTING.value,
        "now": now,
        "most": limit,
    }
    return [_task(row) for row in rows_of(connection, _DUE, values)]


def _lost(connection: Connection, *, tenant: Tenant, now: str) -> Sequence[Task]:
    states: Values = {f"open_{place}": state for place, state in enumerate(_IN_HANDS)}
    values: Values = {
        "tenant": tenant,
        "type": TaskType.ORDER.value,
        "prefix": lease_name(""),
        "now": now,
        **states,
    }
    rows = rows_of(connection, _LOST, values)
    return [_task(row) for row in sorted(rows, key=lambda row: int(row[_SEQ] or 0))]


def _task(row: Row) -> Task:
    told = {name: str(value) for name, value in zip(_NAMES, row, strict=True)}
    return Task(
        task_id=TaskId(told["task_id"]),
        type=TaskType(told["type"]),
        subject=told["subject"],
        trace_id=TraceId(told["trace_id"]),
        state=TaskState(told["state"]),
        token=int(told["token"]),
        attempts=int(told["attempts"]),
        parent=TaskId(told["parent"]),
        book=BookName(told["book"]),
        owner=told["owner"],
        worker=told["worker"],
        priority=int(told["priority"]),
        not_before=moment_of(told["not_before"]) if told["not_before"] else None,
        expires_at=moment_of(told["expires_at"]) if told["expires_at"] else None,
    )


_ADD = Insert(TASKS)
_CARRY = GuardedUpdate(
    TASKS,
    where=("tenant", "task_id"),
    change=("state", "reason", "changed_at", "attempts", "failure_source", "not_before"),
)


def _enqueued(session: Session, place: Place, event: Event) -> None:
    """Put in an act that was asked for before acts were tasks."""
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "task_id": carried_over(text_of(event, "workId")),
            "type": TaskType.ORDER.value,
            "subject": f"{text_of(event, 'type')} {text_of(event, 'key')}",
            "trace_id": event.trace_id,
            "spec_hash": "",
            "state": TaskState.ROUTING.value,
            "reason": "",
            "owner": "",
            "token": 0,
            "attempts": 1,
            "parent": "",
            "book": event.book,
            "worker": "",
            "failure_source": "",
            "not_before": text_of(event, "dueAt"),
            "expires_at": "",
            "received_at": place.ts,
            "changed_at": place.ts,
            "priority": PRIORITY,
            "seq": place.seq,
        },
    )


def _moved_on(session: Session, place: Place, event: Event) -> None:
    """Bring such an act up to a move of then: who was at work is gone, so it waits for the next one."""
    state, code = FORMER_STATES.get(text_of(event, "to")), text_of(event, "code")
    if state is None:
        raise InvariantBrokenError(f"{event.type} leads to no state that there was")
    waits, failed = state is TaskState.ROUTING, bool(code) and code != WAITING
    session.update(
        _CARRY,
        {
            "was_tenant": place.tenant,
            "was_task_id": carried_over(text_of(event, "workId")),
            "state": state.value,
            "reason": f"{code}: {text_of(event, 'reason')}" if code else "",
            "changed_at": place.ts,
            "attempts": number_of(event, "attempts") + (1 if waits else 0),
            "failure_source": source_of(code).value if failed else "",
            "not_before": text_of(event, "dueAt") if waits else "",
        },
        otherwise="there is no such work",
    )


PROJECTIONS: Projections = {ENQUEUED: _enqueued, MOVED_ON: _moved_on}
