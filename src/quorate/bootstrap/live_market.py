"""The live market: a broker's bars, checked and kept beside the imported ones, its quotes and its news, all labelled.

cache (fresh | asked | old) -> whole days alone -> checks -> series that grow by what is new -> journal
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog

from quorate.adapters.sql.series import fetched_moments
from quorate.adapters.sql.usage import Counted, UsageLine, usage_event, usage_lines
from quorate.bootstrap.importing import series_payload
from quorate.bootstrap.news import NewsTx, news_events
from quorate.bootstrap.store import Store
from quorate.kernel.ids import Symbol
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of
from quorate.market.asset_kind import complete_from, kind_of
from quorate.market.bar import RawBar
from quorate.market.calendar import calendars_of
from quorate.market.extending import extended
from quorate.market.fetching import FetchPolicy, Labelled, Origin, Usage
from quorate.market.fetching.ports import LiveSource
from quorate.market.fetching.service import CachedSource
from quorate.market.intake import NO_OTHERS, Intake, take_in
from quorate.market.news import NewsItem
from quorate.market.news_intake import RawNews, take_in_news
from quorate.market.quote import Quote
from quorate.market.quote_quality import quote_defect
from quorate.market.series import Series

_LOG = structlog.get_logger()

SOURCE: Final = "alpaca"
HISTORY: Final = timedelta(days=15 * 365)
"""How much is read of a symbol that was never fetched: all that Alpaca has (2016 on), since the rule agents' hit rates
and the backtest gate know the more the more of it there is. Ours."""

NEWS_DAYS: Final = timedelta(days=7)
"""How far back news is read. Ours: agents see the newest 20 items."""


class FetchedTx(Protocol):
    """What is read inside the writer's transaction."""

    def fetched_digests(self) -> Mapping[str, str]:
        """Return the digest in use of every symbol that was fetched."""
        ...


class CountedAccount(Protocol):
    """A broker's account that counts its requests."""

    @property
    def requests(self) -> int:
        """Return how many were sent so far."""
        ...


class UsageTx(Protocol):
    """What counting reads inside the writer's transaction."""

    def usage_counted(self, service: str, day: str) -> Counted:
        """Return what was counted of a service on a day."""
        ...


class LiveMarket:
    """The market data that a broker's keys give, for the PAPER books of one home."""

    def __init__(
        self, store: Store, source: LiveSource, account: CountedAccount | None = None
    ) -> None:
        told = store.settings.broker
        policy = FetchPolicy(data_ttl_s=told.data_ttl_s, quote_ttl_s=told.quote_ttl_s)
        self._store = store
        self._cache = CachedSource(source, store.clock, policy)
        self._account = account
        self._told_requests = 0

    async def refreshed(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Labelled[Series]]:
        """Return the bars of each symbol, brought up to now where the source tells; only whole days are in them.

        What could not be brought up is returned as it was kept, labelled stale; a symbol of which nothing is kept
        either has no value. Stocks and pairs may be mixed.

        Raises:
            UnavailableError: the database gave no answer.
        """
        kept = await self._store.fetched.series(symbols)
        told = await self._bars(symbols, kept)
        fresh = {symbol: each for symbol, each in told.items() if each.origin is Origin.LIVE}
        taken = await self._taken(fresh, kept)
        if taken:
            await self._store.journal.commit(lambda tx: list(fetched_events(taken, tx)))
        known = {**kept, **{each.symbol: each for each in taken}}
        moments = await self._moments(symbols)
        return {
            symbol: _labelled(told[symbol], known.get(symbol), moments.get(symbol))
            for symbol in symbols
        }

    async def quotes(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Labelled[Quote]]:
        """Return the newest sound quote of each symbol; its own time says how old it is, whatever the label.

        A quote that cannot be used is none, with its code as the cause.
        """
        told = await self._cache.quotes(symbols)
        return {symbol: _sound(each) for symbol, each in told.items()}

    async def read_news(self, symbols: Sequence[Symbol]) -> int:
        """Return how many new items were kept of the last days' news; none where the source is silent.

        Raises:
            UnavailableError: the database gave no answer.
        """
        now = self._store.clock.now()
        told = await self._cache.news(symbols, (now - NEWS_DAYS).date(), now.date())
        items = {item.item_id: item for each in told.values() for item in each.value or ()}
        intake = take_in_news(map(_raw, items.values()), source=SOURCE, now=now)
        added: list[NewsItem] = []

        def decide(tx: NewsTx) -> Sequence[Event]:
            added[:] = [item for item in intake.items if not tx.knows_news(item.item_id)]
            return list(news_events(added, SOURCE))

        if intake.items:
            await self._store.journal.commit(decide)
        return len(added)

    async def counted(self) -> Usage:
        """Return what was counted of the market data since the last time, and add it and the account's to the day's."""
        more = self._cache.counted()
        await count_usage(self._store, f"{SOURCE}-data", more)
        if self._account is not None:
            sent = self._account.requests
            trading = Usage(requests=sent - self._told_requests)
            self._told_requests = sent
            await count_usage(self._store, f"{SOURCE}-trading", trading)
        return more

    async def _bars(
        self, symbols: Sequence[Symbol], kept: Mapping[Symbol, Series]
    ) -> Mapping[Symbol, Labelled[Sequence[RawBar]]]:
        """Ask for what came after the last bar that is kept, and for the whole history where none can be built on."""
        today = self._store.clock.now().date()
        grows = {symbol: kept[symbol].sessions[-1] for symbol in symbols if _grows(kept, symbol)}
        anew = [symbol for symbol in symbols if symbol not in grows]
        told: dict[Symbol, Labelled[Sequence[RawBar]]] = {}
        if grows:
            told |= await self._cache.bars(list(grows), min(grows.values()), today)
        if anew:
            told |= await self._cache.bars(anew, today - HISTORY, today)
        return told

    async def _taken(
        self, told: Mapping[Symbol, Labelled[Sequence[RawBar]]], kept: Mapping[Symbol, Series]
    ) -> Sequence[Series]:
        """Return the series that changed, those whose history was corrected read anew."""
        rows = {symbol: self._whole(symbol, each.value or ()) for symbol, each in told.items()}
        taken = {
            symbol: intake for symbol, intake in _intakes(rows, kept).items() if intake is not None
        }
        corrected = [symbol for symbol in rows if symbol not in taken and rows[symbol]]
        if corrected:
            taken |= await self._anew(corrected)
        for symbol, intake in taken.items():
            for note in intake.notes:
                _LOG.info("bars_mended", symbol=symbol, code=note.code, detail=note.detail)
        found = [intake.series for intake in taken.values()]
        return [each for each in found if kept.get(each.symbol) != each]

    async def _anew(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Intake]:
        today = self._store.clock.now().date()
        told = await self._cache.bars(symbols, today - HISTORY, today)
        rows = {
            symbol: self._whole(symbol, each.value or ())
            for symbol, each in told.items()
            if each.origin is Origin.LIVE
        }
        return {symbol: each for symbol, each in _intakes(rows, {}).items() if each is not None}

    def _whole(self, symbol: Symbol, rows: Iterable[RawBar]) -> Sequence[RawBar]:
        """Return the bars of days that are over: one that is still being traded changes until its end."""
        now = self._store.clock.now()
        return [row for row in rows if complete_from(symbol, row.session) <= now]

    async def _moments(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, datetime]:
        tenant = self._store.tenant
        found = await self._store.database.read(
            partial(fetched_moments, tenant=tenant, symbols=symbols)
        )
        return {symbol: moment_of(text) for symbol, text in found.items()}


def fetched_events(taken: Sequence[Series], tx: FetchedTx) -> Iterator[Event]:
    """Yield the row of each series that is not in use as it is; the bytes go along as an attachment."""
    in_use = tx.fetched_digests()
    for series in taken:
        replaced = in_use.get(series.symbol)
        if replaced != series.digest:
            yield Event(
                stream=f"series:{series.symbol}",
                type="series.fetched",
                payload=series_payload(series, replaced),
                attachments=(series.to_bytes(),),
            )


async def count_usage(store: Store, service: str, more: Usage) -> None:
    """Add to a service's counts of this UTC day; nothing is written where nothing was counted."""
    if not more:
        return
    day = store.clock.now().date().isoformat()

    def decide(tx: UsageTx) -> Sequence[Event]:
        return [usage_event(service, day, more, tx.usage_counted(service, day))]

    await store.journal.commit(decide)


async def usage_listing(store: Store, limit: int) -> Sequence[UsageLine]:
    """Return how often outside services were asked, newest day first."""
    return await store.database.read(
        lambda connection: usage_lines(connection, store.tenant, limit)
    )


def _grows(kept: Mapping[Symbol, Series], symbol: Symbol) -> bool:
    found = kept.get(symbol)
    return found is not None and bool(found.bars) and found.quarantine is None


def _intakes(
    rows: Mapping[Symbol, Sequence[RawBar]], kept: Mapping[Symbol, Series]
) -> Mapping[Symbol, Intake | None]:
    """Return each symbol's series; None where its rows do not follow on what is kept, or there are none."""
    histories: Mapping[Symbol, Sequence[date]] = {
        symbol: [row.session for row in those] for symbol, those in rows.items()
    }
    calendars = calendars_of(histories)

    def taken(symbol: Symbol, those: Sequence[RawBar]) -> Intake | None:
        calendar = calendars.get(kind_of(symbol), NO_OTHERS)
        if _grows(kept, symbol):
            return extended(kept[symbol], those, calendar=calendar)
        return take_in(symbol, those, source=SOURCE, calendar=calendar) if those else None

    return {symbol: taken(symbol, those) for symbol, those in rows.items()}


def _sound(told: Labelled[Quote]) -> Labelled[Quote]:
    code = None if told.value is None else quote_defect(told.value)
    return told if code is None else replace(told, value=None, cause=code.value)


def _labelled(
    told: Labelled[Sequence[RawBar]], series: Series | None, kept_at: datetime | None
) -> Labelled[Series]:
    """Return the series with the label of its bars; what was kept stands in where nothing was told."""
    if told.origin is Origin.UNAVAILABLE and series is not None:
        return Labelled(value=series, origin=Origin.STALE, fetched_at=kept_at, cause=told.cause)
    return told.with_value(series)


def _raw(item: NewsItem) -> RawNews:
    return RawNews(
        line=0,
        published_at=item.published_at.isoformat(),
        symbols=item.symbols,
        headline=item.headline,
        body=item.body,
        source=item.source,
        url=item.url,
    )
