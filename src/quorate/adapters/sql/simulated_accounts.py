"""How often each simulated broker's account moved: the guard by which two processes cannot move it at once."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table

from quorate.adapters.sql.projection import Place, Projections, number_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Values
from quorate.kernel.journal import Event

SIMULATED_ACCOUNTS = Table(
    "simulated_accounts",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    Column("version", BigInteger, nullable=False),
)

_FIRST = Insert(SIMULATED_ACCOUNTS)
_NEXT = GuardedUpdate(SIMULATED_ACCOUNTS, where=("tenant", "book", "version"), change=("version",))


def _moved(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    if version == 1:
        session.insert(_FIRST, {"tenant": place.tenant, "book": event.book, "version": version})
        return
    values: Values = {
        "was_tenant": place.tenant,
        "was_book": event.book,
        "was_version": version - 1,
        "version": version,
    }
    session.update(_NEXT, values, otherwise="another process moved the account first")


PROJECTIONS: Projections = {"broker.moved": _moved}
