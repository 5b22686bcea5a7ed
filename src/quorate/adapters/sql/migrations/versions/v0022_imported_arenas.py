"""Arenas of others, each imported once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of imported arenas."""
    names = ("tenant", "arena_id", "name", "participants", "currency", "bar_size")
    days = ("first_session", "last_session", "imported_at")
    op.create_table(
        "imported_arenas",
        *(sa.Column(name, sa.Text, nullable=False) for name in (*names, *days)),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("sessions", "symbols", "findings")
        ),
        sa.PrimaryKeyConstraint("tenant", "arena_id"),
    )
    op.create_index("imported_arenas_listed", "imported_arenas", ["tenant", "imported_at"])
