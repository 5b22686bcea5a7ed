"""`/admin/orders`: orders, positions and outcomes of a book, with who says so and as of when.

address -> book -> one tab's list, the tabs' numbers, the newest comparison with the broker
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from litestar import get
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.record.phrases import count
from quorate.bootstrap import App
from quorate.cycle.story.denied import DenialFilter
from quorate.execution.comparison import Comparison
from quorate.execution.listing import OrderFilter, OrderView
from quorate.execution.outcome_link import OutcomeStatus, OutcomeTotals
from quorate.execution.positions import Positions, Source
from quorate.hub.cursors import row_below, row_cursor
from quorate.hub.pages.forms import fresh_key
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.orders.query import LIST, SECTION, OrdersQuery, Tab, read_query
from quorate.hub.pages.orders.rows import (
    OutcomeRow,
    PositionRow,
    order_row,
    outcome_row,
    position_row,
    signed,
)
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.results import rail
from quorate.hub.pages.shell import HubRequest, app_of, page, wants_part
from quorate.hub.pages.wording import money
from quorate.hub.security.principal import require
from quorate.kernel.ids import Symbol
from quorate.market.history import PriceBar
from quorate.portfolio.book import Book
from quorate.risk import Leg

SPARK_SESSIONS: Final = 6
"""Six closes make the line of five sessions."""

VIEW_NAMES: Final[Mapping[OrderView, str]] = {
    OrderView.ALL: "All",
    OrderView.OPEN: "Open",
    OrderView.UNKNOWN: "Unknown",
    OrderView.FILLED: "Filled",
    OrderView.REFUSED: "Refused",
    OrderView.CANCELLED: "Cancelled",
}
TAB_NAMES: Final[Mapping[Tab, str]] = {
    Tab.ORDERS: "Orders",
    Tab.POSITIONS: "Positions",
    Tab.OUTCOMES: "Outcomes",
    Tab.REFUSED: "Refused by risk",
}
SOURCES: Final[Mapping[Source, str]] = {
    Source.BROKER: "Read from the broker",
    Source.LAST_MARK: "The broker gave no answer: as the book was marked last",
    Source.OWN_EXECUTIONS: "The broker gave no answer: by our own fills, without prices",
}

FOOT_SOURCES: Final[Mapping[Source, str]] = {
    Source.BROKER: "By the broker's word",
    Source.LAST_MARK: "As the book was marked last",
    Source.OWN_EXECUTIONS: "By our own fills",
}


@get(LIST, guards=[require(Scope.READ)])
async def orders(request: HubRequest) -> Template | Redirect:
    """Show one tab of a book; an address with empty fields, as a plain form sends it, is led to the short one."""
    params = request.query_params.dict()
    query = read_query(params)
    wordy = any(not value for values in params.values() for value in values)
    if wordy and "HX-Request" not in request.headers:
        return Redirect(query.href, status_code=303)
    return await shown(request, query)


async def shown(
    request: HubRequest,
    query: OrdersQuery,
    *,
    notices: Sequence[Notice] = (),
    status: int = 200,
) -> Template:
    """Return the page at an address, with what has just happened."""
    app = app_of(request)
    book = await app.orders.book(query.book or None)
    compared = await read(app.orders.comparison(book.name), "The comparison with the broker")
    books = await app.orders.books()
    return await page(
        request,
        "orders/index.html",
        part="orders/_live.html",
        title=TAB_NAMES[query.tab],
        section=SECTION,
        status=status,
        notices=notices,
        query=query,
        book=book,
        books=[(name, name) for name in dict.fromkeys([book.name, *books])],
        compared=None if isinstance(compared, Failed) else compared,
        differs="" if isinstance(compared, Failed) else _differs(compared),
        tabs=await _tabs(app, book, query),
        legs=[("", "all"), *((leg.value, leg.value) for leg in Leg)],
        symbols=await _symbols(app, book, query),
        list_href=LIST,
        results=() if wants_part(request) else await rail(app),
        **await _context(app, book, query),
    )


async def _context(app: App, book: Book, query: OrdersQuery) -> dict[str, object]:
    match query.tab:
        case Tab.ORDERS:
            return await _orders(app, book, query)
        case Tab.POSITIONS:
            return await _positions(app, book)
        case Tab.OUTCOMES:
            return await _outcomes(app, book, query)
        case Tab.REFUSED:
            return await _refused(app, book, query)


async def _orders(app: App, book: Book, query: OrdersQuery) -> dict[str, object]:
    wanted = query.orders_of(book.name)
    below = row_below(app.hub_secret, query.cursor, wanted) if query.cursor else None
    listed = await read(
        app.orders.orders(wanted, query.screen.per_page, below), "The list of orders"
    )
    counts = await app.orders.counts(wanted)
    more = None if isinstance(listed, Failed) else listed.next_below
    return {
        "listed": listed,
        "rows": () if isinstance(listed, Failed) else [order_row(each) for each in listed.items],
        "key": fresh_key(),
        "views": [
            (name, counts[view], query.views(view), view is query.view)
            for view, name in VIEW_NAMES.items()
        ],
        "hidden": (await app.orders.counts(OrderFilter(book=book.name)))[OrderView.ALL],
        "older": query.at(row_cursor(app.hub_secret, more, wanted)) if more is not None else "",
    }


async def _positions(app: App, book: Book) -> dict[str, object]:
    held = await read(app.orders.positions(book), "The positions")
    if isinstance(held, Failed):
        return {"listed": held, "rows": (), "held": None, "said": "", "foot": ""}
    rows = [
        position_row(each, held.equity, await _closes(app, each.symbol, held))
        for each in held.items
    ]
    return {
        "listed": held,
        "rows": rows,
        "held": held,
        "said": SOURCES[held.source],
        "foot": _foot(rows, held),
    }


async def _closes(app: App, symbol: Symbol, held: Positions) -> Sequence[PriceBar]:
    """Return the last sessions' bars of what is held, where bars of it are stored."""
    if not held.as_of:
        return ()
    as_of = date.fromisoformat(held.as_of[:10])
    bars = await read(app.price_history(symbol, as_of, SPARK_SESSIONS), "The prices")
    return () if isinstance(bars, Failed) else bars


async def _outcomes(app: App, book: Book, query: OrdersQuery) -> dict[str, object]:
    wanted = query.outcomes_of(book.name)
    below = row_below(app.hub_secret, query.cursor, wanted) if query.cursor else None
    listed = await read(
        app.orders.outcomes(wanted, query.screen.per_page, below), "The list of outcomes"
    )
    totals = await app.orders.totals(book.name)
    more = None if isinstance(listed, Failed) else listed.next_below
    rows: list[OutcomeRow] = (
        [] if isinstance(listed, Failed) else [outcome_row(each) for each in listed.items]
    )
    return {
        "listed": listed,
        "rows": rows,
        "totals": totals,
        "pnl": signed(totals.pnl),
        "won": _won(totals),
        "views": _statuses(query, totals),
        "older": query.at(row_cursor(app.hub_secret, more, wanted)) if more is not None else "",
    }


async def _refused(app: App, book: Book, query: OrdersQuery) -> dict[str, object]:
    wanted = query.denials_of(book.name)
    below = row_below(app.hub_secret, query.cursor, wanted) if query.cursor else None
    listed = await read(
        app.orders.denials(wanted, query.screen.per_page, below), "The list of refused orders"
    )
    more = None if isinstance(listed, Failed) else listed.next_below
    return {
        "listed": listed,
        "rows": () if isinstance(listed, Failed) else listed.items,
        "hidden": await app.orders.denied(DenialFilter(book=book.name)),
        "older": query.at(row_cursor(app.hub_secret, more, wanted)) if more is not None else "",
    }


def _statuses(query: OrdersQuery, totals: OutcomeTotals) -> list[tuple[str, int, str, bool]]:
    """Return the views of the outcomes: all, and each status that there is."""
    return [
        ("All", totals.total, query.with_status(None), query.status is None),
        *(
            (each.value.capitalize(), number, query.with_status(each), each is query.status)
            for each in OutcomeStatus
            if (number := totals.counts.get(each, 0)) or each is query.status
        ),
    ]


async def _tabs(app: App, book: Book, query: OrdersQuery) -> list[tuple[str, int, str, bool]]:
    """Return the tabs with how much each holds."""
    counts = await app.orders.counts(OrderFilter(book=book.name))
    numbers = {
        Tab.ORDERS: counts[OrderView.ALL],
        Tab.POSITIONS: len(await app.orders.held(book.name)),
        Tab.OUTCOMES: (await app.orders.totals(book.name)).total,
        Tab.REFUSED: await app.orders.denied(DenialFilter(book=book.name)),
    }
    return [
        (TAB_NAMES[tab], number, query.shows(tab), tab is query.tab)
        for tab, number in numbers.items()
    ]


async def _symbols(app: App, book: Book, query: OrdersQuery) -> list[tuple[str, str]]:
    known = {*await app.orders.symbols(book.name)} | ({query.symbol} - {None})
    return [("", "all"), *((symbol, symbol) for symbol in sorted(filter(None, known)))]


def _won(totals: OutcomeTotals) -> str:
    won = totals.entries.get(OutcomeStatus.WIN, 0)
    return f"{100 * won / totals.closed:.0f} % of those that closed" if totals.closed else ""


def _foot(rows: Sequence[PositionRow], held: Positions) -> str:
    """Return what the positions come to together, and whether each has its stop."""
    parts = []
    if held.worth is not None:
        share = f", {100 * held.worth / held.equity:.1f} % of equity" if held.equity else ""
        parts.append(f"worth {money(held.worth)}{share}.")
    bare = [row.line.symbol for row in rows if row.line.unprotected]
    if bare:
        parts.append(f"No stop covers {', '.join(bare)} whole.")
    elif rows:
        parts.append("Every filled entry has its stop at the broker.")
    if held.as_of:
        parts.append(f"{FOOT_SOURCES[held.source]}, as of {held.as_of[:10]}.")
    return " ".join(parts)


def _differs(compared: Comparison | None) -> str:
    """Return in one sentence where the broker and we differ; empty where we agree."""
    if compared is None or compared.agrees:
        return ""
    said = (
        count(len(compared.gaps), "position") if compared.gaps else "",
        count(len(compared.external), "order") + " that nobody here placed"
        if compared.external
        else "",
        count(len(compared.in_doubt), "order") + " in doubt" if compared.in_doubt else "",
    )
    return f"The broker and our ledger differ on {', '.join(each for each in said if each)}"
