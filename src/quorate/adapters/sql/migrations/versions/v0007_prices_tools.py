"""Stated prices, warnings of budgets, and the uses of tools, these filled from what the journal holds."""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

CHUNK = 500
"""Answers that are read at once."""

LONGEST_NAME = 64

USES = '%"toolUses":[{%'
"""A quote within a text is escaped, so the pattern can only be a key of the payload."""


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False) for name in names]


def upgrade() -> None:
    """Create the tables, and fill that of tools."""
    op.create_table(
        "model_prices",
        *_text("tenant", "model"),
        sa.Column("prompt", sa.Text),
        sa.Column("completion", sa.Text),
        *_numbers("version"),
        *_text("set_at"),
        sa.PrimaryKeyConstraint("tenant", "model"),
    )
    op.create_table(
        "budget_warnings",
        *_text("tenant", "day"),
        *_numbers("percent"),
        *_text("name", "profile"),
        *_numbers("size", "used"),
        sa.Column("refused", sa.Boolean, nullable=False),
        *_text("warned_at"),
        sa.PrimaryKeyConstraint("tenant", "day", "percent", "name", "profile"),
    )
    tools = op.create_table(
        "tool_calls",
        *_text("tenant"),
        *_numbers("seq", "place"),
        *_text("tool", "day", "profile", "run_id"),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("latency_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("tenant", "seq", "place", "tool"),
    )
    op.create_index(
        "tool_calls_listed", "tool_calls", ["tenant", "tool", "day", "refused", "latency_us"]
    )
    _fill(tools)


def _fill(tools: sa.Table) -> None:
    connection = op.get_bind()
    names = ("tenant", "seq", "ts", "stream", "type", "payload")
    journal = sa.table("journal", *map(sa.column, names))
    told = sa.select(journal).where(
        journal.c.type == "agent.answered", journal.c.payload.like(USES)
    )
    rows = connection.execute(told).all()
    for start in range(0, len(rows), CHUNK):
        uses = [use for row in rows[start : start + CHUNK] for use in _uses(row)]
        if uses:
            connection.execute(sa.insert(tools), uses)


def _uses(row: sa.Row[tuple[object, ...]]) -> Iterator[dict[str, object]]:
    answer = json.loads(row.payload)
    for place, use in enumerate(answer["call"]["toolUses"]):
        latency = use.get("latencyMs")
        yield {
            "tenant": row.tenant,
            "seq": row.seq,
            "place": place,
            "tool": str(use["name"])[:LONGEST_NAME],
            "day": row.ts[:10],
            "profile": answer["profile"],
            "run_id": row.stream.removeprefix("run:"),
            "refused": use["refusal"] is not None,
            "latency_us": None if latency is None else round(float(latency) * 1000),
        }
