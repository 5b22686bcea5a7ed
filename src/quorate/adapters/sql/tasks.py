"""The task table: where each unit of work stands, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Row, Table, select

from quorate.adapters.sql.leases import LEASES
from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Values
from quorate.arbiter.task import PRIORITY, TERMINAL, Task, TaskState, TaskType, lease_name
from quorate.kernel.ids import BookName, TaskId, Tenant, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of

TASKS = Table(
    "tasks",
    metadata,
    tenant_column(),
    text_column("task_id", key=True),
    text_column("type"),
    text_column("subject"),
    text_column("trace_id"),
    text_column("spec_hash"),
    text_column("state"),
    text_column("reason"),
    text_column("owner"),
    Column("token", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    text_column("parent"),
    text_column("book"),
    text_column("worker"),
    text_column("failure_source"),
    text_column("not_before"),
    text_column("expires_at"),
    text_column("received_at"),
    text_column("changed_at"),
    Column("priority", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
_GOING_ON = sorted(state.value for state in TaskState if state not in TERMINAL)
"""Who asks for these sorts what is found: SQLite would walk all tasks by their key to have them in its order."""

_UNFINISHED = TASKS.c.state.not_in([state.value for state in sorted(TERMINAL)])
Index(
    "tasks_unfinished",
    TASKS.c.tenant,
    TASKS.c.task_id,
    sqlite_where=_UNFINISHED,
    postgresql_where=_UNFINISHED,
)
Index("tasks_by_seq", TASKS.c.tenant, TASKS.c.seq)
Index("tasks_by_parent", TASKS.c.tenant, TASKS.c.parent)
Index("tasks_waiting", TASKS.c.tenant, TASKS.c.state, TASKS.c.type, TASKS.c.not_before)
Index("tasks_by_book", TASKS.c.tenant, TASKS.c.book, TASKS.c.state, TASKS.c.type)
_REMOTE = TASKS.c.worker != ""
Index(
    "tasks_by_worker",
    TASKS.c.tenant,
    TASKS.c.worker,
    sqlite_where=_REMOTE,
    postgresql_where=_REMOTE,
)

_ADD = Insert(TASKS)
_WHERE = ("tenant", "task_id", "token", "state")
_MOVE = GuardedUpdate(
    TASKS,
    where=_WHERE,
    change=(
        *("state", "reason", "changed_at", "token", "attempts", "owner", "worker"),
        *("failure_source", "not_before"),
    ),
)
_FIRST_MOVES = GuardedUpdate(TASKS, where=_WHERE, change=("state", "reason", "changed_at"))
"""What a move changed before a task could change hands with it (the first version of the row)."""

_ADOPT = GuardedUpdate(
    TASKS,
    where=("tenant", "task_id", "token"),
    change=("owner", "token", "attempts", "changed_at"),
)


def abandoned_tasks(
    connection: Connection, tenant: Tenant, now: str, kind: TaskType
) -> Sequence[Task]:
    """Return the unfinished tasks of one type whose lease ran out before `now`, oldest first."""
    rows = connection.execute(
        select(TASKS)
        .join(
            LEASES,
            (LEASES.c.tenant == TASKS.c.tenant)
            & (LEASES.c.name == lease_name("") + TASKS.c.task_id),
        )
        .where(
            TASKS.c.tenant == tenant,
            TASKS.c.type == kind.value,
            TASKS.c.state.in_(_GOING_ON),
            LEASES.c.expires_at <= now,
        )
    ).all()
    return [task_of(row) for row in sorted(rows, key=lambda row: str(row.task_id))]


def parts_of(connection: Connection, tenant: Tenant, parent: TaskId) -> Sequence[Task]:
    """Return the tasks that are parts of another one."""
    rows = connection.execute(
        select(TASKS).where(TASKS.c.tenant == tenant, TASKS.c.parent == parent)
    )
    return [task_of(row) for row in rows]


def task_of(row: Row[tuple[Any, ...]]) -> Task:
    """Return a row of the table as the task that it is."""
    return Task(
        task_id=TaskId(row.task_id),
        type=TaskType(row.type),
        subject=row.subject,
        trace_id=TraceId(row.trace_id),
        state=TaskState(row.state),
        token=row.token,
        attempts=row.attempts,
        parent=TaskId(row.parent),
        book=BookName(row.book),
        owner=row.owner,
        worker=row.worker,
        priority=row.priority,
        not_before=moment_of(row.not_before) if row.not_before else None,
        expires_at=moment_of(row.expires_at) if row.expires_at else None,
    )


def _received(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "task_id": text_of(event, "taskId"),
            "type": text_of(event, "taskType"),
            "subject": text_of(event, "subject"),
            "trace_id": event.trace_id,
            "spec_hash": text_of(event, "specHash"),
            "state": text_of(event, "state"),
            "reason": "",
            "owner": text_of(event, "owner"),
            "token": number_of(event, "token"),
            "attempts": _number(event, "attempts", 1),
            "parent": _text(event, "parent"),
            "book": event.book,
            "worker": _text(event, "worker"),
            "failure_source": "",
            "not_before": _text(event, "notBefore"),
            "expires_at": _text(event, "expiresAt"),
            "received_at": place.ts,
            "changed_at": place.ts,
            "priority": _number(event, "priority", PRIORITY),
            "seq": place.seq,
        },
    )


def _moved(session: Session, place: Place, event: Event) -> None:
    present, token = text_of(event, "from"), number_of(event, "token")
    values: Values = {
        "was_tenant": place.tenant,
        "was_task_id": text_of(event, "taskId"),
        "was_token": _number(event, "wasToken", token),
        "was_state": present,
        "state": text_of(event, "to"),
        "reason": text_of(event, "reason"),
        "changed_at": place.ts,
    }
    lost = f"the task is no longer {present} in this holder's hands"
    if "owner" not in event.payload:
        session.update(_FIRST_MOVES, values, otherwise=lost)
        return
    hands: Values = {
        "token": token,
        "attempts": number_of(event, "attempts"),
        "owner": text_of(event, "owner"),
        "worker": text_of(event, "worker"),
        "failure_source": text_of(event, "failureSource"),
        "not_before": _text(event, "notBefore"),
    }
    session.update(_MOVE, values | hands, otherwise=lost)


def _adopted(session: Session, place: Place, event: Event) -> None:
    token = number_of(event, "token")
    session.update(
        _ADOPT,
        {
            "was_tenant": place.tenant,
            "was_task_id": text_of(event, "taskId"),
            "was_token": _number(event, "wasToken", token - 1),
            "owner": text_of(event, "owner"),
            "token": token,
            "attempts": number_of(event, "attempts"),
            "changed_at": place.ts,
        },
        otherwise="another process took the task over first",
    )


def _text(event: Event, key: str) -> str:
    return text_of(event, key) if key in event.payload else ""


def _number(event: Event, key: str, otherwise: int) -> int:
    return number_of(event, key) if key in event.payload else otherwise


PROJECTIONS: Projections = {
    "task.received": _received,
    "task.moved": _moved,
    "task.adopted": _adopted,
}
