"""The outcomes of decisions: one row each, the newest version."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Connection,
    Index,
    Table,
    Text,
    bindparam,
    select,
)

from quorate.adapters.sql.projection import (
    Place,
    Projections,
    number_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Values, rows_of
from quorate.cycle.book_keeping.outcome import MOVED
from quorate.kernel.canonical import Json, canonical_json
from quorate.kernel.ids import DecisionId, Tenant
from quorate.kernel.journal import Event

Told: TypeAlias = Mapping[str, Json]

OUTCOMES = Table(
    "outcomes",
    metadata,
    tenant_column(),
    text_column("decision_id", key=True),
    text_column("book"),
    text_column("symbol"),
    text_column("kind"),
    text_column("status"),
    Column("pnl", Text),
    text_column("order_intent_id"),
    text_column("broker_order_id"),
    text_column("opened_at"),
    text_column("closed_at"),
    text_column("payload"),
    Column("version", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""`kind` is entry, or exit of a sale that was decided; `seq` is the row of the newest version."""
Index("outcomes_by_book", OUTCOMES.c.tenant, OUTCOMES.c.book, OUTCOMES.c.seq)

_CHANGING = (
    "status",
    "pnl",
    "order_intent_id",
    "broker_order_id",
    "opened_at",
    "closed_at",
    "payload",
    "version",
    "seq",
)
_ADD = Insert(OUTCOMES)
_MOVE = GuardedUpdate(OUTCOMES, where=("tenant", "decision_id", "version"), change=_CHANGING)
_SLOTS: Final = 8
"""For so many decisions at once a statement asks: more than one cycle has to do with, as a rule."""

DECISIONS: Final[Sequence[BindParameter[str]]] = [
    bindparam(f"decision_{slot}") for slot in range(_SLOTS)
]
"""The decisions that a statement asks for; see `in_slots`."""

_OF_DECISIONS = Statement(
    select(OUTCOMES.c.payload).where(
        OUTCOMES.c.tenant == bindparam("tenant"), OUTCOMES.c.decision_id.in_(DECISIONS)
    )
)


def in_slots(tenant: Tenant, decisions: Collection[DecisionId]) -> Iterator[Values]:
    """Yield the values of the statements that ask for all of `decisions`; a slot that is left over asks for none."""
    every = sorted(decisions)
    for first in range(0, len(every), _SLOTS):
        part = every[first : first + _SLOTS]
        named = {
            f"decision_{slot}": part[slot] if slot < len(part) else "" for slot in range(_SLOTS)
        }
        yield {"tenant": tenant, **named}


def outcomes_told(connection: Connection, decisions: Values) -> Iterator[Told]:
    """Yield what the newest version of each decision's outcome tells, of those that have one."""
    for (payload,) in rows_of(connection, _OF_DECISIONS, decisions):
        told: Told = msgspec.json.decode(str(payload))
        yield told


def _moved(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    new: Values = {
        "status": text_of(event, "status"),
        "pnl": optional_text_of(event, "pnl"),
        "order_intent_id": text_of(event, "orderIntentId"),
        "broker_order_id": text_of(event, "brokerOrderId"),
        "opened_at": text_of(event, "openedAt"),
        "closed_at": text_of(event, "closedAt"),
        "payload": canonical_json(event.payload),
        "version": version,
        "seq": place.seq,
    }
    decision_id = text_of(event, "decisionId")
    if version == 1:
        first: Values = {
            "tenant": place.tenant,
            "decision_id": decision_id,
            "book": event.book,
            "symbol": text_of(event, "symbol"),
            "kind": text_of(event, "kind"),
        }
        session.insert(_ADD, {**first, **new})
        return
    guard: Values = {
        "was_tenant": place.tenant,
        "was_decision_id": decision_id,
        "was_version": version - 1,
    }
    session.update(_MOVE, {**guard, **new}, otherwise="the outcome was changed meanwhile")


PROJECTIONS: Projections = {MOVED: _moved}
