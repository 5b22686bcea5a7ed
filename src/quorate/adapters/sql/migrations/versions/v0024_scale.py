"""Indexes for lists over a million rows: the chain by type and trace, tasks by state first, calls by what they cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_HAS_FAILED = sa.text("code != ''")
_HAS_NO_COST = sa.text("cost IS NULL")
_REMOTE = sa.text("worker != ''")
_CELL = (
    *("day", "provider", "model", "tier", "profile", "role", "purpose", "cost_source"),
    *("status", "cache_hit"),
)
_SUMS = ("cost", "counted", "prompt_tokens", "completion_tokens", "cached_tokens")


def upgrade() -> None:
    """Create the indexes; two that lead with less make room for them."""
    op.create_index("journal_type", "journal", ["type", "tenant", "seq"])
    op.create_index("journal_trace", "journal", ["trace_id", "tenant", "seq"])
    op.drop_index("tasks_waiting", "tasks")
    op.create_index("tasks_waiting", "tasks", ["tenant", "state", "type", "not_before"])
    op.create_index("tasks_by_book", "tasks", ["tenant", "book", "state", "type"])
    op.create_index(
        "tasks_by_worker",
        "tasks",
        ["tenant", "worker"],
        sqlite_where=_REMOTE,
        postgresql_where=_REMOTE,
    )
    op.drop_index("llm_calls_day", "llm_calls")
    op.create_index("llm_calls_purpose", "llm_calls", ["tenant", "purpose", "run_id"])
    op.create_index("llm_calls_book", "llm_calls", ["tenant", "book", "counted"])
    op.create_index(
        "llm_calls_failed",
        "llm_calls",
        ["tenant", "profile", "settled_at", "code", "day"],
        sqlite_where=_HAS_FAILED,
        postgresql_where=_HAS_FAILED,
    )
    op.create_index(
        "llm_calls_unpriced",
        "llm_calls",
        ["tenant", "call_id"],
        sqlite_where=_HAS_NO_COST,
        postgresql_where=_HAS_NO_COST,
    )
    op.create_index("llm_calls_cost", "llm_calls", ["tenant", *_CELL, *_SUMS])
