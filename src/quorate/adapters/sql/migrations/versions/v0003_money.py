"""Money: model calls, what each budget holds, and the limits that somebody set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def upgrade() -> None:
    """Create the tables of money."""
    _calls()
    op.create_table(
        "budget_days",
        *_text("tenant", "day", "profile"),
        *_numbers("reserved", "spent", "calls", "unpriced", "power_calls", "open_calls"),
        sa.PrimaryKeyConstraint("tenant", "day", "profile"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_limits",
        *_text("tenant", "name"),
        *_numbers("size", nullable=True),
        *_numbers("version"),
        *_text("set_at"),
        sa.PrimaryKeyConstraint("tenant", "name"),
    )


def _calls() -> None:
    op.create_table(
        "llm_calls",
        *_text("tenant", "call_id", "logical_id", "run_id", "trace_id", "book", "profile", "role"),
        *_text("tier", "purpose", "provider", "model", "day"),
        *_numbers("reserved", nullable=True),
        *_text("reserved_at", "status", "code"),
        *_numbers("cost", nullable=True),
        *_numbers("counted"),
        *_text("cost_source", "price_version"),
        *_numbers("prompt_tokens", "completion_tokens", "cached_tokens", nullable=True),
        *_text("latency_ms", "model_served", "prompt_hash", "template"),
        sa.Column("cache_hit", sa.Boolean, nullable=False),
        *_text("fallback_reason", "settled_at"),
        sa.PrimaryKeyConstraint("tenant", "call_id"),
    )
    op.create_index("llm_calls_day", "llm_calls", ["tenant", "day"])
    op.create_index("llm_calls_run", "llm_calls", ["tenant", "run_id"])
