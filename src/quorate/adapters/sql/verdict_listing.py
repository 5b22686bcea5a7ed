"""Lists of verdicts, on tasks and on orders alike, newest first, and the verdict that a name stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Row, Select, and_, func, literal, or_, select

from quorate.adapters.sql.orders import ORDERS, request_of
from quorate.adapters.sql.risk_verdicts import RISK_VERDICTS
from quorate.adapters.sql.verdicts import VERDICT_SUBJECTS, VERDICTS
from quorate.arbiter.constitution.listing import VerdictFilter, VerdictKind, VerdictLine
from quorate.kernel.ids import Tenant
from quorate.risk.verdict import VerdictOutcome

MOST_NAMED: Final = 50
"""So many verdicts on one thing are looked at."""

_PASSED = "PASS"
_T, _R = VERDICTS.c, RISK_VERDICTS.c
_NONE = literal("")
_OF_TASKS = (
    _T.verdict_id.label("verdict_id"),
    literal(VerdictKind.TASK.value).label("kind"),
    _T.task_subject.label("about"),
    _T.task_id.label("task_id"),
    _T.task_type.label("task_type"),
    _NONE.label("symbol"),
    _T.book.label("book"),
    _T.decision.label("outcome"),
    _T.verdict.label("word"),
    _T.issued_at.label("issued_at"),
    _T.seq.label("seq"),
)
_OF_ORDERS = (
    _R.verdict_id.label("verdict_id"),
    literal(VerdictKind.ORDER.value).label("kind"),
    _R.decision_id.label("about"),
    _NONE.label("task_id"),
    _R.leg.label("task_type"),
    _R.symbol.label("symbol"),
    _R.book.label("book"),
    _R.outcome.label("outcome"),
    _R.code.label("word"),
    _R.judged_at.label("issued_at"),
    _R.seq.label("seq"),
)


def verdicts_page(
    connection: Connection,
    tenant: Tenant,
    wanted: VerdictFilter,
    limit: int,
    below: int | None = None,
) -> Sequence[VerdictLine]:
    """Return the newest verdicts that `wanted` asks for, at most `limit`, those before row `below`."""
    parts = _parts(tenant, wanted, limit, below)
    rows = [row for part in parts for row in connection.execute(part)]
    newest = sorted(rows, key=lambda row: row.seq, reverse=True)[:limit]
    return [_line(row) for row in newest]


def verdicts_count(connection: Connection, tenant: Tenant, wanted: VerdictFilter) -> int:
    """Return how many verdicts `wanted` asks for."""
    parts = (
        part.with_only_columns(func.count()).order_by(None).limit(None)
        for part in _parts(tenant, wanted, 0, None)
    )
    return sum(connection.execute(part).scalar_one() for part in parts)


def verdicts_named(connection: Connection, tenant: Tenant, name: str) -> Sequence[VerdictLine]:
    """Return the verdicts that a name stands for, the fittest first.

    It is a verdict's own id, what a verdict is on (a decision, a snapshot), a task or its run, or an order by its own
    id or the broker's; of several the newest goes first, a task's before an order's of the same decision.
    """
    if exact := _rows(connection, tenant, _T.verdict_id == name, _R.verdict_id == name):
        return exact
    order = _order_hash(connection, tenant, name)
    if order is not None and (on_order := _rows(connection, tenant, None, _R.order_hash == order)):
        return on_order
    on_it = select(VERDICT_SUBJECTS.c.verdict_id).where(
        VERDICT_SUBJECTS.c.tenant == tenant, VERDICT_SUBJECTS.c.name == name
    )
    of_task = or_(_T.verdict_id.in_(on_it), _T.task_id == name, _T.task_subject == name)
    return _rows(connection, tenant, of_task, _R.decision_id == name)


def _parts(
    tenant: Tenant, wanted: VerdictFilter, limit: int, below: int | None
) -> list[Select[tuple[object, ...]]]:
    parts = []
    if wanted.kind in (None, VerdictKind.TASK):
        parts.append(_of_tasks(tenant, wanted, limit, below))
    if wanted.kind in (None, VerdictKind.ORDER) and wanted.task_type is None:
        parts.append(_of_orders(tenant, wanted, limit, below))
    return parts


def _of_tasks(
    tenant: Tenant, wanted: VerdictFilter, limit: int, below: int | None
) -> Select[tuple[object, ...]]:
    query = select(*_OF_TASKS).where(_T.tenant == tenant)
    if below is not None:
        query = query.where(_T.seq < below)
    if wanted.book is not None:
        query = query.where(_T.book == wanted.book)
    if wanted.task_type is not None:
        query = query.where(_T.task_type == wanted.task_type)
    if wanted.passed is not None:
        is_pass = _T.decision == _PASSED
        query = query.where(is_pass if wanted.passed else ~is_pass)
    return query.order_by(_T.seq.desc()).limit(limit)


def _of_orders(
    tenant: Tenant, wanted: VerdictFilter, limit: int, below: int | None
) -> Select[tuple[object, ...]]:
    query = select(*_OF_ORDERS).where(_R.tenant == tenant)
    if below is not None:
        query = query.where(_R.seq < below)
    if wanted.book is not None:
        query = query.where(_R.book == wanted.book)
    if wanted.passed is not None:
        is_pass = _R.outcome == VerdictOutcome.APPROVED.value
        query = query.where(is_pass if wanted.passed else ~is_pass)
    return query.order_by(_R.seq.desc()).limit(limit)


def _rows(
    connection: Connection, tenant: Tenant, of_tasks: object, of_orders: object
) -> list[VerdictLine]:
    """Return the verdicts under the two conditions, tasks' first, each newest first."""
    found: list[VerdictLine] = []
    for columns, table, condition in (
        (_OF_TASKS, VERDICTS, of_tasks),
        (_OF_ORDERS, RISK_VERDICTS, of_orders),
    ):
        if condition is None:
            continue
        query = select(*columns).where(table.c.tenant == tenant, condition)  # type: ignore[arg-type]
        newest = query.order_by(table.c.seq.desc()).limit(MOST_NAMED)
        found += [_line(row) for row in connection.execute(newest)]
    return found


def _order_hash(connection: Connection, tenant: Tenant, name: str) -> str | None:
    """Return the hash of the order that is named, None where there is none."""
    own, brokers = ORDERS.c.client_order_id, ORDERS.c.broker_order_id
    query = select(ORDERS.c.request).where(
        ORDERS.c.tenant == tenant, or_(own == name, and_(brokers == name, brokers != ""))
    )
    request = connection.execute(query.limit(1)).scalar()
    return None if request is None else request_of(request).hash


def _line(row: Row[tuple[object, ...]]) -> VerdictLine:
    is_task = row.kind == VerdictKind.TASK.value
    approved = row.outcome == VerdictOutcome.APPROVED.value
    return VerdictLine(
        verdict_id=row.verdict_id,
        kind=VerdictKind(row.kind),
        about=row.about,
        task_id=row.task_id,
        task_type=row.task_type,
        symbol=row.symbol,
        book=row.book,
        passed=row.outcome == _PASSED if is_task else approved,
        word=row.word or row.outcome,
        issued_at=row.issued_at,
        seq=int(row.seq),
    )
