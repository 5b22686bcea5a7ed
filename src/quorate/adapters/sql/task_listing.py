"""Lists of tasks: a page by keyset, newest first, how many there are of each kind, and one with its parts and lease."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    literal,
    literal_column,
    select,
)

from quorate.adapters.sql.leases import LEASES
from quorate.adapters.sql.tasks import TASKS
from quorate.arbiter.record import OPEN, LeaseLine, TaskFilter, TaskLine
from quorate.arbiter.task import FailureSource, TaskState, TaskType, lease_name
from quorate.kernel.ids import BookName, TaskId, Tenant, TraceId

Condition: TypeAlias = ColumnElement[bool]
Counts: TypeAlias = "Mapping[tuple[TaskType, TaskState], int]"

FEW: Final = 2000
"""So many are found by what is asked of them and sorted; of more, the newest are met soon when all are walked.

SQLite, which has no statistics, would always walk: an order by a sum is not that of an index.
"""

_ALL: Final = [state.value for state in TaskState]
_OPEN = TASKS.c.state.in_([state.value for state in OPEN])


def tasks_page(
    connection: Connection,
    tenant: Tenant,
    wanted: TaskFilter,
    limit: int,
    below: int | None = None,
    *,
    stuck_before: str,
) -> Sequence[TaskLine]:
    """Return the newest tasks that `wanted` asks for, at most `limit`, those before row `below`."""
    conditions = list(_conditions(tenant, wanted, stuck_before))
    if below is not None:
        conditions.append(TASKS.c.seq < below)
    found = select(literal(1)).where(*conditions).limit(FEW + 1).subquery()
    are_few = (connection.execute(select(func.count()).select_from(found)).scalar() or 0) <= FEW
    place = TASKS.c.seq + 0 if are_few else TASKS.c.seq
    rows = connection.execute(
        select(TASKS).where(*conditions).order_by(place.desc(), TASKS.c.task_id.desc()).limit(limit)
    )
    return [line_of(row) for row in rows]


def task_counts(
    connection: Connection, tenant: Tenant, wanted: TaskFilter, *, stuck_before: str
) -> Counts:
    """Return how many tasks of each type are in each state under the filter; what there is none of is absent."""
    query = (
        select(TASKS.c.type, TASKS.c.state, func.count())
        .where(*_conditions(tenant, wanted, stuck_before))
        .group_by(TASKS.c.state, TASKS.c.type)
    )
    return {
        (TaskType(kind), TaskState(state)): int(count)
        for kind, state, count in connection.execute(query)
    }


def task_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[str]:
    """Return the task id that `prefix` is, or up to two that begin with it."""
    key = TASKS.c.task_id
    matching = select(key).where(TASKS.c.tenant == tenant, key.startswith(prefix, autoescape=True))
    found = list(connection.execute(matching.order_by(key).limit(2)).scalars())
    return [prefix] if prefix in found else found


def task_line(connection: Connection, tenant: Tenant, task_id: TaskId) -> TaskLine | None:
    """Return one task, None where there is none."""
    query = select(TASKS).where(TASKS.c.tenant == tenant, TASKS.c.task_id == task_id)
    row = connection.execute(query).first()
    return None if row is None else line_of(row)


def lease_line(connection: Connection, tenant: Tenant, task_id: TaskId) -> LeaseLine | None:
    """Return who held a task last, None where nobody ever did."""
    query = select(LEASES).where(LEASES.c.tenant == tenant, LEASES.c.name == lease_name(task_id))
    row = connection.execute(query).first()
    if row is None:
        return None
    return LeaseLine(owner=row.owner, token=row.token, expires_at=row.expires_at)


def expired_tasks(
    connection: Connection, tenant: Tenant, now: str, limit: int
) -> Sequence[TaskLine]:
    """Return the tasks that nobody began before their time was over, oldest first."""
    ends = (TaskState.SPEC_APPROVED.value, TaskState.ROUTING.value, TaskState.ROUTED.value)
    query = select(TASKS).where(
        TASKS.c.tenant == tenant,
        TASKS.c.state.in_(ends),
        TASKS.c.expires_at != "",
        TASKS.c.expires_at <= now,
    )
    rows = connection.execute(query.order_by(TASKS.c.seq + 0).limit(limit))
    return [line_of(row) for row in rows]


def line_of(row: Row[tuple[Any, ...]]) -> TaskLine:
    """Return a row of the table as a list tells it."""
    return TaskLine(
        task_id=TaskId(row.task_id),
        type=TaskType(row.type),
        subject=row.subject,
        state=TaskState(row.state),
        reason=row.reason,
        failure_source=FailureSource(row.failure_source),
        worker=row.worker,
        owner=row.owner,
        attempts=row.attempts,
        priority=row.priority,
        parent=TaskId(row.parent),
        book=BookName(row.book),
        trace_id=TraceId(row.trace_id),
        received_at=row.received_at,
        changed_at=row.changed_at,
        not_before=row.not_before if row.state == TaskState.ROUTING.value else "",
        expires_at=row.expires_at,
        seq=row.seq,
    )


def _conditions(tenant: Tenant, wanted: TaskFilter, stuck_before: str) -> Iterator[Condition]:
    yield TASKS.c.tenant == tenant
    named = {
        TASKS.c.type: wanted.type,
        TASKS.c.state: wanted.state,
        TASKS.c.worker: wanted.worker,
        TASKS.c.book: wanted.book,
        TASKS.c.parent: wanted.parent,
    }
    yield from (column == str(value) for column, value in named.items() if value is not None)
    if wanted.worker:
        yield TASKS.c.worker != literal_column("''")
    if wanted.type is not None and wanted.state is None and not wanted.stuck:
        yield TASKS.c.state.in_(_ALL)
    if wanted.stuck:
        yield and_(_OPEN, TASKS.c.changed_at < stuck_before, TASKS.c.not_before < stuck_before)
