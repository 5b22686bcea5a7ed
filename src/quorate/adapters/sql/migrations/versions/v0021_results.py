"""Results of verified runs, newest first for each book, symbol and timeframe."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    """Create the table; runs that ended before it made no results."""
    op.create_table(
        "results",
        *_text("tenant"),
        sa.Column("result_seq", sa.BigInteger, nullable=False, autoincrement=False),
        *_text("book", "symbol", "timeframe", "analyzed_at", "run_id", "task_id", "trace_id"),
        *_text("book_mode", "as_of", "persisted_at", "signal"),
        sa.Column("degraded", sa.Boolean, nullable=False),
        sa.Column("conflict", sa.Boolean, nullable=False),
        *_text("facts"),
        sa.PrimaryKeyConstraint("tenant", "result_seq"),
    )
    op.create_index(
        "results_newest",
        "results",
        ["tenant", "book", "symbol", "timeframe", "analyzed_at", "result_seq"],
    )
