"""Risk verdicts and locks, and orders by their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables of verdicts and locks; there are none so far."""
    op.create_table(
        "risk_verdicts",
        *_text("tenant", "verdict_id", "book", "decision_id", "symbol", "leg", "order_hash"),
        *_text("outcome", "code", "judged_at", "valid_until"),
        *_number("seq"),
        sa.PrimaryKeyConstraint("tenant", "verdict_id"),
    )
    op.create_index("risk_verdicts_by_decision", "risk_verdicts", ["tenant", "decision_id"])
    op.create_index("risk_verdicts_by_order", "risk_verdicts", ["tenant", "order_hash"])
    op.create_table(
        "locks",
        *_text("tenant", "book", "kind", "symbol", "reason", "until_session", "changed_by"),
        *_text("changed_at"),
        *_number("is_set", "version"),
        sa.PrimaryKeyConstraint("tenant", "book", "kind", "symbol"),
    )
    op.create_index("orders_by_time", "orders", ["tenant", "book", "created_at"])
    op.create_index("orders_by_expiry", "orders", ["tenant", "book", "expires_at"])
