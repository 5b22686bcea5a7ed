"""`/orders`, `/positions`, `/reconcile`, `/outcomes`: what is at the broker, why, and what came of it."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.bootstrap.ordering import Rows
from quorate.execution.listing import OrderFilter, OrderLine, OrderView
from quorate.execution.order_history import history_json
from quorate.execution.outcome_link import OutcomeFilter, OutcomeLink, OutcomeStatus
from quorate.hub.api import asking
from quorate.hub.api.competition_shapes import Nothing
from quorate.hub.api.counting import Count
from quorate.hub.api.headers import IdempotencyKey
from quorate.hub.api.order_shapes import (
    BookWish,
    OrderChanged,
    OrderDetailsShape,
    OrderList,
    OrderShape,
    OutcomeList,
    OutcomeShape,
    PositionChanged,
    PositionList,
    PositionShape,
    Reconciled,
)
from quorate.hub.api.starting import request_key
from quorate.hub.cursors import Asked, row_below, row_cursor
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.ids import BookName, Symbol, is_like_an_id, is_name
from quorate.kernel.stamps import stamp
from quorate.risk import Leg

ORDERS: Final = "/orders"
POSITIONS: Final = "/positions"
OUTCOMES: Final = "/outcomes"

_ORDER_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")

Limit = Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)]
Text = Annotated[str | None, QueryParameter()]
REPLAYED: Final = {"Idempotency-Replayed": "true"}


@get(ORDERS, guards=[require(Scope.READ)], summary="List orders")
async def orders(  # noqa: PLR0913  (one parameter per filter)
    request: AnyRequest,
    *,
    limit: Limit = 25,
    cursor: Text = None,
    book: Text = None,
    view: Text = None,
    symbol: Text = None,
    leg: Text = None,
    count: Count = False,
) -> OrderList:
    """List the orders of a book, newest first; `view` is all, open, unknown, filled, refused or cancelled."""
    app = app_in(request)
    found = await app.orders.book(_book(book))
    wanted = OrderFilter(
        book=found.name,
        view=asking.word(view, OrderView, "?view") or OrderView.ALL,
        symbol=None if symbol is None else asking.symbol(symbol, "?symbol"),
        leg=asking.word(leg, Leg, "?leg"),
    )
    below = None if cursor is None else row_below(app.hub_secret, cursor, wanted)
    page = await app.orders.orders(wanted, limit, below)
    compared = await app.orders.comparison(found.name)
    now = stamp(app.clock.now())
    return OrderList(
        read_at=now,
        as_of=now,
        book=found.name,
        reconciled_at=compared.at if compared else None,
        items=tuple(map(_order, page.items)),
        next_cursor=_next(app.hub_secret, page, wanted),
        total=(await app.orders.counts(wanted))[wanted.view] if count else None,
    )


@get(ORDERS + "/{order_id:str}", guards=[require(Scope.READ)], summary="An order")
async def order(request: AnyRequest, order_id: FromPath[str]) -> OrderDetailsShape:
    """Return an order by its client order id, the beginning of it, or the broker's id, with every move of it."""
    details = await app_in(request).orders.order(_order_id(order_id))
    tree = {**details.line.as_json(), "history": history_json(details.entries)}
    return msgspec.convert(tree, OrderDetailsShape)


@post(
    ORDERS + "/{order_id:str}/cancel",
    guards=[require(Scope.TRADE)],
    status_code=200,
    summary="Cancel an order",
)
async def cancel_order(
    request: AnyRequest, order_id: FromPath[str], key: IdempotencyKey = None
) -> Response[OrderChanged]:
    """Ask the broker to cancel an order; `Idempotency-Key` is needed. A protective stop goes with its position."""
    name = _order_id(order_id)
    accepted = request_key(request, key, Nothing(), about=f"{ORDERS}/{name}/cancel")
    change = await app_in(request).orders.cancel(name, accepted)
    body = OrderChanged(
        target=change.line.client_order_id,
        applied=change.applied,
        dry_run=False,
        status=change.line.status,
        order=_order(change.line),
    )
    return Response(body, headers=REPLAYED if change.replayed else {})


@get(POSITIONS, guards=[require(Scope.READ)], summary="Positions")
async def positions(request: AnyRequest, book: Text = None) -> PositionList:
    """Return what a book holds, by its broker's word; where that gives none, labelled as stale."""
    app = app_in(request)
    held = await app.orders.positions(await app.orders.book(_book(book)))
    items = tuple(msgspec.convert(each.as_json(), PositionShape) for each in held.items)
    return msgspec.convert({**held.head_json(), "items": items}, PositionList)


@post(
    POSITIONS + "/{symbol:str}/close",
    guards=[require(Scope.TRADE)],
    status_code=200,
    summary="Close a position",
)
async def close_position(
    request: AnyRequest,
    symbol: FromPath[str],
    book: Text = None,
    key: IdempotencyKey = None,
) -> Response[PositionChanged]:
    """Sell all that is held of a symbol; its stop is released first. `Idempotency-Key` is needed.

    A pair is written with a hyphen: `BTC-USD`.
    """
    app = app_in(request)
    found = await app.orders.book(_book(book))
    wanted = await _held(request, found.name, symbol)
    about = f"{POSITIONS}/{found.name}/{wanted}/close"
    accepted = request_key(request, key, Nothing(), about=about)
    change = await app.orders.close(found, wanted, accepted)
    body = PositionChanged(
        target=change.symbol,
        applied=change.applied,
        dry_run=False,
        book=change.book,
        order=None if change.line is None else _order(change.line),
    )
    return Response(body, headers=REPLAYED if change.replayed else {})


@post("/reconcile", guards=[require(Scope.TRADE)], status_code=200, summary="Reconcile")
async def reconcile(
    request: AnyRequest, data: JSONBody[BookWish], key: IdempotencyKey = None
) -> Response[Reconciled]:
    """Bring every open order of a book up to what the broker says, and tell where they differ.

    `Idempotency-Key` is needed, as what nobody ordered keeps new risk away until a person has looked.
    """
    app = app_in(request)
    accepted = request_key(request, key, data, about="/reconcile")
    change = await app.orders.reconcile(await app.orders.book(_book(data.book)), accepted)
    tree = {
        "target": change.comparison.book,
        "applied": not change.replayed,
        "dryRun": False,
        **change.comparison.as_json(),
    }
    body = msgspec.convert(tree, Reconciled)
    return Response(body, headers=REPLAYED if change.replayed else {})


@get(OUTCOMES, guards=[require(Scope.READ)], summary="List outcomes")
async def outcomes(  # noqa: PLR0913  (one parameter per filter)
    request: AnyRequest,
    *,
    limit: Limit = 25,
    cursor: Text = None,
    book: Text = None,
    status: Text = None,
    symbol: Text = None,
    count: Count = False,
) -> OutcomeList:
    """List what decisions came to, those of the newest first; pending ones count nowhere."""
    app = app_in(request)
    found = await app.orders.book(_book(book))
    wanted = OutcomeFilter(
        book=found.name,
        status=asking.word(status, OutcomeStatus, "?status"),
        symbol=None if symbol is None else asking.symbol(symbol, "?symbol"),
    )
    below = None if cursor is None else row_below(app.hub_secret, cursor, wanted)
    page = await app.orders.outcomes(wanted, limit, below)
    totals = await app.orders.totals(found.name)
    now = stamp(app.clock.now())
    return OutcomeList(
        read_at=now,
        as_of=now,
        book=found.name,
        counts={each.value: totals.counts.get(each, 0) for each in OutcomeStatus},
        pnl=format(totals.pnl, "f"),
        items=tuple(map(_outcome, page.items)),
        next_cursor=_next(app.hub_secret, page, wanted),
        total=await app.orders.outcomes_count(wanted) if count else None,
    )


@get(OUTCOMES + "/{decision_id:str}", guards=[require(Scope.READ)], summary="An outcome")
async def outcome(request: AnyRequest, decision_id: FromPath[str]) -> OutcomeShape:
    """Return a decision's way to its outcome: intent, broker order, fills, position snapshots, result."""
    if not is_like_an_id(decision_id):
        raise RefusedError("there is no such decision", slug="not-found")
    return _outcome(await app_in(request).orders.outcome(decision_id))


async def _held(request: AnyRequest, book: BookName, text: str) -> Symbol:
    """Return the symbol that an address means; a pair that is held goes by its hyphen."""
    symbol = asking.symbol(text, "/symbol")
    pair = Symbol(symbol.replace("-", "/"))
    known = await app_in(request).orders.symbols(book)
    return pair if symbol not in known and pair in known else symbol


def _order(line: OrderLine) -> OrderShape:
    return msgspec.convert(line.as_json(), OrderShape)


def _outcome(link: OutcomeLink) -> OutcomeShape:
    return msgspec.convert(link.as_json(), OutcomeShape)


def _next(secret: bytes, page: Rows[OrderLine] | Rows[OutcomeLink], wanted: Asked) -> str | None:
    return None if page.next_below is None else row_cursor(secret, page.next_below, wanted)


def _book(text: str | None) -> str | None:
    if text is not None and not is_name(text):
        raise asking.wrong("?book", "is no book's name")
    return text


def _order_id(text: str) -> str:
    if not _ORDER_ID.fullmatch(text):
        raise RefusedError("there is no such order", slug="not-found")
    return text
