"""What the rest needs from wherever bars are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from quorate.kernel.ids import Symbol
from quorate.market.news import FoundNews, NewsItem
from quorate.market.series import Series, SeriesSummary


class MarketData(Protocol):
    """The stored series, one per symbol."""

    async def series(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Series]:
        """Return the stored series of `symbols`; a symbol of which nothing is stored is absent.

        Raises:
            InvariantBrokenError: stored content does not match its digest.
            UnavailableError: the store gave no answer.
        """
        ...

    async def listing(self) -> Sequence[SeriesSummary]:
        """Return one line per stored series, by symbol.

        Raises:
            UnavailableError: the store gave no answer.
        """
        ...


class NewsSource(Protocol):
    """Dated news, wherever it comes from."""

    async def news(self, symbols: Sequence[Symbol], as_of: date) -> FoundNews:
        """Return the newest items on `symbols` or on the whole market that were known at the close of `as_of`.

        At most `news.MAX_ITEMS`, newest first, in an order that the items alone decide.

        Raises:
            InvariantBrokenError: stored content does not match its digest.
            UnavailableError: the store gave no answer.
        """
        ...

    async def named(self, item_ids: Sequence[str]) -> Sequence[NewsItem]:
        """Return the items with these ids, in their order.

        Raises:
            RejectedError: one of them is not kept here (slug `not-found`).
            InvariantBrokenError: stored content does not match its digest.
            UnavailableError: the store gave no answer.
        """
        ...
