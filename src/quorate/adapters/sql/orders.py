"""Orders, their executions, what books hold by them, and the trading states: projections and their readers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import BigInteger, Column, Connection, Index, Table, bindparam, select

from quorate.adapters.sql.holdings import ALL_HELD, STALE, project_held
from quorate.adapters.sql.projection import (
    Place,
    Projections,
    list_of,
    number_of,
    optional_text_of,
    part_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import (
    GuardedUpdate,
    Insert,
    Row,
    Statement,
    Value,
    Values,
    rows_of,
)
from quorate.execution import ClientOrderId, Execution, Order, OrderState
from quorate.execution.order_table import TERMINAL
from quorate.execution.recorded import (
    OrderFact,
    RecordedOrder,
    read_request,
)
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import BookName, Symbol, Tenant, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of
from quorate.risk import Leg, OrderRequest

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

ORDERS = Table(
    "orders",
    metadata,
    tenant_column(),
    text_column("client_order_id", key=True),
    text_column("book"),
    text_column("trace_id"),
    text_column("decision_id"),
    text_column("symbol"),
    text_column("leg"),
    text_column("state"),
    text_column("before_request"),
    text_column("broker_order_id"),
    text_column("filled"),
    text_column("reason"),
    text_column("request"),
    text_column("created_at"),
    text_column("changed_at"),
    text_column("expires_at"),
    Column("generation", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
Index("orders_by_symbol", ORDERS.c.tenant, ORDERS.c.book, ORDERS.c.symbol, ORDERS.c.seq)
Index("orders_by_state", ORDERS.c.tenant, ORDERS.c.book, ORDERS.c.state)
Index("orders_by_decision", ORDERS.c.tenant, ORDERS.c.decision_id)

EXECUTIONS = Table(
    "executions",
    metadata,
    tenant_column(),
    text_column("client_order_id", key=True),
    text_column("execution_id", key=True),
    text_column("quantity"),
    text_column("price"),
    text_column("booked_at"),
    Column("place", BigInteger, nullable=False),
)

_ADD = Insert(ORDERS)
_MOVE = GuardedUpdate(
    ORDERS,
    where=("tenant", "client_order_id", "version"),
    change=(
        "state",
        "before_request",
        "broker_order_id",
        "filled",
        "reason",
        "changed_at",
        "version",
    ),
)
_RESIZE = GuardedUpdate(
    ORDERS,
    where=("tenant", "client_order_id", "version"),
    change=("request", "changed_at", "version"),
)
_BOOK = Insert(EXECUTIONS)
_READ = (
    ORDERS.c.client_order_id,
    ORDERS.c.book,
    ORDERS.c.trace_id,
    ORDERS.c.state,
    ORDERS.c.before_request,
    ORDERS.c.broker_order_id,
    ORDERS.c.reason,
    ORDERS.c.request,
    ORDERS.c.expires_at,
    ORDERS.c.generation,
    ORDERS.c.version,
)
_TENANT = ORDERS.c.tenant == bindparam("tenant")
_BY_ID = Statement(
    select(*_READ).where(_TENANT, ORDERS.c.client_order_id == bindparam("client_order_id"))
)
_OPEN = Statement(
    select(*_READ)
    .where(
        _TENANT,
        ORDERS.c.book == bindparam("book"),
        *(ORDERS.c.state != bindparam(f"over_{state.value}") for state in sorted(TERMINAL)),
    )
    .order_by(ORDERS.c.seq)
)
_OF_SYMBOL = Statement(
    select(*_READ)
    .where(_TENANT, ORDERS.c.book == bindparam("book"), ORDERS.c.symbol == bindparam("symbol"))
    .order_by(ORDERS.c.seq)
)
_EXECUTED = Statement(
    select(EXECUTIONS.c.execution_id, EXECUTIONS.c.quantity, EXECUTIONS.c.price)
    .where(
        EXECUTIONS.c.tenant == bindparam("tenant"),
        EXECUTIONS.c.client_order_id == bindparam("client_order_id"),
    )
    .order_by(EXECUTIONS.c.place)
)
_OVER: Mapping[str, str] = {f"over_{state.value}": state.value for state in TERMINAL}

_Read: TypeAlias = Callable[[Statement, Values], Sequence[Row]]


_STOPPED = Statement(
    select(ORDERS.c.client_order_id).where(
        _TENANT,
        ORDERS.c.book == bindparam("book"),
        ORDERS.c.leg == bindparam("leg"),
        ORDERS.c.state == bindparam("state"),
    )
)


def stops_hit(connection: Connection, tenant: Tenant, book: BookName) -> int:
    """Return how many protective stops of a book sold all that they protected."""
    values: Values = {
        "tenant": tenant,
        "book": book,
        "leg": Leg.STOP.value,
        "state": OrderState.FILLED.value,
    }
    return len(rows_of(connection, _STOPPED, values))


def order_recorded(
    session: Session, tenant: Tenant, client_order_id: ClientOrderId
) -> RecordedOrder | None:
    """Return the order, inside the writer's transaction."""
    return _order(session.read, tenant, client_order_id)


class SqlOrders:
    """One tenant's orders, read beside the writer; the execution room's port `Orders` says what it promises."""

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant

    async def order(self, client_order_id: ClientOrderId) -> RecordedOrder | None:
        """Return the order, None where there is none."""
        return await self._database.look_up(
            lambda connection: _order(
                lambda statement, values: rows_of(connection, statement, values),
                self._tenant,
                client_order_id,
            )
        )

    async def open_orders(self, book: BookName) -> Sequence[RecordedOrder]:
        """Return the orders that are not over, oldest first."""
        return await self._listed(_OPEN, {"tenant": self._tenant, "book": book, **_OVER})

    async def orders_of(self, book: BookName, symbol: Symbol) -> Sequence[RecordedOrder]:
        """Return every order of a symbol, oldest first."""
        return await self._listed(
            _OF_SYMBOL, {"tenant": self._tenant, "book": book, "symbol": symbol}
        )

    async def held(self, book: BookName) -> Mapping[Symbol, Decimal]:
        """Return the shares of each symbol that is held."""
        rows = await self._database.look_up(
            lambda connection: rows_of(connection, ALL_HELD, {"tenant": self._tenant, "book": book})
        )
        held = {Symbol(str(symbol)): Decimal(str(quantity)) for symbol, quantity in rows}
        return {symbol: quantity for symbol, quantity in held.items() if quantity}

    async def _listed(self, statement: Statement, values: Values) -> Sequence[RecordedOrder]:
        return await self._database.look_up(
            lambda connection: _orders(
                lambda wanted, named: rows_of(connection, wanted, named),
                self._tenant,
                statement,
                values,
            )
        )


def _order(read: _Read, tenant: Tenant, client_order_id: ClientOrderId) -> RecordedOrder | None:
    values: Values = {"tenant": tenant, "client_order_id": client_order_id}
    return next(iter(_orders(read, tenant, _BY_ID, values)), None)


def _orders(
    read: _Read, tenant: Tenant, statement: Statement, values: Values
) -> list[RecordedOrder]:
    rows = read(statement, values)
    return [_recorded(row, _executions(read, tenant, row[0])) for row in rows]


def _executions(read: _Read, tenant: Tenant, client_order_id: Value) -> tuple[Execution, ...]:
    rows = read(_EXECUTED, {"tenant": tenant, "client_order_id": client_order_id})
    return tuple(
        Execution(id=str(id_), quantity=Decimal(str(quantity)), price=Decimal(str(price)))
        for id_, quantity, price in rows
    )


def _recorded(row: Row, executions: tuple[Execution, ...]) -> RecordedOrder:
    id_, book, trace, state, before, broker_id, reason, request, expires, generation, version = row
    return RecordedOrder(
        order=Order(
            client_order_id=ClientOrderId(str(id_)),
            request=request_of(str(request)),
            state=OrderState(str(state)),
            broker_order_id=str(broker_id),
            before_request=OrderState(str(before)) if before else None,
            executions=executions,
            reason=str(reason),
        ),
        book=BookName(str(book)),
        trace_id=TraceId(str(trace)),
        generation=int(generation or 0),
        expires_at=moment_of(str(expires)),
        version=int(version or 0),
    )


def request_of(text: str) -> OrderRequest:
    """Return the request that a row keeps as JSON."""
    return read_request(json.loads(text))


def _intended(session: Session, place: Place, event: Event) -> None:
    request = part_of(event, "request")
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "client_order_id": text_of(event, "clientOrderId"),
            "book": event.book,
            "trace_id": event.trace_id,
            "decision_id": text_of(event, "decisionId"),
            "symbol": text_of(event, "symbol"),
            "leg": str(request["leg"]),
            "state": text_of(event, "state"),
            "before_request": "",
            "broker_order_id": "",
            "filled": "0",
            "reason": "",
            "request": canonical_json(request),
            "created_at": place.ts,
            "changed_at": place.ts,
            "expires_at": text_of(event, "expiresAt"),
            "generation": number_of(event, "generation"),
            "version": 1,
            "seq": place.seq,
        },
    )


def _moved(session: Session, place: Place, event: Event) -> None:
    session.update(
        _MOVE,
        {
            **_next(place, event),
            "state": text_of(event, "to"),
            "before_request": text_of(event, "beforeRequest"),
            "broker_order_id": text_of(event, "brokerOrderId"),
            "filled": text_of(event, "filled"),
            "reason": text_of(event, "reason"),
        },
        otherwise=STALE,
    )
    version = number_of(event, "version")
    for number, told in enumerate(list_of(event, "executions")):
        facts = told if isinstance(told, Mapping) else {}
        session.insert(
            _BOOK,
            {
                "tenant": place.tenant,
                "client_order_id": text_of(event, "clientOrderId"),
                "execution_id": str(facts["id"]),
                "quantity": str(facts["quantity"]),
                "price": str(facts["price"]),
                "booked_at": place.ts,
                "place": version * 1000 + number,
            },
        )
    if "held" in event.payload:
        project_held(session, place, event)


def _resized(session: Session, place: Place, event: Event) -> None:
    id_ = text_of(event, "clientOrderId")
    row = next(iter(session.read(_BY_ID, {"tenant": place.tenant, "client_order_id": id_})))
    request = json.loads(str(row[7]))
    request["quantity"] = text_of(event, "quantity")
    request["price"] = optional_text_of(event, "price")
    request["protectiveStop"] = optional_text_of(event, "protectiveStop")
    values: Values = {**_next(place, event), "request": canonical_json(request)}
    session.update(_RESIZE, values, otherwise=STALE)


def _next(place: Place, event: Event) -> Values:
    """Return the guard of an order's next row: nothing else happened to it since it was read."""
    version = number_of(event, "version")
    return {
        "was_tenant": place.tenant,
        "was_client_order_id": text_of(event, "clientOrderId"),
        "was_version": version - 1,
        "version": version,
        "changed_at": place.ts,
    }


PROJECTIONS: Projections = {
    OrderFact.INTENDED: _intended,
    OrderFact.MOVED: _moved,
    OrderFact.RESIZED: _resized,
}
