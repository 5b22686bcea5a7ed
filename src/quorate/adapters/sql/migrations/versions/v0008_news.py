"""News by symbol, answers that are remembered, and whether a call's tokens were counted or estimated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CALLS = sa.table("llm_calls", sa.column("usage_estimated", sa.Boolean))


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables of news and of remembered answers; no call so far has estimated tokens."""
    op.create_table(
        "news_items",
        *_text("tenant", "item_id", "published_at", "symbols", "source", "headline"),
        *_text("imported_at"),
        sa.PrimaryKeyConstraint("tenant", "item_id"),
    )
    op.create_index("news_items_published", "news_items", ["tenant", "published_at"])
    op.create_table(
        "news_symbols",
        *_text("tenant", "symbol", "published_at", "item_id"),
        sa.PrimaryKeyConstraint("tenant", "symbol", "published_at", "item_id"),
    )
    op.create_table(
        "kept_answers",
        *_text(
            "tenant", "slot", "answer_key", "digest", "model_served", "tool_calls", "fresh_until"
        ),
        sa.PrimaryKeyConstraint("tenant", "slot"),
    )
    op.create_index("kept_answers_key", "kept_answers", ["tenant", "answer_key"])
    _mark_calls()


def _mark_calls() -> None:
    """Say of every call so far that its tokens were counted; SQLite writes the table anew for `NOT NULL`."""
    op.add_column("llm_calls", sa.Column("usage_estimated", sa.Boolean))
    op.get_bind().execute(sa.update(_CALLS).values(usage_estimated=False))
    with op.batch_alter_table("llm_calls") as altered:
        altered.alter_column("usage_estimated", existing_type=sa.Boolean, nullable=False)
