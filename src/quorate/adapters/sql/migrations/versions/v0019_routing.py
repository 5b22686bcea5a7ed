"""Turns of agents, filled from what the journal holds; who was set aside; what people decided of tasks."""

from __future__ import annotations

import json
from decimal import Decimal

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CHUNK = 500
"""Answers that are read at once."""


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False) for name in names]


def upgrade() -> None:
    """Create the tables, and fill that of turns."""
    calls = op.create_table(
        "agent_calls",
        *_text("tenant"),
        *_numbers("seq"),
        *_text("run_id", "asked_at", "trace_id", "book", "profile", "role", "model", "purpose"),
        *_text("failure"),
        sa.Column("fallback", sa.Boolean, nullable=False),
        *_numbers("views", "abstained", "latency_us"),
        sa.Column("cost_nanos", sa.BigInteger),
        sa.PrimaryKeyConstraint("tenant", "seq", "run_id"),
    )
    op.create_table(
        "agent_standings",
        *_text("tenant", "agent", "standing", "reason", "set_by", "changed_at"),
        *_numbers("version"),
        sa.PrimaryKeyConstraint("tenant", "agent"),
    )
    op.create_table(
        "control_switches",
        *_text("tenant", "name", "state", "reason", "set_by", "changed_at"),
        *_numbers("version"),
        sa.PrimaryKeyConstraint("tenant", "name"),
    )
    op.create_table(
        "task_overrides",
        *_text("tenant", "override_id", "task_id", "act", "justification", "approver", "made_at"),
        *_numbers("seq"),
        sa.PrimaryKeyConstraint("tenant", "override_id"),
    )
    op.create_index("task_overrides_by_seq", "task_overrides", ["tenant", "seq"])
    op.create_index("vote_outcomes_by_seq", "vote_outcomes", ["tenant", "seq"])
    _fill(calls)


def _fill(calls: sa.Table) -> None:
    connection = op.get_bind()
    names = ("tenant", "seq", "ts", "book", "trace_id", "stream", "type", "payload")
    journal = sa.table("journal", *map(sa.column, names))
    told = sa.select(journal).where(journal.c.type == "agent.answered")
    rows = connection.execute(told).all()
    for start in range(0, len(rows), CHUNK):
        connection.execute(sa.insert(calls), [_call(row) for row in rows[start : start + CHUNK]])


def _call(row: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    told = json.loads(row.payload)
    cost, latency = told.get("costUsd"), told.get("latencyMs")
    answers = told.get("answers") or []
    return {
        "tenant": row.tenant,
        "seq": row.seq,
        "asked_at": row.ts,
        "run_id": row.stream.removeprefix("run:"),
        "trace_id": row.trace_id,
        "book": row.book,
        "profile": told["profile"],
        "role": told.get("role") or "",
        "model": told.get("model") or "",
        "purpose": told.get("purpose") or "",
        "failure": told.get("failure") or "",
        "fallback": told.get("fallbackUsed") is True,
        "views": len(answers),
        "abstained": sum(answer.get("action") == "ABSTAIN" for answer in answers),
        "latency_us": 0 if latency is None else round(float(latency) * 1000),
        "cost_nanos": None
        if cost is None
        else int(Decimal(str(cost)).scaleb(9).to_integral_value()),
    }
