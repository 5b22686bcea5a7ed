"""Usage: how full a book's limits are, by its newest mark and its own orders; the broker is not asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial

from quorate.adapters.sql.book_marks import newest_mark
from quorate.adapters.sql.desk_records import SqlDeskRecords
from quorate.bootstrap.safety.limits import Usage
from quorate.bootstrap.store import Store
from quorate.execution.halting import TradingLine
from quorate.execution.order_table import OrderState
from quorate.kernel.canonical import Json
from quorate.portfolio.book import BookMode

FIRST = 0
"""Every mark has a larger number."""


async def usage_of(store: Store, book: TradingLine) -> Usage:
    """Return how full the limits of a book are: nothing is known of equity before its first mark."""
    mark = await store.database.look_up(
        partial(newest_mark, tenant=store.tenant, book=book.book, known=FIRST)
    )
    mode = BookMode(book.mode) if book.mode else BookMode.REPLAY
    today = _today(store, mode, mark)
    records = SqlDeskRecords(
        store.database,
        store.tenant,
        mode,
        decision_ttl_s=float(store.settings.risk.decision_ttl_s),
    )
    lines = await records.lines(book.book, datetime.combine(today, time(), UTC))
    sent = [
        (line.request.symbol, line.request.side)
        for line in lines
        if line.placed_at.date() == today and line.state is not OrderState.DENIED
    ]
    most = Counter(sent).most_common(1)
    known = Usage() if mark is None else _marked(mark)
    return Usage(
        day_loss=known.day_loss,
        drawdown=known.drawdown,
        gross=known.gross,
        largest=known.largest,
        largest_symbol=known.largest_symbol,
        orders_today=len(sent),
        repeats=most[0][1] if most else 0,
        repeated=" ".join(most[0][0]) if most else "",
    )


def _today(store: Store, mode: BookMode, mark: Mapping[str, Json] | None) -> date:
    """Return the book's day: that of its newest mark in REPLAY, the UTC day elsewhere."""
    session = None if mark is None else mark.get("session")
    if mode is BookMode.REPLAY and session:
        return date.fromisoformat(str(session))
    return store.clock.now().date()


def _marked(mark: Mapping[str, Json]) -> Usage:
    equity, start, peak = (
        Decimal(str(mark[name])) for name in ("equity", "dayStartEquity", "peakEquity")
    )
    told = mark.get("positions")
    worth = {
        symbol: Decimal(str(held["value"])) / equity
        for symbol, held in (told.items() if isinstance(told, dict) else ())
        if isinstance(held, dict) and equity
    }
    symbol, largest = max(worth.items(), key=lambda each: each[1], default=("", Decimal(0)))
    return Usage(
        day_loss=1 - equity / start if start else None,
        drawdown=1 - equity / peak if peak else None,
        gross=sum(worth.values(), Decimal(0)),
        largest=largest,
        largest_symbol=symbol,
    )
