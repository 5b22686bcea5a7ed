"""Tasks that are part of others, wait for workers elsewhere, and tell when they were received and last moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TEXTS = ("parent", "book", "worker", "failure_source", "not_before", "expires_at")
_FROM_ROWS = ("received_at", "changed_at")
_NUMBERS = ("priority", "seq")
_UNFINISHED = sa.text("state NOT IN ('CANCELLED', 'COMPLETED', 'EXPIRED', 'FAILED', 'REJECTED')")
_USUAL = 5
_ROWS = (
    "FROM journal WHERE journal.tenant = tasks.tenant AND journal.stream = 'task:' || tasks.task_id"
)
_FILL = f"""
UPDATE tasks SET
  received_at = (SELECT min(ts) {_ROWS}), changed_at = (SELECT max(ts) {_ROWS}), seq = (SELECT min(seq) {_ROWS})
"""  # noqa: S608  (our own names)


def upgrade() -> None:
    """Add the columns; of the tasks so far each stands alone, and its rows in the journal tell its times."""
    for name in (*_TEXTS, *_FROM_ROWS):
        op.add_column("tasks", sa.Column(name, sa.Text))
    for name in _NUMBERS:
        op.add_column("tasks", sa.Column(name, sa.BigInteger))
    tasks = sa.table("tasks", *(sa.column(name) for name in (*_TEXTS, "priority")))
    nothing: dict[str, str | int] = dict.fromkeys(_TEXTS, "")
    op.get_bind().execute(sa.update(tasks).values(priority=_USUAL, **nothing))
    op.get_bind().exec_driver_sql(_FILL)
    op.drop_index("tasks_unfinished", "tasks")
    with op.batch_alter_table("tasks") as altered:
        for name in (*_TEXTS, *_FROM_ROWS):
            altered.alter_column(name, existing_type=sa.Text, nullable=False)
        for name in _NUMBERS:
            altered.alter_column(name, existing_type=sa.BigInteger, nullable=False)
    op.create_index(
        "tasks_unfinished",
        "tasks",
        ["tenant", "task_id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index("tasks_by_seq", "tasks", ["tenant", "seq"])
    op.create_index("tasks_by_parent", "tasks", ["tenant", "parent"])
