"""The registry: which version of a profile holds, who left the roster, and the prompts that users wrote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


_PROFILES = sa.table(
    "ai_agent_profiles", sa.column("version", sa.BigInteger), sa.column("archived", sa.Boolean)
)


def upgrade() -> None:
    """Add a version and an archive to the profiles; a profile that stands there is in its first version."""
    _version_profiles()
    op.create_table(
        "prompt_versions",
        *_text("tenant", "template_id", "role"),
        sa.Column("version", sa.BigInteger, nullable=False),
        *_text("sha256", "text", "note", "added_by", "added_at"),
        sa.PrimaryKeyConstraint("tenant", "template_id"),
    )


def _version_profiles() -> None:
    """Say of every profile so far which version it is; SQLite writes the table anew for `NOT NULL`."""
    op.add_column("ai_agent_profiles", sa.Column("version", sa.BigInteger))
    op.add_column("ai_agent_profiles", sa.Column("archived", sa.Boolean))
    op.get_bind().execute(sa.update(_PROFILES).values(version=1, archived=False))
    with op.batch_alter_table("ai_agent_profiles") as altered:
        altered.alter_column("version", existing_type=sa.BigInteger, nullable=False)
        altered.alter_column("archived", existing_type=sa.Boolean, nullable=False)
