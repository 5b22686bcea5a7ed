"""The market of a PAPER book: what the broker's data host tells, each answer labelled with where it is from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from quorate.adapters.alpaca import Alpaca
from quorate.bootstrap.live_market import LiveMarket
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading.replay_market import facts_of, fetched_of
from quorate.cycle.ports import Fetched
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import Symbol
from quorate.market.asset_kind import is_pair
from quorate.market.bar import Bar
from quorate.market.fetching import Labelled
from quorate.market.quote import Quote
from quorate.market.series import Series
from quorate.market.snapshot import freeze_snapshot
from quorate.market.view import SymbolView
from quorate.risk.situation import MarketFacts

MINUTE: Final = timedelta(minutes=1)
REGULAR_SESSION: Final = timedelta(hours=6.5)
"""From 9:30 to 16:00 in New York: what a session is taken for where the broker's calendar does not tell it."""


class Hours(NamedTuple):
    """Where in the session the broker's clock stands."""

    minutes_since_open: Decimal
    minutes_to_close: Decimal


class PaperMarket:
    """Bars and quotes over the network, kept for as long as they are fresh."""

    def __init__(self, store: Store, live: LiveMarket, account: Alpaca) -> None:
        self._store = store
        self._live = live
        self._account = account

    async def fetched(self, symbols: Sequence[Symbol], session: date | None) -> Fetched:
        """Return the market at the newest whole session; old bars carry a label, unknown symbols are left out."""
        told = await self._live.refreshed(symbols)
        await self._live.counted()
        series: dict[Symbol, Series | None] = {
            symbol: each.value for symbol, each in told.items() if each.value is not None
        }
        left_out = {symbol: each.cause for symbol, each in told.items() if each.value is None}
        now = self._store.clock.now()
        if not series:
            return Fetched(
                as_of=now.date(),
                snapshot_hash="",
                source="alpaca",
                fetched_at=now,
                symbols={},
                left_out=left_out,
            )
        snapshot = freeze_snapshot(series, session)
        left_out |= {symbol: str(why.code) for symbol, why in snapshot.quarantined.items()}
        return Fetched(
            as_of=snapshot.as_of,
            snapshot_hash=snapshot.hash,
            source="alpaca",
            fetched_at=now,
            symbols={
                symbol: replace(fetched_of(view, snapshot.as_of), stale=_stale(told[symbol]))
                for symbol, view in snapshot.views.items()
                if view.bars > 1
            },
            left_out=left_out,
        )

    async def views(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, SymbolView]:
        """Return what is known of the symbols at the close of `as_of`, or of the newest session before it."""
        stored = await self._store.fetched.series(list(symbols)) if symbols else {}
        newest = max((one.sessions[-1] for one in stored.values() if one.sessions), default=None)
        return {} if newest is None else freeze_snapshot(stored, min(as_of, newest)).views

    async def facts(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, MarketFacts]:
        """Return bars, quotes and opening hours as the checks ask them; what the broker does not tell is None."""
        views = await self.views(symbols, as_of)
        quotes = await self._live.quotes(list(symbols))
        hours = await self._hours()
        now = self._store.clock.now()
        return {
            symbol: _opened(_quoted(views.get(symbol), quotes.get(symbol), now), symbol, hours)
            for symbol in symbols
        }

    async def bars(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, Bar]:
        """Return the middle of each symbol's quote as a bar of `as_of`: what its exits are judged by now."""
        quotes = await self._live.quotes(list(symbols))
        found = {}
        for symbol, told in quotes.items():
            price = _middle(told.value)
            if price is not None and not told.is_stale:
                found[symbol] = Bar(as_of, price, price, price, price, Decimal(0))
        return found

    async def _hours(self) -> Hours | None:
        """Return where in the session the broker's clock stands, None where the stock market is closed."""
        clock = await self._account.clock()
        if not clock.is_open:
            return None
        opened = clock.next_close - REGULAR_SESSION
        with suppress(UnavailableError):
            day = clock.next_close.date()
            for told in await self._account.sessions(day, day):
                if told.closes_at == clock.next_close:
                    opened = told.opens_at
        return Hours(
            minutes_since_open=Decimal(str((clock.now - opened) / MINUTE)),
            minutes_to_close=Decimal(str((clock.next_close - clock.now) / MINUTE)),
        )


def _stale(told: Labelled[Series]) -> str:
    if not told.is_stale:
        return ""
    since = "" if told.fetched_at is None else f" since {told.fetched_at:%Y-%m-%d %H:%M} UTC"
    return f"not refreshed{since}: {told.cause}"


def _middle(quote: Quote | None) -> Decimal | None:
    if quote is None or quote.bid is None or quote.ask is None:
        return None
    return (quote.bid + quote.ask) / 2


def _quoted(view: SymbolView | None, told: Labelled[Quote] | None, now: datetime) -> MarketFacts:
    facts = (
        MarketFacts(reference=None, before=None, quote_age_s=None)
        if view is None
        else facts_of(view, view.session)
    )
    quote = None if told is None else told.value
    if quote is None:
        return replace(facts, reference=None)
    return replace(
        facts,
        reference=_middle(quote),
        bid=quote.bid,
        ask=quote.ask,
        quote_age_s=Decimal(str((now - quote.at).total_seconds())),
    )


def _opened(facts: MarketFacts, symbol: Symbol, hours: Hours | None) -> MarketFacts:
    """Return the facts with the opening hours; a pair trades around the clock and has none."""
    if is_pair(symbol):
        return replace(facts, is_open=True)
    if hours is None:
        return replace(facts, is_open=False)
    return replace(
        facts,
        is_open=True,
        minutes_since_open=hours.minutes_since_open,
        minutes_to_close=hours.minutes_to_close,
    )
