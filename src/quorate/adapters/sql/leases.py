"""The lease table: read inside the writer's transaction, changed by lease events alone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease
from quorate.kernel.stamps import moment_of

LEASES = Table(
    "leases",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("owner"),
    Column("token", BigInteger, nullable=False),
    text_column("expires_at"),
)

_CURRENT = Statement(
    select(LEASES.c.owner, LEASES.c.token, LEASES.c.expires_at).where(
        LEASES.c.tenant == bindparam("tenant"), LEASES.c.name == bindparam("name")
    )
)
_FIRST = Insert(LEASES)
_NEXT = GuardedUpdate(
    LEASES, where=("tenant", "name", "token"), change=("owner", "token", "expires_at")
)


def current_lease(session: Session, tenant: Tenant, name: str) -> Lease | None:
    """Return the newest holding of `name`, held still or not."""
    rows = session.read(_CURRENT, {"tenant": tenant, "name": name})
    if not rows:
        return None
    owner, token, expires_at = rows[0]
    return Lease(
        name=name, owner=str(owner), token=int(token or 0), expires_at=moment_of(str(expires_at))
    )


def _acquired(session: Session, place: Place, event: Event) -> None:
    token = number_of(event, "token")
    if token == 1:
        session.insert(
            _FIRST,
            {
                "tenant": place.tenant,
                "name": text_of(event, "name"),
                "owner": text_of(event, "owner"),
                "token": token,
                "expires_at": text_of(event, "expiresAt"),
            },
        )
    else:
        _move(session, place, event, from_token=token - 1)


def _kept(session: Session, place: Place, event: Event) -> None:
    _move(session, place, event, from_token=number_of(event, "token"))


def _move(session: Session, place: Place, event: Event, *, from_token: int) -> None:
    name = text_of(event, "name")
    session.update(
        _NEXT,
        {
            "was_tenant": place.tenant,
            "was_name": name,
            "was_token": from_token,
            "owner": text_of(event, "owner"),
            "token": number_of(event, "token"),
            "expires_at": text_of(event, "expiresAt"),
        },
        otherwise=f"the lease on {name} was lost to another holder",
    )


PROJECTIONS: Projections = {
    "lease.acquired": _acquired,
    "lease.renewed": _kept,
    "lease.released": _kept,
}
