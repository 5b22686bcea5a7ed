"""What books hold by their own executions, and their trading states: projections, and reads inside a commit."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, Column, Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, part_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, Value, Values, rows_of
from quorate.execution.recorded import (
    WHOLE_HOME,
    HeldShares,
    OrderFact,
    TradingStanding,
    stands_alone,
)
from quorate.kernel.ids import BookName, Symbol, Tenant
from quorate.kernel.journal import Event
from quorate.risk import TradingState

STALE = "somebody else changed the order meanwhile"

HELD_SHARES = Table(
    "held_shares",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    text_column("symbol", key=True),
    text_column("quantity"),
    Column("version", BigInteger, nullable=False),
)

TRADING_STATES = Table(
    "trading_states",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    text_column("state"),
    text_column("reason"),
    text_column("changed_by"),
    text_column("changed_at"),
    Column("version", BigInteger, nullable=False),
)

_FIRST_HELD = Insert(HELD_SHARES)
_HOLD = GuardedUpdate(
    HELD_SHARES, where=("tenant", "book", "symbol", "version"), change=("quantity", "version")
)
_FIRST_TRADING = Insert(TRADING_STATES)
_TRADE = GuardedUpdate(
    TRADING_STATES,
    where=("tenant", "book", "version"),
    change=("state", "reason", "changed_by", "changed_at", "version"),
)

_HELD = Statement(
    select(HELD_SHARES.c.quantity, HELD_SHARES.c.version).where(
        HELD_SHARES.c.tenant == bindparam("tenant"),
        HELD_SHARES.c.book == bindparam("book"),
        HELD_SHARES.c.symbol == bindparam("symbol"),
    )
)
ALL_HELD = Statement(
    select(HELD_SHARES.c.symbol, HELD_SHARES.c.quantity)
    .where(HELD_SHARES.c.tenant == bindparam("tenant"), HELD_SHARES.c.book == bindparam("book"))
    .order_by(HELD_SHARES.c.symbol)
)
_TRADING = Statement(
    select(TRADING_STATES.c.state, TRADING_STATES.c.reason, TRADING_STATES.c.version).where(
        TRADING_STATES.c.tenant == bindparam("tenant"),
        TRADING_STATES.c.book == bindparam("book"),
    )
)


def held_shares(session: Session, tenant: Tenant, book: BookName, symbol: Symbol) -> HeldShares:
    """Return what the book holds of a symbol, inside the writer's transaction."""
    rows = session.read(_HELD, {"tenant": tenant, "book": book, "symbol": symbol})
    for quantity, version in rows:
        return HeldShares(quantity=Decimal(str(quantity)), version=int(version or 0))
    return HeldShares()


def trading_standing(session: Session, tenant: Tenant, book: BookName) -> TradingStanding:
    """Return the book's trading state, inside the writer's transaction; a halt of the whole home holds for it too."""

    def of(name: BookName) -> TradingStanding:
        rows = session.read(_TRADING, {"tenant": tenant, "book": name})
        return next((_standing(*row) for row in rows), TradingStanding())

    return of(book) if stands_alone(book) else of(book).under(of(WHOLE_HOME))


def trading_of(connection: Connection, tenant: Tenant, book: BookName) -> TradingState:
    """Return a book's trading state; a halt of the whole home holds for it too."""

    def of(name: BookName) -> TradingStanding:
        rows = rows_of(connection, _TRADING, {"tenant": tenant, "book": name})
        return next((_standing(*row) for row in rows), TradingStanding())

    return (of(book) if stands_alone(book) else of(book).under(of(WHOLE_HOME))).state


def _standing(state: Value, reason: Value, version: Value) -> TradingStanding:
    return TradingStanding(
        state=TradingState(str(state)), reason=str(reason), version=int(version or 0)
    )


def project_held(session: Session, place: Place, event: Event) -> None:
    """Bring what is held up to a row that carries it under `held`."""
    held = part_of(event, "held")
    version = int(str(held["version"]))
    key: Values = {
        "tenant": place.tenant,
        "book": event.book,
        "symbol": text_of(event, "symbol"),
    }
    new: Values = {"quantity": str(held["quantity"]), "version": version}
    if version == 1:
        session.insert(_FIRST_HELD, {**key, **new})
        return
    guard: Values = {f"was_{name}": value for name, value in key.items()}
    session.update(_HOLD, {**guard, "was_version": version - 1, **new}, otherwise=STALE)


def _trading(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    new: Values = {
        "state": text_of(event, "to"),
        "reason": text_of(event, "reason"),
        "changed_by": text_of(event, "by"),
        "changed_at": place.ts,
        "version": version,
    }
    if version == 1:
        session.insert(_FIRST_TRADING, {"tenant": place.tenant, "book": event.book, **new})
        return
    guard: Values = {
        "was_tenant": place.tenant,
        "was_book": event.book,
        "was_version": version - 1,
    }
    session.update(_TRADE, {**guard, **new}, otherwise="the trading state was changed meanwhile")


PROJECTIONS: Projections = {OrderFact.SPLIT: project_held, OrderFact.TRADING: _trading}
