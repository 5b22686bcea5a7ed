"""Orders with their executions, what books hold by them, trading states, and the simulated accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables of orders; there are none so far."""
    op.create_table(
        "orders",
        *_text("tenant", "client_order_id", "book", "trace_id", "decision_id", "symbol", "leg"),
        *_text("state", "before_request", "broker_order_id", "filled", "reason", "request"),
        *_text("created_at", "changed_at", "expires_at"),
        *_number("generation", "version", "seq"),
        sa.PrimaryKeyConstraint("tenant", "client_order_id"),
    )
    op.create_index("orders_by_symbol", "orders", ["tenant", "book", "symbol", "seq"])
    op.create_index("orders_by_state", "orders", ["tenant", "book", "state"])
    op.create_index("orders_by_decision", "orders", ["tenant", "decision_id"])
    op.create_table(
        "executions",
        *_text("tenant", "client_order_id", "execution_id", "quantity", "price", "booked_at"),
        *_number("place"),
        sa.PrimaryKeyConstraint("tenant", "client_order_id", "execution_id"),
    )
    op.create_table(
        "held_shares",
        *_text("tenant", "book", "symbol", "quantity"),
        *_number("version"),
        sa.PrimaryKeyConstraint("tenant", "book", "symbol"),
    )
    op.create_table(
        "trading_states",
        *_text("tenant", "book", "state", "reason", "changed_by", "changed_at"),
        *_number("version"),
        sa.PrimaryKeyConstraint("tenant", "book"),
    )
    op.create_table(
        "simulated_accounts",
        *_text("tenant", "book"),
        *_number("version"),
        sa.PrimaryKeyConstraint("tenant", "book"),
    )
