"""The fleet's tables: workers, what became of their tasks, and the nodes that hold their connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, Table, func, select

from quorate.adapters.sql.leases import LEASES
from quorate.adapters.sql.projection import (
    Place,
    Projections,
    flag_of,
    number_of,
    part_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Values
from quorate.fleet.roster import (
    FINISHED,
    NODE_LEASE,
    Ended,
    LostHolding,
    Standing,
    WorkerFact,
    WorkerRecord,
)
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

WORKERS = Table(
    "workers",
    metadata,
    tenant_column(),
    text_column("worker_id", key=True),
    text_column("agent_type"),
    text_column("capabilities"),
    text_column("capability_versions"),
    text_column("version"),
    text_column("standing"),
    text_column("node"),
    text_column("reason"),
    text_column("registered_at"),
    text_column("changed_at"),
    Column("slots", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("draining", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

WORKER_TASKS = Table(
    "worker_tasks",
    metadata,
    tenant_column(),
    text_column("task_id", key=True),
    Column("token", BigInteger, primary_key=True),
    text_column("worker_id"),
    text_column("ended"),
    text_column("failure_source"),
    text_column("ended_at"),
    Column("took_us", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""What became of every holding of a task by a worker."""
Index("worker_tasks_by_worker", WORKER_TASKS.c.tenant, WORKER_TASKS.c.worker_id, WORKER_TASKS.c.seq)

_ADD = Insert(WORKERS)
_CHANGE = GuardedUpdate(
    WORKERS,
    where=("tenant", "worker_id", "revision"),
    change=tuple(
        column.name for column in WORKERS.columns if column.name not in {"tenant", "worker_id"}
    ),
)
_REMEMBER = Insert(WORKER_TASKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCounts:
    """How many holdings of tasks a worker ended, and how; `source` is of the newest failure, "" without one."""

    done: int = 0
    failed: int = 0
    lost: int = 0
    source: str = ""


def worker_records(
    connection: Connection, tenant: Tenant, worker: str | None = None
) -> Sequence[WorkerRecord]:
    """Return every worker that ever registered, by id, or the one that is named."""
    wanted = select(WORKERS).where(WORKERS.c.tenant == tenant).order_by(WORKERS.c.worker_id)
    if worker is not None:
        wanted = wanted.where(WORKERS.c.worker_id == worker)
    return [
        WorkerRecord(
            worker=row.worker_id,
            agent_type=row.agent_type,
            capabilities=msgspec.json.decode(row.capabilities, type=dict[str, bool]),
            capability_versions=msgspec.json.decode(row.capability_versions, type=dict[str, str]),
            version=row.version,
            slots=row.slots,
            standing=Standing(row.standing),
            epoch=row.epoch,
            node=row.node,
            quarantined=bool(row.quarantined),
            draining=bool(row.draining),
            reason=row.reason,
            revision=row.revision,
            registered_at=row.registered_at,
            changed_at=row.changed_at,
        )
        for row in connection.execute(wanted)
    ]


def live_nodes(connection: Connection, tenant: Tenant, now: str) -> frozenset[str]:
    """Return the nodes whose lease runs still at `now`."""
    rows = connection.execute(
        select(LEASES.c.name).where(
            LEASES.c.tenant == tenant,
            LEASES.c.name.startswith(NODE_LEASE, autoescape=True),
            LEASES.c.expires_at > now,
        )
    )
    return frozenset(str(row.name).removeprefix(NODE_LEASE) for row in rows)


def worker_counts(connection: Connection, tenant: Tenant) -> Mapping[str, WorkerCounts]:
    """Return what became of every worker's tasks."""
    of = WORKER_TASKS.c
    grouped = connection.execute(
        select(of.worker_id, of.ended, func.count().label("many"))
        .where(of.tenant == tenant)
        .group_by(of.worker_id, of.ended)
    )
    counts: dict[str, dict[str, int]] = {}
    for row in grouped:
        counts.setdefault(row.worker_id, {})[row.ended] = row.many
    newest = (
        select(of.worker_id, func.max(of.seq).label("seq"))
        .where(of.tenant == tenant, of.failure_source != "")
        .group_by(of.worker_id)
        .subquery()
    )
    failures = connection.execute(
        select(of.worker_id, of.failure_source)
        .join(newest, (newest.c.worker_id == of.worker_id) & (newest.c.seq == of.seq))
        .where(of.tenant == tenant)
    )
    sources = {row.worker_id: str(row.failure_source) for row in failures}
    return {
        worker: WorkerCounts(
            done=ended.get(Ended.DONE, 0),
            failed=ended.get(Ended.FAILED, 0),
            lost=ended.get(Ended.LOST, 0),
            source=sources.get(worker, ""),
        )
        for worker, ended in counts.items()
    }


def newest_lost(connection: Connection, tenant: Tenant) -> LostHolding | None:
    """Return the newest holding that ended with its worker, None where none ever did."""
    of = WORKER_TASKS.c
    row = connection.execute(
        select(WORKER_TASKS)
        .where(of.tenant == tenant, of.ended == Ended.LOST)
        .order_by(of.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return LostHolding(
        worker=row.worker_id,
        task_id=row.task_id,
        token=row.token,
        source=row.failure_source,
        at=row.ended_at,
    )


def ended_holding(
    connection: Connection, tenant: Tenant, task_id: str, token: int
) -> tuple[str, Ended] | None:
    """Return whose holding of a task this was and how it ended, None where it did not end, or never was."""
    of = WORKER_TASKS.c
    row = connection.execute(
        select(of.worker_id, of.ended).where(
            of.tenant == tenant, of.task_id == task_id, of.token == token
        )
    ).first()
    return None if row is None else (str(row.worker_id), Ended(row.ended))


def _changed(session: Session, place: Place, event: Event) -> None:
    revision = number_of(event, "revision")
    values: Values = {
        "agent_type": text_of(event, "agentType"),
        "capabilities": canonical_json(part_of(event, "capabilities")),
        "capability_versions": canonical_json(part_of(event, "capabilityVersions")),
        "version": text_of(event, "version"),
        "standing": text_of(event, "standing"),
        "node": text_of(event, "node"),
        "reason": text_of(event, "reason"),
        "registered_at": text_of(event, "registeredAt") or place.ts,
        "changed_at": place.ts,
        "slots": number_of(event, "slots"),
        "epoch": number_of(event, "epoch"),
        "quarantined": int(flag_of(event, "quarantined")),
        "draining": int(flag_of(event, "draining")),
        "revision": revision,
    }
    worker = text_of(event, "workerId")
    key: Values = {"tenant": place.tenant, "worker_id": worker}
    if revision == 1:
        session.insert(_ADD, key | values)
        return
    guard: Values = {f"was_{name}": value for name, value in key.items()}
    session.update(
        _CHANGE,
        {**guard, "was_revision": revision - 1, **values},
        otherwise=f"the worker {worker} changed meanwhile",
    )


def _finished(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _REMEMBER,
        {
            "tenant": place.tenant,
            "task_id": text_of(event, "taskId"),
            "token": number_of(event, "token"),
            "worker_id": text_of(event, "workerId"),
            "ended": text_of(event, "ended"),
            "failure_source": text_of(event, "failureSource"),
            "ended_at": place.ts,
            "took_us": number_of(event, "tookUs"),
            "seq": place.seq,
        },
    )


PROJECTIONS: Projections = {
    **{fact.value: _changed for fact in WorkerFact},
    FINISHED: _finished,
}
