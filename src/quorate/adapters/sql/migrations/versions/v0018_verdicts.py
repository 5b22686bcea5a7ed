"""Verdicts on tasks, what each is on, and waivers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; no task was judged so far, and nothing waived."""
    _table("verdicts", "verdict_id", _VERDICT, ("score", "seq"))
    op.create_index("verdicts_by_seq", "verdicts", ["tenant", "seq"])
    op.create_index("verdicts_by_task", "verdicts", ["tenant", "task_id"])
    op.create_index("verdicts_by_subject", "verdicts", ["tenant", "task_subject"])
    op.create_table(
        "verdict_subjects",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tenant", "name", "verdict_id")),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "verdict_id"),
    )
    _table("waivers", "waiver_id", _WAIVER, ("seq",))
    op.create_index("risk_verdicts_by_seq", "risk_verdicts", ["tenant", "seq"])


_VERDICT = (
    *("task_id", "task_type", "task_subject", "book", "trace_id"),
    *("decision", "verdict", "waivers_used", "issued_at"),
)
_WAIVER = ("wish", "created_at", "expires_at", "revoked_at", "revoked_by", "revoked_reason")


def _table(name: str, key: str, texts: tuple[str, ...], numbers: tuple[str, ...]) -> None:
    op.create_table(
        name,
        *(sa.Column(each, sa.Text, nullable=False) for each in ("tenant", key, *texts)),
        *(sa.Column(each, sa.BigInteger, nullable=False) for each in numbers),
        sa.PrimaryKeyConstraint("tenant", key),
    )
