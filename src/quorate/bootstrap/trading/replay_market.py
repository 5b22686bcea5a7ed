"""The market of a REPLAY book: the stored bars, and a clock that stands at the close of the book's session."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from quorate.bootstrap.store import Store
from quorate.cycle.ports import Fetched, FetchedSymbol
from quorate.kernel.ids import Symbol
from quorate.kernel.ports import Clock
from quorate.market.bar import Bar
from quorate.market.series import Series
from quorate.market.session_hours import close_of
from quorate.market.snapshot import freeze_snapshot
from quorate.market.view import SymbolView
from quorate.risk.situation import MarketFacts

PRICE_STEP: Final = Decimal("0.0001")


class BookClock:
    """The time of a REPLAY book: `now` is the close of its session, durations are this machine's."""

    def __init__(self, clock: Clock, session: date) -> None:
        self._clock = clock
        self.session = session

    def now(self) -> datetime:
        """Return the close of the session that the book stands at."""
        return close_of(self.session)

    def monotonic(self) -> float:
        """Return seconds on a clock that never jumps."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait, on this machine's clock."""
        await self._clock.sleep(seconds)


class ReplayMarket:
    """What was known at the close of a session, from the stored series."""

    def __init__(self, store: Store, clock: BookClock) -> None:
        self._store = store
        self._clock = clock

    async def fetched(self, symbols: Sequence[Symbol], session: date | None) -> Fetched:
        """Return the market at the close of `session`, None being the book's own."""
        stored = await self._series(symbols)
        snapshot = freeze_snapshot(stored, session or self._clock.session)
        left_out = {symbol: str(why.code) for symbol, why in snapshot.quarantined.items()}
        left_out |= dict.fromkeys(snapshot.without_data, "no bars are stored of it")
        return Fetched(
            as_of=snapshot.as_of,
            snapshot_hash=snapshot.hash,
            source="stored bars",
            fetched_at=self._store.clock.now(),
            symbols={
                symbol: fetched_of(view, snapshot.as_of)
                for symbol, view in snapshot.views.items()
                if view.bars > 1
            },
            left_out=left_out,
        )

    async def views(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, SymbolView]:
        """Return what is known of the symbols at the close of `as_of`."""
        if not symbols:
            return {}
        return freeze_snapshot(await self._series(symbols), as_of).views

    async def facts(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, MarketFacts]:
        """Return what the checks ask of the market; quotes and opening hours are none of a REPLAY book's."""
        views = await self.views(symbols, as_of)
        return {symbol: facts_of(view, as_of) for symbol, view in views.items()}

    async def bars(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, Bar]:
        """Return the bar of `as_of` of each symbol that traded then."""
        views = await self.views(symbols, as_of)
        return {
            symbol: view.series.bars[view.index]
            for symbol, view in views.items()
            if view.session == as_of
        }

    async def _series(self, symbols: Collection[Symbol]) -> Mapping[Symbol, Series | None]:
        stored = await self._store.market.series(list(symbols))
        return {symbol: stored.get(symbol) for symbol in symbols}


def fetched_of(view: SymbolView, as_of: date) -> FetchedSymbol:
    """Return a symbol's last two closes, the one before in the shares that there are now: a split is no fall."""
    before = Decimal(repr(view.to_raw(float(view.adjusted.close[-2]))))
    return FetchedSymbol(
        symbol=view.symbol,
        close=view.close,
        previous_close=before.quantize(PRICE_STEP),
        session=view.session,
        stale="" if view.session == as_of else f"no bar since {view.session}",
    )


def facts_of(view: SymbolView, as_of: date) -> MarketFacts:
    """Return what the bars say of a symbol at the close of `as_of`."""
    fetched = fetched_of(view, as_of) if view.bars > 1 else None
    return MarketFacts(
        reference=view.close,
        before=None if fetched is None else fetched.previous_close,
        quote_age_s=None,
        average_volume=view.average_volume,
        is_fresh_bar=view.session == as_of,
    )
