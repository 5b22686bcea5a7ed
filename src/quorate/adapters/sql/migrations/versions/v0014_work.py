"""The work queue of orders, series that were fetched, and how often outside services were asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables; nothing is queued, fetched or counted so far."""
    op.create_table(
        "work_items",
        *_text("tenant", "work_id", "type", "book", "work_key", "trace_id", "payload", "state"),
        *_text("owner", "code", "reason", "result", "due_at", "created_at", "changed_at"),
        *_number("attempts", "version", "seq"),
        sa.PrimaryKeyConstraint("tenant", "work_id"),
    )
    op.create_index("work_items_due", "work_items", ["tenant", "state", "due_at"])
    op.create_index("work_items_by_seq", "work_items", ["tenant", "seq"])
    op.create_table(
        "fetched_series",
        *_text("tenant", "symbol", "digest", "source", "first_session", "last_session"),
        *_number("bars", "actions"),
        sa.Column("quarantine", sa.Text),
        *_text("imported_at"),
        sa.PrimaryKeyConstraint("tenant", "symbol"),
    )
    op.create_table(
        "usage_counters",
        *_text("tenant", "service", "day"),
        *_number("requests", "hits", "stale", "unavailable", "version"),
        *_text("counted_at"),
        sa.PrimaryKeyConstraint("tenant", "service", "day"),
    )
