"""Waivers: one row each, with the end that somebody put to it before its time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Table, bindparam, func, select

from quorate.adapters.sql.projection import Place, Projections, list_of, part_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, rows_of
from quorate.arbiter.constitution import Waiver, WaiverFact, WaiverWish
from quorate.arbiter.constitution.waiver import delta_in
from quorate.kernel.canonical import Json, JsonValue, canonical_json
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quorate.adapters.sql.session import Session

REVOKED_ALREADY = "the waiver was revoked already"

WAIVERS = Table(
    "waivers",
    metadata,
    tenant_column(),
    text_column("waiver_id", key=True),
    text_column("wish"),
    text_column("created_at"),
    text_column("expires_at"),
    text_column("revoked_at"),
    text_column("revoked_by"),
    text_column("revoked_reason"),
    Column("seq", BigInteger, nullable=False),
)

_TOLD = ("title", "reason", "approvedBy", "expiresAt")
_COLUMNS = (
    WAIVERS.c.waiver_id,
    WAIVERS.c.wish,
    WAIVERS.c.created_at,
    WAIVERS.c.revoked_at,
    WAIVERS.c.revoked_by,
    WAIVERS.c.revoked_reason,
)
_TENANT = WAIVERS.c.tenant == bindparam("tenant")
_ADD = Insert(WAIVERS)
_REVOKE = GuardedUpdate(
    WAIVERS,
    where=("tenant", "waiver_id", "revoked_at"),
    change=("revoked_at", "revoked_by", "revoked_reason"),
)
_ALL = Statement(select(*_COLUMNS).where(_TENANT).order_by(WAIVERS.c.waiver_id))
_ONE = Statement(select(*_COLUMNS).where(_TENANT, WAIVERS.c.waiver_id == bindparam("waiver_id")))
_COUNT = Statement(select(func.count()).select_from(WAIVERS).where(_TENANT))


def waivers_of(connection: Connection, tenant: Tenant) -> Sequence[Waiver]:
    """Return every waiver that there ever was, by id."""
    return [_waiver(row) for row in rows_of(connection, _ALL, {"tenant": tenant})]


def waiver_held(session: Session, tenant: Tenant, waiver_id: str) -> Waiver | None:
    """Return the waiver inside the writer's transaction, None where there is none."""
    rows = session.read(_ONE, {"tenant": tenant, "waiver_id": waiver_id})
    return next((_waiver(row) for row in rows), None)


def waivers_taken(session: Session, tenant: Tenant) -> int:
    """Return how many waivers there ever were, inside the writer's transaction."""
    return next((int(count or 0) for (count,) in session.read(_COUNT, {"tenant": tenant})), 0)


def _waiver(row: Row) -> Waiver:
    waiver_id, wish, created_at, revoked_at, revoked_by, revoked_reason = map(str, row)
    return Waiver(
        waiver_id=waiver_id,
        wish=_wish(json.loads(wish)),
        created_at=moment_of(created_at),
        revoked_at=moment_of(revoked_at) if revoked_at else None,
        revoked_by=revoked_by,
        revoked_reason=revoked_reason,
    )


def _wish(tree: Mapping[str, Json]) -> WaiverWish:
    gates, operations, delta = tree["gates"], tree["operations"], tree["delta"]
    return WaiverWish(
        title=str(tree["title"]),
        reason=str(tree["reason"]),
        gates=_texts(gates),
        operations=_texts(operations),
        approved_by=str(tree["approvedBy"]),
        expires_at=moment_of(str(tree["expiresAt"])),
        delta=delta_in(delta if isinstance(delta, dict) else {}),
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _added(session: Session, place: Place, event: Event) -> None:
    wish: dict[str, JsonValue] = {name: text_of(event, name) for name in _TOLD}
    wish |= {name: list(list_of(event, name)) for name in ("gates", "operations")}
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "waiver_id": text_of(event, "waiverId"),
            "wish": canonical_json({**wish, "delta": part_of(event, "delta")}),
            "created_at": text_of(event, "createdAt"),
            "expires_at": text_of(event, "expiresAt"),
            "revoked_at": "",
            "revoked_by": "",
            "revoked_reason": "",
            "seq": place.seq,
        },
    )


def _revoked(session: Session, place: Place, event: Event) -> None:
    session.update(
        _REVOKE,
        {
            "was_tenant": place.tenant,
            "was_waiver_id": text_of(event, "waiverId"),
            "was_revoked_at": "",
            "revoked_at": text_of(event, "revokedAt"),
            "revoked_by": text_of(event, "by"),
            "revoked_reason": text_of(event, "reason"),
        },
        otherwise=REVOKED_ALREADY,
    )


PROJECTIONS: Projections = {WaiverFact.ADDED: _added, WaiverFact.REVOKED: _revoked}
