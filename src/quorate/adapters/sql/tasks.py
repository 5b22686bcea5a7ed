"""The task table: where each unit of work stands, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Connection, Index, Table, select

from quorate.adapters.sql.leases import LEASES
from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert
from quorate.arbiter.task import TERMINAL, Task, TaskState, TaskType, lease_name
from quorate.kernel.ids import TaskId, Tenant, TraceId
from quorate.kernel.journal import Event

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
)
_UNFINISHED = TASKS.c.state.not_in([state.value for state in sorted(TERMINAL)])
Index(
    "tasks_unfinished",
    TASKS.c.tenant,
    TASKS.c.task_id,
    sqlite_where=_UNFINISHED,
    postgresql_where=_UNFINISHED,
)

_ADD = Insert(TASKS)
_MOVE = GuardedUpdate(
    TASKS, where=("tenant", "task_id", "token", "state"), change=("state", "reason")
)
_ADOPT = GuardedUpdate(
    TASKS, where=("tenant", "task_id", "token"), change=("owner", "token", "attempts")
)


def abandoned_tasks(connection: Connection, tenant: Tenant, now: str) -> Sequence[Task]:
    """Return the unfinished tasks whose lease ran out before `now`, oldest first."""
    rows = connection.execute(
        select(TASKS)
        .join(
            LEASES,
            (LEASES.c.tenant == TASKS.c.tenant)
            & (LEASES.c.name == lease_name("") + TASKS.c.task_id),
        )
        .where(
            TASKS.c.tenant == tenant,
            _UNFINISHED,
            LEASES.c.expires_at <= now,
        )
        .order_by(TASKS.c.task_id)
    )
    return [
        Task(
            task_id=TaskId(row.task_id),
            type=TaskType(row.type),
            subject=row.subject,
            trace_id=TraceId(row.trace_id),
            state=TaskState(row.state),
            token=row.token,
            attempts=row.attempts,
        )
        for row in rows
    ]


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
            "attempts": 1,
        },
    )


def _moved(session: Session, place: Place, event: Event) -> None:
    present = text_of(event, "from")
    session.update(
        _MOVE,
        {
            "was_tenant": place.tenant,
            "was_task_id": text_of(event, "taskId"),
            "was_token": number_of(event, "token"),
            "was_state": present,
            "state": text_of(event, "to"),
            "reason": text_of(event, "reason"),
        },
        otherwise=f"the task is no longer {present} in this holder's hands",
    )


def _adopted(session: Session, place: Place, event: Event) -> None:
    session.update(
        _ADOPT,
        {
            "was_tenant": place.tenant,
            "was_task_id": text_of(event, "taskId"),
            "was_token": number_of(event, "token") - 1,
            "owner": text_of(event, "owner"),
            "token": number_of(event, "token"),
            "attempts": number_of(event, "attempts"),
        },
        otherwise="another process took the task over first",
    )


PROJECTIONS: Projections = {
    "task.received": _received,
    "task.moved": _moved,
    "task.adopted": _adopted,
}
