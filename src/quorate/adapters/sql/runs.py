"""The arena's tables: runs, what each agent said, what was concluded.  Names: R-110."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Table,
    Text,
    select,
    tuple_,
)

from quorate.adapters.sql.projection import (
    Place,
    Projections,
    flag_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert
from quorate.arena.record import RunRow
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

RUNS = Table(
    "ai_arena_runs",
    metadata,
    tenant_column(),
    text_column("run_id", key=True),
    text_column("task_id"),
    text_column("trace_id"),
    text_column("book"),
    text_column("mode"),
    text_column("symbols"),
    text_column("as_of"),
    text_column("config_hash"),
    text_column("triggered_by"),
    text_column("status"),
    text_column("final_actions"),
    Column("cost_usd", Text),
    Column("escalated", Boolean, nullable=False),
    text_column("started_at"),
    text_column("finished_at"),
)
Index("ai_arena_runs_started", RUNS.c.tenant, RUNS.c.started_at, RUNS.c.run_id)

AGENT_DECISIONS = Table(
    "ai_arena_agent_decisions",
    metadata,
    tenant_column(),
    text_column("run_id", key=True),
    text_column("symbol", key=True),
    text_column("profile", key=True),
    text_column("role"),
    text_column("provider"),
    text_column("model"),
    text_column("action"),
    Column("reason_code", Text),
    Column("confidence", Text),
    Column("cost_usd", Text),
    Column("seq", BigInteger, nullable=False),
)

CONSENSUS = Table(
    "ai_arena_consensus",
    metadata,
    tenant_column(),
    text_column("decision_id", key=True),
    text_column("run_id"),
    text_column("symbol"),
    text_column("final_action"),
    text_column("reason_code"),
    Column("confidence", Text),
    Column("disagreement", Text),
    text_column("regime"),
    text_column("wyckoff_phase"),
    Column("escalated", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
Index("ai_arena_consensus_run", CONSENSUS.c.tenant, CONSENSUS.c.run_id)

_ADD_RUN = Insert(RUNS)
_ADD_AGENT_DECISION = Insert(AGENT_DECISIONS)
_ADD_CONSENSUS = Insert(CONSENSUS)
_FINISH = GuardedUpdate(
    RUNS,
    where=("tenant", "run_id", "status"),
    change=("status", "final_actions", "cost_usd", "escalated", "finished_at"),
)


def runs_page(
    connection: Connection, tenant: Tenant, limit: int, after: tuple[str, str] | None
) -> Sequence[RunRow]:
    """Return the newest runs, at most `limit`, older than the (startedAt, runId) of `after`."""
    query = select(RUNS).where(RUNS.c.tenant == tenant)
    if after:
        query = query.where(tuple_(RUNS.c.started_at, RUNS.c.run_id) < tuple_(*after))
    newest = query.order_by(RUNS.c.started_at.desc(), RUNS.c.run_id.desc()).limit(limit)
    return [
        RunRow(
            run_id=row.run_id,
            trace_id=row.trace_id,
            book=row.book,
            mode=row.mode,
            symbols=tuple(json.loads(row.symbols)),
            started_at=row.started_at,
            final_actions=json.loads(row.final_actions),
            cost_usd=row.cost_usd,
            escalated=row.escalated,
            status=row.status,
        )
        for row in connection.execute(newest)
    ]


def run_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[str]:
    """Return up to two run ids that begin with `prefix`."""
    matching = select(RUNS.c.run_id).where(
        RUNS.c.tenant == tenant, RUNS.c.run_id.startswith(prefix, autoescape=True)
    )
    return list(connection.execute(matching.limit(2)).scalars())


def _requested(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD_RUN,
        {
            "tenant": place.tenant,
            "run_id": text_of(event, "runId"),
            "task_id": text_of(event, "taskId"),
            "trace_id": event.trace_id,
            "book": text_of(event, "book"),
            "mode": text_of(event, "mode"),
            "symbols": canonical_json(event.payload["symbols"]),
            "as_of": text_of(event, "asOf"),
            "config_hash": text_of(event, "configHash"),
            "triggered_by": text_of(event, "triggeredBy"),
            "status": "running",
            "final_actions": "{}",
            "cost_usd": None,
            "escalated": False,
            "started_at": place.ts,
            "finished_at": "",
        },
    )


def _vote_cast(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD_AGENT_DECISION,
        {
            "tenant": place.tenant,
            "run_id": event.stream.removeprefix("run:"),
            "symbol": text_of(event, "symbol"),
            "profile": text_of(event, "profile"),
            "role": text_of(event, "role"),
            "provider": text_of(event, "provider"),
            "model": text_of(event, "model"),
            "action": text_of(event, "action"),
            "reason_code": optional_text_of(event, "reasonCode"),
            "confidence": optional_text_of(event, "confidence"),
            "cost_usd": optional_text_of(event, "costUsd"),
            "seq": place.seq,
        },
    )


def _decision_made(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD_CONSENSUS,
        {
            "tenant": place.tenant,
            "decision_id": text_of(event, "decisionId"),
            "run_id": event.stream.removeprefix("run:"),
            "symbol": text_of(event, "symbol"),
            "final_action": text_of(event, "finalAction"),
            "reason_code": text_of(event, "reasonCode"),
            "confidence": optional_text_of(event, "confidence"),
            "disagreement": optional_text_of(event, "disagreement"),
            "regime": text_of(event, "regime"),
            "wyckoff_phase": text_of(event, "wyckoffPhase"),
            "escalated": flag_of(event, "escalated"),
            "seq": place.seq,
        },
    )


def _finished(session: Session, place: Place, event: Event) -> None:
    run_id = event.stream.removeprefix("run:")
    session.update(
        _FINISH,
        {
            "was_tenant": place.tenant,
            "was_run_id": run_id,
            "was_status": "running",
            "status": event.type.removeprefix("run."),
            "final_actions": canonical_json(event.payload.get("finalActions", {})),
            "cost_usd": optional_text_of(event, "costUsd"),
            "escalated": bool(event.payload.get("escalated", False)),
            "finished_at": place.ts,
        },
        otherwise=f"{run_id} has ended already",
    )


PROJECTIONS: Projections = {
    "run.requested": _requested,
    "vote.cast": _vote_cast,
    "decision.made": _decision_made,
    "run.completed": _finished,
    "run.failed": _finished,
    "run.cancelled": _finished,
}
