"""Alerts, one row each: what was raised, what the webhook said to it, and who has seen to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Table,
    bindparam,
    func,
    or_,
    select,
)

from quorate.adapters.sql.projection import (
    Place,
    Projections,
    flag_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.cycle.watch.alert import Alert, AlertFact, HookState, RaisedAlert, Severity
from quorate.kernel.ids import BookName, CycleId, DecisionId, Tenant, TraceId
from quorate.kernel.journal import Event

ALERTS = Table(
    "alerts",
    metadata,
    tenant_column(),
    text_column("alert_id", key=True),
    text_column("book"),
    text_column("kind"),
    text_column("severity"),
    text_column("text"),
    text_column("cycle_id"),
    text_column("decision_id"),
    text_column("trace_id"),
    text_column("raised_at"),
    text_column("hook"),
    text_column("hook_cause"),
    text_column("acknowledged_at"),
    text_column("acknowledged_by"),
    Column("seq", BigInteger, nullable=False),
)
Index("alerts_by_seq", ALERTS.c.tenant, ALERTS.c.seq)
Index("alerts_by_cycle", ALERTS.c.tenant, ALERTS.c.cycle_id)
Index("alerts_open", ALERTS.c.tenant, ALERTS.c.acknowledged_at, ALERTS.c.severity, ALERTS.c.seq)

_ADD = Insert(ALERTS)
_DELIVER = GuardedUpdate(
    ALERTS, where=("tenant", "alert_id", "hook"), change=("hook", "hook_cause")
)
_ACKNOWLEDGE = GuardedUpdate(
    ALERTS,
    where=("tenant", "alert_id", "acknowledged_at"),
    change=("acknowledged_at", "acknowledged_by"),
)
_READ = (
    ALERTS.c.alert_id,
    ALERTS.c.book,
    ALERTS.c.kind,
    ALERTS.c.severity,
    ALERTS.c.text,
    ALERTS.c.cycle_id,
    ALERTS.c.decision_id,
    ALERTS.c.trace_id,
    ALERTS.c.raised_at,
    ALERTS.c.hook,
    ALERTS.c.hook_cause,
    ALERTS.c.acknowledged_at,
    ALERTS.c.acknowledged_by,
)
_TENANT = ALERTS.c.tenant == bindparam("tenant")
_BY_ID = Statement(select(*_READ).where(_TENANT, ALERTS.c.alert_id == bindparam("alert_id")))
_NEWEST = Statement(
    select(*_READ)
    .where(_TENANT, ALERTS.c.seq < bindparam("below"))
    .order_by(ALERTS.c.seq.desc())
    .limit(bindparam("most"))
)
_OPEN = Statement(
    select(*_READ)
    .where(
        _TENANT,
        ALERTS.c.acknowledged_at == bindparam("never"),
        ALERTS.c.severity != bindparam("informing"),
    )
    .order_by(ALERTS.c.seq.desc())
    .limit(bindparam("most"))
)
_OF_SEVERITY = Statement(
    select(*_READ)
    .where(
        _TENANT,
        or_(*(ALERTS.c.severity == bindparam(f"kept_{each.value}") for each in Severity)),
    )
    .order_by(ALERTS.c.seq.desc())
    .limit(bindparam("most"))
)
_COUNTS = Statement(
    select(ALERTS.c.severity, func.count()).where(_TENANT).group_by(ALERTS.c.severity)
)
_OF_CYCLE = Statement(
    select(*_READ).where(_TENANT, ALERTS.c.cycle_id == bindparam("cycle_id")).order_by(ALERTS.c.seq)
)
_WAITING = Statement(
    select(*_READ)
    .where(
        _TENANT,
        ALERTS.c.hook == bindparam("waiting"),
        ALERTS.c.raised_at < bindparam("before"),
    )
    .order_by(ALERTS.c.seq)
    .limit(bindparam("most"))
)


def alert_recorded(session: Session, tenant: Tenant, alert_id: str) -> RaisedAlert | None:
    """Return the alert, inside the writer's transaction."""
    rows = session.read(_BY_ID, {"tenant": tenant, "alert_id": alert_id})
    return next(map(_raised, rows), None)


def alert_named(connection: Connection, tenant: Tenant, alert_id: str) -> RaisedAlert | None:
    """Return the alert, None where there is none of that id."""
    rows = rows_of(connection, _BY_ID, {"tenant": tenant, "alert_id": alert_id})
    return next(map(_raised, rows), None)


def newest_alerts(
    connection: Connection,
    tenant: Tenant,
    *,
    most: int,
    only_open: bool = False,
    severities: Collection[Severity] = (),
) -> Sequence[RaisedAlert]:
    """Return the newest alerts of all books; of the open ones that want somebody, or of some severities, if asked."""
    values: Values = {"tenant": tenant, "most": most}
    if severities:
        kept = {f"kept_{each.value}": each.value if each in severities else "" for each in Severity}
        return _all(connection, _OF_SEVERITY, {**values, **kept})
    if only_open:
        return _all(connection, _OPEN, {**values, "never": "", "informing": Severity.INFO.value})
    return _all(connection, _NEWEST, {**values, "below": 2**62})


def alert_counts(connection: Connection, tenant: Tenant) -> Mapping[Severity, int]:
    """Return how many alerts of each severity there are."""
    rows = rows_of(connection, _COUNTS, {"tenant": tenant})
    found = {Severity(str(severity)): int(count or 0) for severity, count in rows}
    return {each: found.get(each, 0) for each in Severity}


def alerts_of_cycle(connection: Connection, tenant: Tenant, cycle_id: str) -> Sequence[RaisedAlert]:
    """Return what was raised in a cycle, oldest first."""
    return _all(connection, _OF_CYCLE, {"tenant": tenant, "cycle_id": cycle_id})


def undelivered_alerts(
    connection: Connection, tenant: Tenant, *, before: str, most: int
) -> Sequence[RaisedAlert]:
    """Return the oldest alerts that have waited for the webhook since before the stamp `before`."""
    values: Values = {
        "tenant": tenant,
        "waiting": HookState.WAITING.value,
        "before": before,
        "most": most,
    }
    return _all(connection, _WAITING, values)


def _all(connection: Connection, statement: Statement, values: Values) -> Sequence[RaisedAlert]:
    return [_raised(row) for row in rows_of(connection, statement, values)]


def _raised(row: Row) -> RaisedAlert:
    words = [str(each) for each in row]
    id_, book, kind, severity, text, cycle, decision, trace, raised_at, *rest = words
    hook, hook_cause, acknowledged_at, acknowledged_by = rest
    return RaisedAlert(
        alert_id=id_,
        alert=Alert(
            kind=kind,
            severity=Severity(severity),
            text=text,
            book=BookName(book),
            cycle_id=CycleId(cycle) if cycle else None,
            decision_id=DecisionId(decision) if decision else None,
            trace_id=TraceId(trace),
        ),
        raised_at=raised_at,
        hook=HookState(hook),
        hook_cause=hook_cause,
        acknowledged_at=acknowledged_at,
        acknowledged_by=acknowledged_by,
    )


def _told(session: Session, place: Place, event: Event) -> None:
    hook = HookState.WAITING if flag_of(event, "toHook") else HookState.NONE
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "alert_id": text_of(event, "alertId"),
            "book": event.book,
            "kind": text_of(event, "kind"),
            "severity": Severity(text_of(event, "severity")).value,
            "text": text_of(event, "text"),
            "cycle_id": optional_text_of(event, "cycleId") or "",
            "decision_id": optional_text_of(event, "decisionId") or "",
            "trace_id": event.trace_id,
            "raised_at": place.ts,
            "hook": hook.value,
            "hook_cause": "",
            "acknowledged_at": "",
            "acknowledged_by": "",
            "seq": place.seq,
        },
    )


def _delivered(session: Session, place: Place, event: Event) -> None:
    session.update(
        _DELIVER,
        {
            **_named(place, event),
            "was_hook": HookState.WAITING.value,
            "hook": HookState(text_of(event, "state")).value,
            "hook_cause": text_of(event, "cause"),
        },
        otherwise="another process brought the alert to the webhook first",
    )


def _acknowledged(session: Session, place: Place, event: Event) -> None:
    session.update(
        _ACKNOWLEDGE,
        {
            **_named(place, event),
            "was_acknowledged_at": "",
            "acknowledged_at": place.ts,
            "acknowledged_by": text_of(event, "by"),
        },
        otherwise="somebody else has seen to the alert first",
    )


def _named(place: Place, event: Event) -> dict[str, str]:
    return {"was_tenant": place.tenant, "was_alert_id": text_of(event, "alertId")}


PROJECTIONS: Projections = {
    AlertFact.RAISED: _told,
    AlertFact.DELIVERED: _delivered,
    AlertFact.ACKNOWLEDGED: _acknowledged,
}
