"""`/admin/orders/export`: one tab's list as JSON to keep, under the filters of its address."""

from __future__ import annotations

from typing import Final

from litestar import Response, get

from quorate.access import Scope
from quorate.bootstrap import App
from quorate.hub.pages.downloads import download
from quorate.hub.pages.orders.query import LIST, OrdersQuery, Tab, read_query
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp
from quorate.portfolio.book import Book

MOST: Final = 5000
"""Rows of one file; a replay over ten years of four symbols has fewer orders."""


@get(f"{LIST}/export", guards=[require(Scope.READ)])
async def export(request: HubRequest) -> Response[bytes]:
    """Return the list that an address shows, all of its pages."""
    app, query = app_of(request), read_query(request.query_params.dict())
    book = await app.orders.book(query.book or None)
    tree = {
        "readAt": stamp(app.clock.now()),
        "book": book.name,
        **await _listed(app, book, query),
    }
    return download(f"{book.name}-{query.tab.value}.json", tree)


async def _listed(app: App, book: Book, query: OrdersQuery) -> dict[str, object]:
    match query.tab:
        case Tab.ORDERS:
            orders = await app.orders.orders(query.orders_of(book.name), MOST)
            return {"items": [line.as_json() for line in orders.items]}
        case Tab.POSITIONS:
            held = await app.orders.positions(book)
            return {**held.head_json(), "items": [line.as_json() for line in held.items]}
        case Tab.OUTCOMES:
            outcomes = await app.orders.outcomes(query.outcomes_of(book.name), MOST)
            return {"items": [link.as_json() for link in outcomes.items]}
        case Tab.REFUSED:
            refused = await app.orders.denials(query.denials_of(book.name), MOST)
            return {"items": [line.as_json() for line in refused.items]}
