"""Alerts that were raised, and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of alerts; none was raised so far."""
    names = ("tenant", "alert_id", "book", "kind", "severity", "text", "cycle_id", "decision_id")
    stood = ("trace_id", "raised_at", "hook", "hook_cause", "acknowledged_at", "acknowledged_by")
    op.create_table(
        "alerts",
        *(sa.Column(name, sa.Text, nullable=False) for name in (*names, *stood)),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "alert_id"),
    )
    op.create_index("alerts_by_seq", "alerts", ["tenant", "seq"])
    op.create_index("alerts_by_cycle", "alerts", ["tenant", "cycle_id"])
    op.create_index("alerts_open", "alerts", ["tenant", "acknowledged_at", "severity", "seq"])
