"""What a person does about orders: cancel one, close a position, ask the broker; each confirmed by a form."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.pages.forms import entered, form_key
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.orders.page import shown
from quorate.hub.pages.orders.query import LIST, OrdersQuery, Tab, read_query
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError, UnavailableError
from quorate.kernel.ids import symbol_in

HELD_BACK = 409
REFUSALS = (RejectedError, ConflictError, UnavailableError)


@post(f"{LIST}/{{order_id:str}}/cancel", guards=[require(Scope.TRADE)], status_code=200)
async def cancel(request: HubRequest, order_id: FromPath[str]) -> Template | Redirect:
    """Ask the broker to cancel an order."""
    fields = (await request.form()).dict()
    query = _back(fields, Tab.ORDERS)
    try:
        await app_of(request).orders.cancel(
            order_id, form_key(request, entered(fields, "key"), f"cancel {order_id}")
        )
    except REFUSALS as error:
        return await _refused(request, query, error)
    return Redirect(query.href, status_code=303)


@post(f"{LIST}/close", guards=[require(Scope.TRADE)], status_code=200)
async def close(request: HubRequest) -> Template | Redirect:
    """Sell all that is held of a symbol."""
    fields = (await request.form()).dict()
    query = _back(fields, Tab.POSITIONS)
    named = entered(fields, "close")
    symbol = symbol_in(named)
    orders = app_of(request).orders
    try:
        if symbol is None:
            raise RejectedError(f"{named!r} is not a symbol", effect="nothing was sold")
        book = await orders.book(query.book or None)
        key = form_key(request, entered(fields, "key"), f"close {book.name} {symbol}")
        await orders.close(book, symbol, key)
    except REFUSALS as error:
        return await _refused(request, query, error)
    return Redirect(query.href, status_code=303)


@post(f"{LIST}/reconcile", guards=[require(Scope.TRADE)], status_code=200)
async def reconcile(request: HubRequest) -> Template | Redirect:
    """Ask the broker about every open order and position."""
    query = _back((await request.form()).dict(), Tab.ORDERS)
    orders = app_of(request).orders
    try:
        await orders.reconcile(await orders.book(query.book or None))
    except REFUSALS as error:
        return await _refused(request, query, error)
    return Redirect(query.href, status_code=303)


def _back(fields: Mapping[str, list[str]], tab: Tab) -> OrdersQuery:
    """Return the list that a form came from."""
    query = read_query(fields)
    return query if "tab" in fields else OrdersQuery(tab=tab, book=query.book)


async def _refused(request: HubRequest, query: OrdersQuery, error: QuorateError) -> Template:
    """Return the list as it stands, with what stood against the act."""
    notice = refusal_notice(error, about="orders")
    return await shown(request, query, notices=(notice,), status=HELD_BACK)
