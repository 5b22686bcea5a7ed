"""Counts of one tenant's state tables, as they are scraped: by state, never by symbol, id or name of a book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    TIMESTAMP,
    Column,
    ColumnElement,
    Connection,
    Float,
    Table,
    case,
    cast,
    extract,
    func,
    select,
)

from quorate.adapters.sql.alerts import ALERTS
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.fleet import WORKERS
from quorate.adapters.sql.journal import head_of
from quorate.adapters.sql.orders import ORDERS
from quorate.adapters.sql.runs import CONSENSUS, RUNS
from quorate.adapters.sql.tasks import TASKS
from quorate.arbiter.task import TERMINAL
from quorate.kernel.ids import Tenant

Labels = tuple[str, ...]

BUCKETS_S: Final = (0.01, 0.05, 0.1, 0.4, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0)
"""Upper ends of a task's seconds; 0.4 and 0.5 are what 2000 at once are held to. Source: DESIGN 13."""


class CallFigures(NamedTuple):
    """What calls of one provider with one end came to; the cost in billionths of a dollar, of those that have one."""

    calls: int
    cost_nanos: int
    prompt_tokens: int
    completion_tokens: int


class TaskTimes(NamedTuple):
    """How long the tasks of one type took that are over; `within` are those at most as long as each of `BUCKETS_S`."""

    ended: int
    seconds: float
    within: Sequence[int]


class HomeFigures(NamedTuple):
    """One tenant's counts, all read in one transaction at row `head`."""

    head: int
    tasks: Mapping[Labels, int]
    task_times: Mapping[Labels, TaskTimes]
    runs: Mapping[Labels, int]
    cycles: Mapping[Labels, int]
    decisions: Mapping[Labels, int]
    orders: Mapping[Labels, int]
    alerts: Mapping[Labels, int]
    workers: Mapping[Labels, int]
    calls: Mapping[Labels, CallFigures]


def home_figures(connection: Connection, tenant: Tenant) -> HomeFigures:
    """Return the counts of `tenant`."""
    return HomeFigures(
        head=head_of(connection, tenant),
        tasks=_counts(connection, TASKS, tenant, "type", "state"),
        task_times=_task_times(connection, tenant),
        runs=_counts(connection, RUNS, tenant, "status"),
        cycles=_counts(connection, CYCLES, tenant, "stage"),
        decisions=_counts(connection, CONSENSUS, tenant, "final_action", "reason_code"),
        orders=_counts(connection, ORDERS, tenant, "state"),
        alerts=_counts(connection, ALERTS, tenant, "severity"),
        workers=_counts(connection, WORKERS, tenant, "standing"),
        calls=_calls(connection, tenant),
    )


def _task_times(connection: Connection, tenant: Tenant) -> dict[Labels, TaskTimes]:
    """Return how long tasks took from their first row to their last, by type."""
    took = _seconds(connection, TASKS.c.received_at, TASKS.c.changed_at)
    within = [func.sum(case((took <= most, 1), else_=0)) for most in BUCKETS_S]
    ended = TASKS.c.state.in_([state.value for state in sorted(TERMINAL)])
    query = (
        select(TASKS.c.type, func.count(), func.sum(took), *within)
        .where(TASKS.c.tenant == tenant, ended)
        .group_by(TASKS.c.type)
    )
    return {
        _labels(row[:1]): TaskTimes(int(row[1]), float(row[2]), [int(each) for each in row[3:]])
        for row in connection.execute(query)
    }


def _seconds(connection: Connection, start: Column[str], end: Column[str]) -> ColumnElement[float]:
    """Return the seconds between two stamps as the database counts them, to the millisecond."""
    if connection.dialect.name == "sqlite":
        return (func.julianday(end) - func.julianday(start)) * 86_400.0
    between = cast(end, TIMESTAMP(timezone=True)) - cast(start, TIMESTAMP(timezone=True))
    return cast(extract("epoch", between), Float)


def _counts(
    connection: Connection, table: Table, tenant: Tenant, *columns: str
) -> dict[Labels, int]:
    by = [table.c[name] for name in columns]
    query = select(*by, func.count()).where(table.c.tenant == tenant).group_by(*by)
    return {_labels(row[:-1]): int(row[-1]) for row in connection.execute(query)}


def _calls(connection: Connection, tenant: Tenant) -> dict[Labels, CallFigures]:
    calls = LLM_CALLS.c
    sums = [
        func.coalesce(func.sum(column), 0)
        for column in (calls.cost, calls.prompt_tokens, calls.completion_tokens)
    ]
    by = (calls.provider, calls.status)
    query = select(*by, func.count(), *sums).where(calls.tenant == tenant).group_by(*by)
    return {
        _labels(row[:2]): CallFigures(*(int(number) for number in row[2:]))
        for row in connection.execute(query)
    }


def _labels(values: Sequence[Any]) -> Labels:
    return tuple("" if value is None else str(value) for value in values)
