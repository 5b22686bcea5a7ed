"""Risk verdicts: which order each was on and what came of it; the findings and the signature stand in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Index, Table, bindparam, select

from quorate.adapters.sql.projection import (
    Place,
    Projections,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.statement import Insert, Statement, rows_of
from quorate.kernel.ids import BookName, Tenant
from quorate.kernel.journal import Event
from quorate.risk.verdict import JUDGED, VerdictOutcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quorate.adapters.sql.session import Session

RISK_VERDICTS = Table(
    "risk_verdicts",
    metadata,
    tenant_column(),
    text_column("verdict_id", key=True),
    text_column("book"),
    text_column("decision_id"),
    text_column("symbol"),
    text_column("leg"),
    text_column("order_hash"),
    text_column("outcome"),
    text_column("code"),
    text_column("judged_at"),
    text_column("valid_until"),
    Column("seq", BigInteger, nullable=False),
)
Index("risk_verdicts_by_decision", RISK_VERDICTS.c.tenant, RISK_VERDICTS.c.decision_id)
Index("risk_verdicts_by_order", RISK_VERDICTS.c.tenant, RISK_VERDICTS.c.order_hash)
Index("risk_verdicts_by_seq", RISK_VERDICTS.c.tenant, RISK_VERDICTS.c.seq)


_ADD = Insert(RISK_VERDICTS)
_TENANT = RISK_VERDICTS.c.tenant == bindparam("tenant")
_OF_BOOK = RISK_VERDICTS.c.book == bindparam("book")
_APPROVED = RISK_VERDICTS.c.outcome == bindparam("outcome")
_BY_ID = Statement(
    select(RISK_VERDICTS.c.verdict_id).where(
        _TENANT, RISK_VERDICTS.c.verdict_id == bindparam("verdict_id")
    )
)
_OF_ORDER = Statement(
    select(RISK_VERDICTS.c.verdict_id)
    .where(_TENANT, _OF_BOOK, _APPROVED, RISK_VERDICTS.c.order_hash == bindparam("order_hash"))
    .order_by(RISK_VERDICTS.c.seq.desc())
)


def is_judged(connection: Connection, tenant: Tenant, verdict_id: str) -> bool:
    """Return whether the verdict is on record."""
    return bool(rows_of(connection, _BY_ID, {"tenant": tenant, "verdict_id": verdict_id}))


def approval_of(
    connection: Connection, tenant: Tenant, book: BookName, order_hash: str
) -> str | None:
    """Return the id of the newest verdict that approved exactly this order, None where there is none."""
    rows = rows_of(
        connection,
        _OF_ORDER,
        {
            "tenant": tenant,
            "book": book,
            "outcome": VerdictOutcome.APPROVED.value,
            "order_hash": order_hash,
        },
    )
    return next((str(verdict_id) for (verdict_id,) in rows), None)


def _judged(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "verdict_id": text_of(event, "verdictId"),
            "book": event.book,
            "decision_id": text_of(event, "decisionId"),
            "symbol": text_of(event, "symbol"),
            "leg": text_of(event, "leg"),
            "order_hash": text_of(event, "orderHash"),
            "outcome": text_of(event, "outcome"),
            "code": optional_text_of(event, "code") or "",
            "judged_at": text_of(event, "judgedAt"),
            "valid_until": text_of(event, "validUntil"),
            "seq": place.seq,
        },
    )


PROJECTIONS: Projections = {JUDGED: _judged}
