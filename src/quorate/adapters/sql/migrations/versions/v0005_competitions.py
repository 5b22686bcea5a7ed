"""Competitions: what each one is, how far it is, and who may play its next round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of competitions."""
    names = ("tenant", "competition_id", "name", "status", "profiles", "symbols")
    days = ("first_session", "last_session", "created_at", "started_at", "ended_at")
    op.create_table(
        "competitions",
        *(sa.Column(name, sa.Text, nullable=False) for name in (*names, *days, "run_id")),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("sessions", "round", "token")
        ),
        sa.PrimaryKeyConstraint("tenant", "competition_id"),
    )
    op.create_index("competitions_listed", "competitions", ["tenant", "created_at"])
