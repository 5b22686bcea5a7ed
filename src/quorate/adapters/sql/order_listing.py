"""Lists of orders: a page by keyset, newest first, with fills, stops, runs and cycles read once for the page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.orders import EXECUTIONS, ORDERS, request_of
from quorate.adapters.sql.runs import CONSENSUS
from quorate.execution import ClientOrderId, OrderState
from quorate.execution.listing import STATES_OF, OrderFilter, OrderLine, OrderView, Protection
from quorate.kernel.ids import BookName, Symbol, Tenant, TraceId
from quorate.risk import Leg

Condition: TypeAlias = ColumnElement[bool]

ZERO: Final = Decimal(0)


class _Fills(NamedTuple):
    ids: tuple[str, ...] = ()
    quantity: Decimal = ZERO
    spent: Decimal = ZERO


class _Cycle(NamedTuple):
    cycle_id: str = ""
    session: str = ""


def orders_page(
    connection: Connection,
    tenant: Tenant,
    wanted: OrderFilter,
    limit: int,
    below: int | None = None,
) -> Sequence[OrderLine]:
    """Return the newest orders that `wanted` asks for, at most `limit`, those before row `below`."""
    query = select(ORDERS).where(*_conditions(tenant, wanted), _in_view(wanted.view))
    if below is not None:
        query = query.where(ORDERS.c.seq < below)
    rows = connection.execute(query.order_by(ORDERS.c.seq.desc()).limit(limit)).all()
    return _lines(connection, tenant, rows)


def order_counts(
    connection: Connection, tenant: Tenant, wanted: OrderFilter
) -> Mapping[OrderView, int]:
    """Return how many orders each view holds under the rest of the filter."""
    query = (
        select(ORDERS.c.state, func.count())
        .where(*_conditions(tenant, wanted))
        .group_by(ORDERS.c.state)
    )
    counts = {OrderState(state): int(count) for state, count in connection.execute(query)}
    return {
        view: sum(counts.get(state, 0) for state in states) for view, states in STATES_OF.items()
    }


def orders_of_decision(
    connection: Connection, tenant: Tenant, decision_id: str
) -> Sequence[OrderLine]:
    """Return every order of a decision, oldest first."""
    query = select(ORDERS).where(ORDERS.c.tenant == tenant, ORDERS.c.decision_id == decision_id)
    return _lines(connection, tenant, connection.execute(query.order_by(ORDERS.c.seq)).all())


def orders_named(connection: Connection, tenant: Tenant, name: str) -> Sequence[OrderLine]:
    """Return the order whose id this is at either side, or up to two whose client order id begins so."""
    own, brokers = ORDERS.c.client_order_id, ORDERS.c.broker_order_id
    query = select(ORDERS).where(
        ORDERS.c.tenant == tenant,
        or_(own.startswith(name, autoescape=True), (brokers == name) & (brokers != "")),
    )
    rows = connection.execute(query.order_by(own).limit(2)).all()
    exact = [row for row in rows if name in (row.client_order_id, row.broker_order_id)]
    return _lines(connection, tenant, exact[:1] if len(exact) == 1 else rows)


def order_symbols(connection: Connection, tenant: Tenant, book: BookName) -> Sequence[Symbol]:
    """Return the symbols that a book has orders of, in order."""
    query = (
        select(ORDERS.c.symbol)
        .where(ORDERS.c.tenant == tenant, ORDERS.c.book == book)
        .distinct()
        .order_by(ORDERS.c.symbol)
    )
    return [Symbol(symbol) for symbol in connection.execute(query).scalars()]


def order_books(connection: Connection, tenant: Tenant) -> Sequence[BookName]:
    """Return the books that have orders, that of the newest order first."""
    query = (
        select(ORDERS.c.book)
        .where(ORDERS.c.tenant == tenant)
        .group_by(ORDERS.c.book)
        .order_by(func.max(ORDERS.c.seq).desc())
    )
    return [BookName(book) for book in connection.execute(query).scalars()]


def seq_of_order(connection: Connection, tenant: Tenant, client_order_id: str) -> int | None:
    """Return the journal row of an order's intent, None where there is no such order."""
    query = select(ORDERS.c.seq).where(
        ORDERS.c.tenant == tenant, ORDERS.c.client_order_id == client_order_id
    )
    return connection.execute(query).scalar()


def _conditions(tenant: Tenant, wanted: OrderFilter) -> Iterator[Condition]:
    """Yield what an order must fulfil, its view aside."""
    yield ORDERS.c.tenant == tenant
    yield ORDERS.c.book == wanted.book
    if wanted.symbol is not None:
        yield ORDERS.c.symbol == wanted.symbol
    if wanted.leg is not None:
        yield ORDERS.c.leg == wanted.leg.value
    if wanted.decision_id is not None:
        yield ORDERS.c.decision_id == wanted.decision_id


def _in_view(view: OrderView) -> Condition:
    return ORDERS.c.state.in_(sorted(state.value for state in STATES_OF[view]))


def _lines(
    connection: Connection, tenant: Tenant, rows: Sequence[Row[tuple[object, ...]]]
) -> list[OrderLine]:
    fills = _fills(connection, tenant, [row.client_order_id for row in rows])
    decisions = sorted({row.decision_id for row in rows})
    runs = _runs(connection, tenant, decisions)
    stops = _stops(connection, tenant, decisions)
    cycles = _cycles(connection, tenant, sorted({row.trace_id for row in rows}))
    return [
        _line(
            row,
            fills.get(row.client_order_id, _Fills()),
            run_id=runs.get(row.decision_id, ""),
            cycle=cycles.get(row.trace_id, _Cycle()),
            stop=stops.get(row.decision_id) if row.leg == Leg.ENTRY.value else None,
        )
        for row in rows
    ]


def _line(
    row: Row[tuple[object, ...]],
    fills: _Fills,
    *,
    run_id: str,
    cycle: _Cycle,
    stop: Protection | None,
) -> OrderLine:
    return OrderLine(
        client_order_id=ClientOrderId(row.client_order_id),
        book=BookName(row.book),
        trace_id=TraceId(row.trace_id),
        request=request_of(row.request),
        state=OrderState(row.state),
        broker_order_id=row.broker_order_id,
        filled=fills.quantity,
        average_price=fills.spent / fills.quantity if fills.quantity else None,
        reason=row.reason,
        generation=row.generation,
        created_at=row.created_at,
        changed_at=row.changed_at,
        seq=row.seq,
        executed=fills.ids,
        run_id=run_id,
        cycle_id=cycle.cycle_id,
        session=cycle.session,
        stop=stop,
    )


def _fills(connection: Connection, tenant: Tenant, orders: Collection[str]) -> Mapping[str, _Fills]:
    query = select(EXECUTIONS).where(
        EXECUTIONS.c.tenant == tenant, EXECUTIONS.c.client_order_id.in_(orders)
    )
    found: defaultdict[str, _Fills] = defaultdict(_Fills)
    for row in connection.execute(query.order_by(EXECUTIONS.c.place)):
        before, quantity = found[row.client_order_id], Decimal(row.quantity)
        found[row.client_order_id] = _Fills(
            (*before.ids, row.execution_id),
            before.quantity + quantity,
            before.spent + quantity * Decimal(row.price),
        )
    return found


def _runs(connection: Connection, tenant: Tenant, decisions: Collection[str]) -> Mapping[str, str]:
    """Return the run that each decision was made in."""
    query = select(CONSENSUS.c.decision_id, CONSENSUS.c.run_id).where(
        CONSENSUS.c.tenant == tenant, CONSENSUS.c.decision_id.in_(decisions)
    )
    return {row.decision_id: row.run_id for row in connection.execute(query)}


def _stops(
    connection: Connection, tenant: Tenant, decisions: Collection[str]
) -> Mapping[str, Protection]:
    """Return the newest protective stop of each decision."""
    query = select(ORDERS).where(
        ORDERS.c.tenant == tenant,
        ORDERS.c.decision_id.in_(decisions),
        ORDERS.c.leg == Leg.STOP.value,
    )
    found = {}
    for row in connection.execute(query.order_by(ORDERS.c.seq)):
        request = json.loads(row.request)
        found[row.decision_id] = Protection(
            client_order_id=ClientOrderId(row.client_order_id),
            state=OrderState(row.state),
            price=None if request["price"] is None else Decimal(request["price"]),
            quantity=Decimal(request["quantity"]),
            filled=Decimal(row.filled),
        )
    return found


def _cycles(
    connection: Connection, tenant: Tenant, traces: Collection[str]
) -> Mapping[str, _Cycle]:
    """Return the cycle of each trace; an order that a person asked for has none."""
    query = select(CYCLES.c.trace_id, CYCLES.c.cycle_id, CYCLES.c.session).where(
        CYCLES.c.tenant == tenant, CYCLES.c.trace_id.in_([each for each in traces if each])
    )
    return {row.trace_id: _Cycle(row.cycle_id, row.session) for row in connection.execute(query)}
