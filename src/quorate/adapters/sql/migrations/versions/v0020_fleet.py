"""Workers of the fleet, and what became of the tasks that they held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; no worker ever registered so far."""
    said = ("agent_type", "capabilities", "capability_versions", "version", "standing", "node")
    stood = ("reason", "registered_at", "changed_at")
    op.create_table(
        "workers",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tenant", "worker_id")),
        *(sa.Column(name, sa.Text, nullable=False) for name in (*said, *stood)),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("slots", "epoch", "quarantined", "draining", "revision")
        ),
        sa.PrimaryKeyConstraint("tenant", "worker_id"),
    )
    ended = ("worker_id", "ended", "failure_source", "ended_at")
    op.create_table(
        "worker_tasks",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tenant", "task_id")),
        sa.Column("token", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ended),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("took_us", "seq")),
        sa.PrimaryKeyConstraint("tenant", "task_id", "token"),
    )
    op.create_index("worker_tasks_by_worker", "worker_tasks", ["tenant", "worker_id", "seq"])
