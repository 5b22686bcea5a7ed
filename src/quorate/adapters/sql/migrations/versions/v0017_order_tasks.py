"""Acts on orders are tasks: the items of the work queue become tasks of type `order`, and its table goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_STATES = {
    "PENDING": "ROUTING",
    "RUNNING": "ROUTING",
    "FAILED": "ROUTING",
    "SUCCEEDED": "COMPLETED",
    "DEAD_LETTER": "FAILED",
}
_CRASHED = ("WORKER_LOST", "INTERNAL_ERROR", "INVARIANT_BROKEN")
_PASSING = ("TIMEOUT", "RESET", "UNAVAILABLE", "RATE_LIMITED", "OUTCOME_UNKNOWN", "CONFLICT")
_USUAL = 5
_SAME = ("tenant", "trace_id", "book", "changed_at", "seq")
_NOTHING = ("spec_hash", "owner", "parent", "worker", "expires_at")
_SET = (
    *("task_id", "type", "subject", "state", "reason", "token", "attempts", "failure_source"),
    *("not_before", "received_at", "priority"),
)
_ITEM = (
    *("work_id", "type", "work_key", "state", "code", "reason", "due_at", "created_at"),
    "attempts",
)


def upgrade() -> None:
    """Carry every item over as its rows in the journal now tell it; whoever was at work then is gone."""
    connection = op.get_bind()
    items = sa.table("work_items", *(sa.column(name) for name in (*_SAME, *_ITEM)))
    tasks = sa.table("tasks", *(sa.column(name) for name in (*_SAME, *_NOTHING, *_SET)))
    rows = [_task(row) for row in connection.execute(sa.select(items)).mappings()]
    if rows:
        connection.execute(sa.insert(tasks), rows)
    op.create_index("tasks_waiting", "tasks", ["tenant", "type", "state", "not_before"])
    op.drop_index("work_items_due", "work_items")
    op.drop_index("work_items_by_seq", "work_items")
    op.drop_table("work_items")


def _task(row: sa.RowMapping) -> dict[str, object]:
    state, code = _STATES[row["state"]], row["code"]
    waits = state == "ROUTING"
    return {
        **{name: row[name] for name in _SAME},
        **dict.fromkeys(_NOTHING, ""),
        "task_id": "tsk_" + row["work_id"].removeprefix("wrk_"),
        "type": "order",
        "subject": f"{row['type']} {row['work_key']}",
        "state": state,
        "reason": f"{code}: {row['reason']}" if code else "",
        "token": 0,
        "attempts": _attempts(row["state"], row["attempts"]),
        "failure_source": "" if code in {"", "WAITING"} else _source(code),
        "not_before": row["due_at"] if waits else "",
        "received_at": row["created_at"],
        "priority": _USUAL,
    }


def _attempts(state: str, tried: int) -> int:
    """Return the number of the attempt that is next, of an ended item the last one's."""
    return tried + 1 if _STATES[state] == "ROUTING" else tried


def _source(code: str) -> str:
    if code in _CRASHED:
        return "worker_crash"
    return "network_error" if code in _PASSING else "rule"
