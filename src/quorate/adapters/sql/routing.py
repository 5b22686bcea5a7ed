"""What agents were asked and how they stand: one row a turn, one row for each agent that a person set aside.

A turn's row is written with `agent.answered`; the outcomes of its views are those of `vote_outcomes`. So nothing is
journaled twice, and what is learned is the sum of rows that anybody can read again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, bindparam, select

from quorate.adapters.sql import tool_calls
from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.runs import RUNS
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement
from quorate.adapters.sql.vote_outcomes import VOTE_OUTCOMES
from quorate.arbiter.routing.standing import STANDING_ROWS, Stood
from quorate.arena.record import RunView
from quorate.kernel.action import Action
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

AGENT_CALLS = Table(
    "agent_calls",
    metadata,
    tenant_column(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    text_column("run_id", key=True),
    text_column("asked_at"),
    text_column("trace_id"),
    text_column("book"),
    text_column("profile"),
    text_column("role"),
    text_column("model"),
    text_column("purpose"),
    text_column("failure"),
    Column("fallback", Boolean, nullable=False),
    Column("views", BigInteger, nullable=False),
    Column("abstained", BigInteger, nullable=False),
    Column("latency_us", BigInteger, nullable=False),
    Column("cost_nanos", BigInteger),
)
"""A turn of an agent: about how many symbols, how many of them it said nothing of; a cost of null is unknown."""

AGENT_STANDINGS = Table(
    "agent_standings",
    metadata,
    tenant_column(),
    text_column("agent", key=True),
    text_column("standing"),
    text_column("reason"),
    text_column("set_by"),
    text_column("changed_at"),
    Column("version", BigInteger, nullable=False),
)

Index("vote_outcomes_by_seq", VOTE_OUTCOMES.c.tenant, VOTE_OUTCOMES.c.seq)

_ADD_CALL: Final = Insert(AGENT_CALLS)
_ADD_STANDING: Final = Insert(AGENT_STANDINGS)
_STAND: Final = GuardedUpdate(
    AGENT_STANDINGS,
    where=("tenant", "agent", "version"),
    change=("standing", "reason", "set_by", "changed_at", "version"),
)
_STANDING: Final = Statement(
    select(
        AGENT_STANDINGS.c.agent,
        AGENT_STANDINGS.c.standing,
        AGENT_STANDINGS.c.reason,
        AGENT_STANDINGS.c.set_by,
        AGENT_STANDINGS.c.changed_at,
        AGENT_STANDINGS.c.version,
    ).where(AGENT_STANDINGS.c.tenant == bindparam("tenant"))
)
STANDINGS: Final = _STANDING
"""Every agent that ever was set aside; its values name the tenant alone."""

_ONE: Final = Statement(
    select(
        AGENT_STANDINGS.c.agent,
        AGENT_STANDINGS.c.standing,
        AGENT_STANDINGS.c.reason,
        AGENT_STANDINGS.c.set_by,
        AGENT_STANDINGS.c.changed_at,
        AGENT_STANDINGS.c.version,
    ).where(
        AGENT_STANDINGS.c.tenant == bindparam("tenant"),
        AGENT_STANDINGS.c.agent == bindparam("agent"),
    )
)
CALLS_AFTER: Final = Statement(
    select(
        AGENT_CALLS.c.seq,
        AGENT_CALLS.c.profile,
        AGENT_CALLS.c.failure,
        AGENT_CALLS.c.views,
        AGENT_CALLS.c.abstained,
        AGENT_CALLS.c.latency_us,
        AGENT_CALLS.c.cost_nanos,
    )
    .join(RUNS, (RUNS.c.tenant == AGENT_CALLS.c.tenant) & (RUNS.c.run_id == AGENT_CALLS.c.run_id))
    .where(
        AGENT_CALLS.c.tenant == bindparam("tenant"),
        AGENT_CALLS.c.seq > bindparam("after"),
        AGENT_CALLS.c.seq <= bindparam("through"),
        RUNS.c.outcome != bindparam("what_if"),
    )
    .order_by(AGENT_CALLS.c.seq)
)
"""The turns behind a row of the journal; a what-if teaches nothing."""

OUTCOMES_AFTER: Final = Statement(
    select(VOTE_OUTCOMES.c.seq, VOTE_OUTCOMES.c.payload)
    .where(
        VOTE_OUTCOMES.c.tenant == bindparam("tenant"),
        VOTE_OUTCOMES.c.seq > bindparam("after"),
        VOTE_OUTCOMES.c.seq <= bindparam("through"),
    )
    .order_by(VOTE_OUTCOMES.c.seq)
)
WHAT_IF: Final = RunView.WHAT_IF.value


def standing_held(session: Session, tenant: Tenant, agent: str) -> Stood | None:
    """Return how an agent was set aside, inside the writer's transaction; None where it never was."""
    rows = session.read(_ONE, {"tenant": tenant, "agent": agent})
    return Stood.of(rows[0]) if rows else None


def nanos_of(value: JsonValue) -> int | None:
    """Return an amount of dollars as whole billionths, None where nobody knows it."""
    return None if value is None else int(Decimal(str(value)).scaleb(9).to_integral_value())


def call_columns(payload: dict[str, JsonValue]) -> dict[str, str | int | None]:
    """Return what a row of `agent.answered` tells of a turn; a failed one has said nothing of any symbol."""
    told = payload.get("answers")
    answers = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    abstained = sum(answer.get("action") == Action.ABSTAIN.value for answer in answers)
    return {
        "profile": str(payload["profile"]),
        "role": str(payload.get("role") or ""),
        "model": str(payload.get("model") or ""),
        "purpose": str(payload.get("purpose") or ""),
        "failure": str(payload.get("failure") or ""),
        "fallback": payload.get("fallbackUsed") is True,
        "views": len(answers),
        "abstained": abstained,
        "latency_us": tool_calls.microseconds(payload.get("latencyMs")) or 0,
        "cost_nanos": nanos_of(payload.get("costUsd")),
    }


def _answered(session: Session, place: Place, event: Event) -> None:
    tool_calls.PROJECTIONS[event.type](session, place, event)
    session.insert(
        _ADD_CALL,
        {
            "tenant": place.tenant,
            "seq": place.seq,
            "asked_at": place.ts,
            "run_id": event.stream.removeprefix("run:"),
            "trace_id": event.trace_id,
            "book": event.book,
            **call_columns(dict(event.payload)),
        },
    )


def _stood(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    values: dict[str, str | int | bytes | None] = {
        "standing": STANDING_ROWS[event.type].value,
        "reason": text_of(event, "reason"),
        "set_by": text_of(event, "by"),
        "changed_at": place.ts,
        "version": version,
    }
    key = text_of(event, "agent")
    if version == 1:
        session.insert(_ADD_STANDING, {"tenant": place.tenant, "agent": key, **values})
        return
    guard: dict[str, str | int | bytes | None] = {
        "was_tenant": place.tenant,
        "was_agent": key,
        "was_version": version - 1,
    }
    session.update(_STAND, {**guard, **values}, otherwise=f"somebody else changed {key} first")


PROJECTIONS: Projections = {
    "agent.answered": _answered,
    **dict.fromkeys(STANDING_ROWS, _stood),
}
