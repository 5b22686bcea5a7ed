"""Traders in their newest version, and on which bars a competition is played."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of traders; every competition so far was played on past bars."""
    op.create_table(
        "trader_profiles",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tenant", "name", "trader")),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name"),
    )
    op.add_column("competitions", sa.Column("mode", sa.Text))
    op.execute("UPDATE competitions SET mode = 'REPLAY'")
