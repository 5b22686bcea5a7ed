"""The queue of the fleet: the tasks that wait for a worker, those that workers hold, and those that they lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, select

from quorate.adapters.sql.leases import LEASES
from quorate.adapters.sql.tasks import TASKS, task_of
from quorate.arbiter.task import Task, TaskState, lease_name
from quorate.kernel.ids import Tenant
from quorate.kernel.lease import Lease
from quorate.kernel.stamps import moment_of

_IN_HAND: Final = (TaskState.ROUTED.value, TaskState.EXECUTING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTask:
    """A task that waits for a worker: since when, at which row, and what was said of it last."""

    task: Task
    received_at: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedTask:
    """A task in a worker's hands, and the newest lease on it, which may have run out."""

    task: Task
    lease: Lease


def waiting_tasks(
    connection: Connection, tenant: Tenant, *, types: Collection[str], now: str, most: int
) -> Sequence[WaitingTask]:
    """Return the tasks of these types that a worker may take at `now`, the most urgent first, at most so many.

    Among equally urgent ones every parent's first comes before any parent's second: however many parts one run has,
    those of the next are seen.
    """
    of = TASKS.c
    family = case((of.parent == "", of.task_id), else_=of.parent)
    place = func.row_number().over(partition_by=(family, of.priority), order_by=of.seq)
    rows = connection.execute(
        select(TASKS)
        .where(*_waiting(tenant, types), of.not_before <= now)
        .order_by(of.priority.desc(), place, of.seq)
        .limit(most)
    )
    return [
        WaitingTask(task=task_of(row), received_at=row.received_at, seq=row.seq, reason=row.reason)
        for row in rows
    ]


def expired_tasks(
    connection: Connection, tenant: Tenant, *, types: Collection[str], now: str
) -> Sequence[Task]:
    """Return the waiting tasks that nobody may begin any more at `now`."""
    of = TASKS.c
    rows = connection.execute(
        select(TASKS).where(*_waiting(tenant, types), of.expires_at != "", of.expires_at <= now)
    )
    return [task_of(row) for row in rows]


def tasks_of_worker(connection: Connection, tenant: Tenant, worker: str) -> Sequence[LeasedTask]:
    """Return what is in a worker's hands."""
    return _leased(connection, _held(tenant).where(TASKS.c.worker == worker))


def lost_tasks(connection: Connection, tenant: Tenant, now: str) -> Sequence[LeasedTask]:
    """Return what workers held whose lease ran out before `now`."""
    held = _held(tenant).where(TASKS.c.worker != "", LEASES.c.expires_at <= now)
    return _leased(connection, held)


def held_tasks(connection: Connection, tenant: Tenant) -> Sequence[LeasedTask]:
    """Return everything that is in any worker's hands."""
    return _leased(connection, _held(tenant).where(TASKS.c.worker != ""))


def held_task(connection: Connection, tenant: Tenant, task_id: str) -> LeasedTask | None:
    """Return a task that is in a worker's hands, None where it is not."""
    found = _leased(connection, _held(tenant).where(TASKS.c.task_id == task_id))
    return found[0] if found else None


def task_now(connection: Connection, tenant: Tenant, task_id: str) -> tuple[Task, str] | None:
    """Return a task as it stands and what was said of it last, None where there is none."""
    row = connection.execute(
        select(TASKS).where(TASKS.c.tenant == tenant, TASKS.c.task_id == task_id)
    ).first()
    return None if row is None else (task_of(row), str(row.reason))


def waiting_since(connection: Connection, tenant: Tenant, types: Collection[str]) -> Sequence[str]:
    """Return when each waiting task of these types was received."""
    rows = connection.execute(select(TASKS.c.received_at).where(*_waiting(tenant, types)))
    return [str(row.received_at) for row in rows]


def _waiting(tenant: Tenant, types: Collection[str]) -> Sequence[ColumnElement[bool]]:
    of = TASKS.c
    return (
        of.tenant == tenant,
        of.state == TaskState.ROUTING.value,
        of.type.in_(sorted(types)),
    )


def _held(tenant: Tenant) -> Select[Any]:
    leases = and_(
        LEASES.c.tenant == TASKS.c.tenant, LEASES.c.name == lease_name("") + TASKS.c.task_id
    )
    return (
        select(
            TASKS,
            LEASES.c.owner.label("lease_owner"),
            LEASES.c.token.label("lease_token"),
            LEASES.c.expires_at.label("lease_expires_at"),
        )
        .join(LEASES, leases)
        .where(TASKS.c.tenant == tenant, TASKS.c.state.in_(_IN_HAND), TASKS.c.token != 0)
    )


def _leased(connection: Connection, wanted: Select[Any]) -> Sequence[LeasedTask]:
    """Return them by id; sorted here, because SQLite would walk all tasks by their key to have them in its order."""
    rows = connection.execute(wanted).all()
    return [_leased_task(row) for row in sorted(rows, key=lambda row: str(row.task_id))]


def _leased_task(row: Row[Any]) -> LeasedTask:
    lease = Lease(
        name=lease_name(row.task_id),
        owner=row.lease_owner,
        token=row.lease_token,
        expires_at=moment_of(row.lease_expires_at),
    )
    return LeasedTask(task=task_of(row), lease=lease)
