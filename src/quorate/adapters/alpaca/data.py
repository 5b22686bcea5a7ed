"""Market data: daily bars, the newest quotes and dated news of stocks and crypto pairs, over all pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec

from quorate.adapters.alpaca.budget import RequestBudget, RequestPolicy
from quorate.adapters.alpaca.client import DEFAULT_CONNECTION
from quorate.adapters.alpaca.connection import (
    MARKET_DATA,
    Connection,
    ConnectionPolicy,
    Way,
    open_connection,
)
from quorate.adapters.alpaca.endpoint import AlpacaEndpoint
from quorate.adapters.alpaca.questions import reading, told
from quorate.adapters.alpaca.refusal import unreadable
from quorate.adapters.alpaca.shapes import Unreadable, number, number_or_none
from quorate.kernel.ids import Symbol
from quorate.kernel.ports import Clock
from quorate.market.asset_kind import AssetKind, by_kind
from quorate.market.bar import RawBar
from quorate.market.news import NewsItem
from quorate.market.quote import Quote
from quorate.resilience.bounding import Boundaries

STOCKS: Final = "/v2/stocks"
PAIRS: Final = "/v1beta3/crypto/us"
"""The description that we have names `/v1beta1/crypto`, which the broker has since replaced by this."""
QUOTES: Final = MappingProxyType(
    {
        AssetKind.STOCK: f"{STOCKS}/quotes/latest",
        AssetKind.PAIR: f"{PAIRS}/latest/quotes",
    }
)
NEWS: Final = "/v1beta1/news"
BARS_PAGE: Final = 10_000
NEWS_PAGE: Final = 50
"""The most that the broker tells at once."""
MOST_PAGES: Final = 1000
NO_RESERVE: Final = RequestPolicy(reserve=0)
"""The data host counts its own requests, and nothing is cancelled there."""


class BarShape(
    msgspec.Struct,
    frozen=True,
    rename={"at": "t", "open": "o", "high": "h", "low": "l", "close": "c", "volume": "v"},
):
    """A daily bar, unadjusted, stamped with the beginning of its day in New York."""

    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class QuoteShape(msgspec.Struct, frozen=True, rename={"at": "t", "bid": "bp", "ask": "ap"}):
    """A quote; a price of 0 is none."""

    at: datetime
    bid: Decimal | None = None
    ask: Decimal | None = None


class NewsShape(msgspec.Struct, frozen=True):
    """An item of news."""

    headline: str
    created_at: datetime
    source: str
    summary: str = ""
    url: str | None = None
    symbols: tuple[str, ...] = ()


class _Page(msgspec.Struct, frozen=True):
    next_page_token: str | None = None


class BarsPage(_Page, frozen=True):
    """Bars by symbol; a symbol of which there are none is absent."""

    bars: dict[str, tuple[BarShape, ...]] | None = None


class NewsPage(_Page, frozen=True):
    """News, oldest first."""

    news: tuple[NewsShape, ...] = ()


class QuotesAnswer(msgspec.Struct, frozen=True):
    """Quotes by symbol."""

    quotes: dict[str, QuoteShape] = {}


PageOf = TypeVar("PageOf", bound=_Page)


class AlpacaData:
    """The data host; every method raises BrokerUnavailableError where no whole answer came."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._base = connection.endpoint.data_url

    def __repr__(self) -> str:
        """Return which host it is, without its keys."""
        return f"AlpacaData({self._base})"

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far."""
        return self._connection.budget.sent

    async def bars(
        self, symbols: Sequence[Symbol], first: date, last: date
    ) -> Mapping[Symbol, Sequence[RawBar]]:
        """Return the daily bars of the days from `first` to `last`, unchecked, by symbol and date.

        A stock's are as they were traded, with the close that the broker adjusted beside them: splits and dividends are
        told by that alone, and nothing else of it is used.
        """
        asked = {
            "timeframe": "1Day",
            "start": first.isoformat(),
            "end": _end(last),
            "limit": str(BARS_PAGE),
        }
        kinds = by_kind(symbols)
        pairs = await self._bars(f"{PAIRS}/bars", asked, kinds.get(AssetKind.PAIR, ()))
        stocks = kinds.get(AssetKind.STOCK, ())
        raw = await self._bars(f"{STOCKS}/bars", {**asked, "adjustment": "raw"}, stocks)
        adjusted = await self._bars(f"{STOCKS}/bars", {**asked, "adjustment": "all"}, tuple(raw))
        told = {name: _with_closes(rows, adjusted.get(name, ())) for name, rows in raw.items()}
        return MappingProxyType({**pairs, **told})

    async def quotes(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Quote]:
        """Return the newest quotes; a symbol that has none is absent."""
        found: dict[Symbol, Quote] = {}
        for kind, wanted in by_kind(symbols).items():
            query = urlencode({"symbols": ",".join(wanted)})
            asked = f"{self._base}{QUOTES[kind]}?{query}"
            answer = await told(self._connection, asked, QuotesAnswer)
            with reading():
                for name, shape in answer.quotes.items():
                    found[Symbol(name)] = _quote_of(Symbol(name), shape)
        return MappingProxyType(found)

    async def news(self, symbols: Sequence[Symbol], first: date, last: date) -> Sequence[NewsItem]:
        """Return what was published on `symbols` from `first` to `last`, oldest first; of all symbols where none is."""
        known = {symbol.replace("/", ""): symbol for symbol in symbols}
        query = {
            "start": first.isoformat(),
            "end": _end(last),
            "limit": str(NEWS_PAGE),
            "sort": "asc",
            **({"symbols": ",".join(known)} if known else {}),
        }
        pages = await self._pages(NEWS, query, NewsPage)
        with reading():
            items = [_item_of(shape, known) for page in pages for shape in page.news]
        return sorted(items, key=lambda item: (item.published_at, item.item_id))

    async def _bars(
        self, path: str, query: Mapping[str, str], symbols: Sequence[Symbol]
    ) -> Mapping[Symbol, Sequence[RawBar]]:
        if not symbols:
            return {}
        found: dict[Symbol, list[RawBar]] = {}
        for page in await self._pages(path, {**query, "symbols": ",".join(symbols)}, BarsPage):
            with reading():
                for symbol, bars in (page.bars or {}).items():
                    found.setdefault(Symbol(symbol), []).extend(_bar_of(bar) for bar in bars)
        return {name: tuple(sorted(bars, key=_session)) for name, bars in found.items()}

    async def _pages(
        self, path: str, query: Mapping[str, str], shape: type[PageOf]
    ) -> Sequence[PageOf]:
        """Return all pages; one that names a page told before leads round in a circle."""
        pages: list[PageOf] = []
        seen: set[str] = set()
        token: str | None = ""
        while token is not None:
            asked = urlencode({**query, **({"page_token": token} if token else {})})
            pages.append(await told(self._connection, f"{self._base}{path}?{asked}", shape))
            token = pages[-1].next_page_token or None
            if token in seen or len(pages) >= MOST_PAGES:
                raise unreadable("its pages do not end (PAGINATION_LOOP)")
            seen |= {token} if token else set()
        return pages


@asynccontextmanager
async def open_alpaca_data(
    endpoint: AlpacaEndpoint,
    clock: Clock,
    *,
    requests: RequestPolicy = NO_RESERVE,
    connection: ConnectionPolicy = DEFAULT_CONNECTION,
    boundaries: Boundaries | None = None,
) -> AsyncIterator[AlpacaData]:
    """Open the data host; its connections are closed with the block. Without `boundaries` it has its own."""
    budget = RequestBudget(requests, clock)
    way = Way(MARKET_DATA, boundaries or Boundaries(clock.monotonic))
    async with open_connection(endpoint, budget, connection, way) as opened:
        yield AlpacaData(opened)


def _end(last: date) -> str:
    """Return the last moment of a day; a request's end is inclusive."""
    return f"{last.isoformat()}T23:59:59Z"


def _bar_of(shape: BarShape) -> RawBar:
    prices = (
        number(each) for each in (shape.open, shape.high, shape.low, shape.close, shape.volume)
    )
    return RawBar(_aware(shape.at).date(), *prices)


def _session(row: RawBar) -> date:
    return row.session


def _with_closes(rows: Sequence[RawBar], adjusted: Sequence[RawBar]) -> tuple[RawBar, ...]:
    """Return `rows` with the adjusted close of each session that has one."""
    closes = {row.session: row.close for row in adjusted}
    return tuple(row._replace(adj_close=closes.get(row.session)) for row in rows)


def _quote_of(symbol: Symbol, shape: QuoteShape) -> Quote:
    return Quote(
        symbol=symbol,
        bid=number_or_none(shape.bid) or None,
        ask=number_or_none(shape.ask) or None,
        at=_aware(shape.at),
    )


def _item_of(shape: NewsShape, known: Mapping[str, Symbol]) -> NewsItem:
    return NewsItem(
        symbols=tuple(sorted({known.get(name, Symbol(name)) for name in shape.symbols})),
        published_at=_aware(shape.created_at),
        source=shape.source,
        headline=shape.headline,
        body=shape.summary,
        url=shape.url or "",
    )


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Unreadable("a time has no zone")
    return moment.astimezone(UTC)
