"""Cycles with their stages, and where each book stands between them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables of cycles; there are none so far."""
    op.create_table(
        "cycles",
        *_text("tenant", "cycle_id", "book", "stage", "trigger", "session", "run_id", "trace_id"),
        *_text("started_at", "changed_at", "ended_at", "audit"),
        *_number("number", "failed", "token", "seq"),
        sa.PrimaryKeyConstraint("tenant", "cycle_id"),
    )
    op.create_index("cycles_by_book", "cycles", ["tenant", "book", "number"])
    op.create_index("cycles_by_seq", "cycles", ["tenant", "seq"])
    op.create_table(
        "book_cycles",
        *_text("tenant", "book", "stage", "cycle_id"),
        *_number("number", "failures", "version"),
        sa.PrimaryKeyConstraint("tenant", "book"),
    )
    op.create_table(
        "cycle_skips",
        *_text("tenant", "book"),
        *_number("skipped"),
        sa.PrimaryKeyConstraint("tenant", "book"),
    )
    op.create_table(
        "schedules",
        *_text("tenant", "book", "state", "next_start_at", "every_s"),
        *_number("version"),
        sa.PrimaryKeyConstraint("tenant", "book"),
    )
