"""The arena's tables: runs, what each agent said, what was concluded.  Names: R-110."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Table,
    Text,
    bindparam,
    select,
)

from quorate.adapters.sql.projection import (
    Place,
    Projections,
    flag_of,
    list_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, rows_of
from quorate.arena.record import RunStatus, RunView, outcome_of
from quorate.kernel.canonical import canonical_json
from quorate.kernel.decision import TriggerName
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
    text_column("outcome"),
    text_column("profiles"),
)
Index(
    "ai_arena_runs_listed",
    RUNS.c.tenant,
    RUNS.c.started_at,
    RUNS.c.run_id,
    RUNS.c.status,
    RUNS.c.outcome,
    RUNS.c.escalated,
    RUNS.c.cost_usd,
    RUNS.c.symbols,
    RUNS.c.profiles,
)
Index("ai_arena_runs_as_of", RUNS.c.tenant, RUNS.c.as_of)

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
    Column("voter", Boolean, nullable=False),
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
    text_column("triggers"),
)
Index("ai_arena_consensus_run", CONSENSUS.c.tenant, CONSENSUS.c.run_id)
Index(
    "ai_arena_consensus_grounds",
    CONSENSUS.c.tenant,
    CONSENSUS.c.triggers,
    CONSENSUS.c.final_action,
    CONSENSUS.c.reason_code,
    CONSENSUS.c.symbol,
    CONSENSUS.c.run_id,
)

_WHAT_IF = RunView.WHAT_IF.value
_ADD_RUN = Insert(RUNS)
_ADD_AGENT_DECISION = Insert(AGENT_DECISIONS)
_ADD_CONSENSUS = Insert(CONSENSUS)
_FINISH = GuardedUpdate(
    RUNS,
    where=("tenant", "run_id", "status"),
    change=("status", "final_actions", "cost_usd", "escalated", "finished_at", "outcome"),
)
_NAMED = Statement(
    select(RUNS.c.run_id).where(
        RUNS.c.tenant == bindparam("tenant"), RUNS.c.run_id == bindparam("run_id")
    )
)


def run_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[str]:
    """Return the run id that `prefix` is, or up to two that begin with it."""
    if rows_of(connection, _NAMED, {"tenant": tenant, "run_id": prefix}):
        return [prefix]
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
            "outcome": _WHAT_IF if event.payload.get("replayOf") else "",
            "profiles": "".join(f" {name}" for name in _named(event, "profiles")) + " ",
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
            "voter": flag_of(event, "voter"),
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
            "triggers": " ".join(_fired(event)),
        },
    )


def _finished(session: Session, place: Place, event: Event) -> None:
    run_id = event.stream.removeprefix("run:")
    status = event.type.removeprefix("run.")
    actions = _final_actions(event)
    session.update(
        _FINISH,
        {
            "was_tenant": place.tenant,
            "was_run_id": run_id,
            "was_status": "running",
            "status": status,
            "final_actions": canonical_json(actions),
            "cost_usd": optional_text_of(event, "costUsd"),
            "escalated": bool(event.payload.get("escalated", False)),
            "finished_at": place.ts,
            "outcome": _WHAT_IF
            if event.payload.get("replayOf")
            else outcome_of(RunStatus(status), actions.values()),
        },
        otherwise=f"{run_id} has ended already",
    )


def _final_actions(event: Event) -> Mapping[str, str]:
    actions = event.payload.get("finalActions")
    if not isinstance(actions, Mapping):
        return {}
    return {symbol: str(action) for symbol, action in actions.items()}


def _named(event: Event, key: str) -> Iterator[str]:
    """Yield the name of each object of the list under `key`."""
    for item in list_of(event, key):
        if isinstance(item, Mapping):
            yield str(item["name"])


def _fired(event: Event) -> Iterator[str]:
    """Yield the names of the triggers that fired, always in the order of `TriggerName`."""
    fired = {
        trigger["name"]
        for trigger in list_of(event, "triggers")
        if isinstance(trigger, Mapping) and trigger["fired"] is True
    }
    yield from (name.value for name in TriggerName if name in fired)


PROJECTIONS: Projections = {
    "run.requested": _requested,
    "vote.cast": _vote_cast,
    "decision.made": _decision_made,
    "run.completed": _finished,
    "run.failed": _finished,
    "run.cancelled": _finished,
}
