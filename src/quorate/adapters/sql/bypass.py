"""Bypass: tasks that completed although no court let them pass."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, func, select

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.statement import Statement, Values, rows_of
from quorate.adapters.sql.tasks import TASKS
from quorate.adapters.sql.verdicts import VERDICTS
from quorate.arbiter.task import TaskState
from quorate.kernel.ids import Tenant

_UNJUDGED = Statement(
    select(TASKS.c.task_id)
    .join(JOURNAL, (JOURNAL.c.tenant == TASKS.c.tenant) & (JOURNAL.c.seq == TASKS.c.seq))
    .where(
        TASKS.c.tenant == bindparam("tenant"),
        TASKS.c.state == bindparam("completed"),
        TASKS.c.parent == bindparam("whole"),
        TASKS.c.changed_at >= bindparam("since"),
        JOURNAL.c.payload.like(bindparam("judged_since")),
        ~exists().where(
            VERDICTS.c.tenant == TASKS.c.tenant,
            VERDICTS.c.task_id == TASKS.c.task_id,
            VERDICTS.c.decision == bindparam("passed"),
        ),
    )
    .order_by(TASKS.c.seq)
    .limit(bindparam("most"))
)
_PASSED_SINCE = Statement(
    select(VERDICTS.c.task_id, JOURNAL.c.payload)
    .join(JOURNAL, (JOURNAL.c.tenant == VERDICTS.c.tenant) & (JOURNAL.c.seq == VERDICTS.c.seq))
    .where(
        VERDICTS.c.tenant == bindparam("tenant"),
        VERDICTS.c.seq > bindparam("after"),
        VERDICTS.c.decision == bindparam("passed"),
    )
    .order_by(VERDICTS.c.seq.desc())
    .limit(bindparam("most"))
)
_QUEUED = Statement(
    select(func.count()).where(
        TASKS.c.tenant == bindparam("tenant"),
        TASKS.c.state == bindparam("routing"),
        TASKS.c.parent == bindparam("whole"),
    )
)
_NEWEST = Statement(
    select(TASKS.c.state, TASKS.c.failure_source, TASKS.c.received_at, TASKS.c.changed_at)
    .where(TASKS.c.tenant == bindparam("tenant"), TASKS.c.parent == bindparam("whole"))
    .order_by(TASKS.c.seq.desc())
    .limit(bindparam("most"))
)
_JUDGED_SINCE = '%"priority":%'
"""What the row of a task holds that was received since there is a court; earlier ones had none, and need none."""


def unjudged_tasks(connection: Connection, tenant: Tenant, since: str, most: int) -> Sequence[str]:
    """Return the tasks that completed since a moment without a verdict that lets them pass, oldest first."""
    values: Values = {
        "tenant": tenant,
        "completed": TaskState.COMPLETED.value,
        "whole": "",
        "since": since,
        "judged_since": _JUDGED_SINCE,
        "passed": "PASS",
        "most": most,
    }
    return [str(task_id) for (task_id,) in rows_of(connection, _UNJUDGED, values)]


def passing_verdicts(
    connection: Connection, tenant: Tenant, after: int, most: int
) -> Sequence[tuple[str, str]]:
    """Return the newest verdicts that let a task pass, behind a row of the journal: the task and the verdict's row."""
    values: Values = {"tenant": tenant, "after": after, "passed": "PASS", "most": most}
    rows = rows_of(connection, _PASSED_SINCE, values)
    return [(str(task_id), str(payload)) for task_id, payload in rows]


def queued_tasks(connection: Connection, tenant: Tenant) -> int:
    """Return how many whole tasks wait for somebody to do them."""
    values: Values = {"tenant": tenant, "routing": TaskState.ROUTING.value, "whole": ""}
    rows = rows_of(connection, _QUEUED, values)
    return int(rows[0][0] or 0)


def newest_tasks(
    connection: Connection, tenant: Tenant, most: int
) -> Sequence[tuple[str, str, str, str]]:
    """Return the newest whole tasks: state, whose failure it was, when it was received, when it changed last."""
    rows = rows_of(connection, _NEWEST, {"tenant": tenant, "whole": "", "most": most})
    return [(str(state), str(source), str(came), str(at)) for state, source, came, at in rows]
