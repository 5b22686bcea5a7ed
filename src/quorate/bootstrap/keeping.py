"""Keepers of books, wired: their rows, the broker's account, the bars that votes are held against."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from quorate.adapters.sql.book_shelf import SqlShelf
from quorate.adapters.sql.vote_outcomes import SqlAwaitedRuns
from quorate.bootstrap.store import Store
from quorate.cycle.book_keeping.hindsight import Hindsight
from quorate.cycle.book_keeping.ports import Account
from quorate.cycle.book_keeping.service import BookKeeper
from quorate.kernel.ids import BookName, Symbol
from quorate.market.actions import CorporateAction
from quorate.market.ports import MarketData
from quorate.portfolio.book import BookMode


class StoredActions:
    """The corporate actions of the stored series."""

    def __init__(self, market: MarketData) -> None:
        self._market = market

    async def between(
        self, symbols: Collection[Symbol], after: date, until: date
    ) -> Mapping[Symbol, Sequence[CorporateAction]]:
        """Return the actions of the sessions after one day and before another."""
        series = await self._market.series(sorted(symbols))
        return {
            symbol: [action for action in one.actions if after < action.session < until]
            for symbol, one in series.items()
        }


def keeper_of(
    store: Store,
    book: BookName,
    mode: BookMode,
    broker: Account,
    *,
    catch_up: Callable[[], Awaitable[object]] | None = None,
    market: MarketData | None = None,
) -> BookKeeper:
    """Return the keeper of a book at its broker.

    `catch_up` brings the book's orders up to the broker's before a gap is believed; `market` has the bars that views
    are held against: by default the stored ones in REPLAY, and those that were fetched elsewhere.
    """
    simulated = mode is BookMode.REPLAY
    fee = store.settings.portfolio.fee_per_fill_usd if simulated else Decimal(0)
    return BookKeeper(
        book=book,
        mode=mode,
        journal=store.journal,
        shelf=SqlShelf(store.database, store.tenant, fee, in_cents=simulated),
        account=broker,
        hindsight=Hindsight(
            book,
            store.journal,
            SqlAwaitedRuns(store.database, store.tenant),
            market or store.market_of(mode),
        ),
        missed=StoredActions(store.market) if simulated else None,
        catch_up=catch_up,
    )
