"""Marks of books with what they hold, outcomes of decisions, and how votes turned out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BOOKS = sa.table("books", sa.column("positions"))


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables of marks and outcomes; there are none so far, and no book holds anything."""
    op.create_table(
        "book_marks",
        *_text("tenant", "book"),
        *_number("number"),
        *_text("cycle_id", "snapshot_id", "session", "at", "cash", "equity", "payload"),
        *_number("seq"),
        sa.PrimaryKeyConstraint("tenant", "book", "number"),
    )
    op.create_index("book_marks_by_cycle", "book_marks", ["tenant", "cycle_id"])
    op.create_table(
        "outcomes",
        *_text("tenant", "decision_id", "book", "symbol", "kind", "status"),
        sa.Column("pnl", sa.Text),
        *_text("order_intent_id", "broker_order_id", "opened_at", "closed_at", "payload"),
        *_number("version", "seq"),
        sa.PrimaryKeyConstraint("tenant", "decision_id"),
    )
    op.create_index("outcomes_by_book", "outcomes", ["tenant", "book", "seq"])
    op.create_table(
        "vote_outcomes",
        *_text("tenant", "run_id", "symbol"),
        *_number("horizon"),
        *_text("book", "as_of", "resolved_at", "moved", "payload"),
        *_number("views", "last", "seq"),
        sa.PrimaryKeyConstraint("tenant", "run_id", "symbol", "horizon"),
    )
    op.create_index("vote_outcomes_by_book", "vote_outcomes", ["tenant", "book", "resolved_at"])
    op.add_column("books", sa.Column("positions", sa.Text))
    op.get_bind().execute(sa.update(_BOOKS).values(positions="{}"))
    with op.batch_alter_table("books") as altered:
        altered.alter_column("positions", existing_type=sa.Text, nullable=False)
