"""What fetching asks of the world: a source of bars, quotes and news that counts its requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from quorate.kernel.ids import Symbol
from quorate.market.bar import RawBar
from quorate.market.news import NewsItem
from quorate.market.quote import Quote


class LiveSource(Protocol):
    """A source of market data over the network; every method raises UnavailableError where no whole answer came."""

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far."""
        ...

    async def bars(
        self, symbols: Sequence[Symbol], first: date, last: date
    ) -> Mapping[Symbol, Sequence[RawBar]]:
        """Return the daily bars of the days from `first` to `last`, unchecked; a symbol without any is absent."""
        ...

    async def quotes(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Quote]:
        """Return the newest quotes; a symbol that has none is absent."""
        ...

    async def news(self, symbols: Sequence[Symbol], first: date, last: date) -> Sequence[NewsItem]:
        """Return what was published on `symbols` from `first` to `last`, oldest first."""
        ...
