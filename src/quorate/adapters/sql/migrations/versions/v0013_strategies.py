"""Strategies in their newest version with their switch, and backtests with their outcome."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables; what the configuration says is recorded when a home is next opened."""
    op.create_table(
        "strategies",
        *_text("tenant", "name", "hash", "recorded_at", "changed_by", "changed_at", "reason"),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name"),
    )
    op.create_table(
        "backtests",
        *_text("tenant", "backtest_id", "strategy", "status", "first_session", "last_session"),
        *_text("started_at", "ended_at", "started_by", "passes", "win_rate", "returned"),
        *_text("max_drawdown"),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("trades", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "backtest_id"),
    )
    op.create_index("backtests_listed", "backtests", ["tenant", "started_at"])
    op.create_index("backtests_by_strategy", "backtests", ["tenant", "strategy", "started_at"])
