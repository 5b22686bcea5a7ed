"""The cache before a source: fresh answers are used again, old ones only where the source gives none, and labelled so.

wanted -> fresh on the shelf | asked for, together, once at a time -> labelled: live, stale, unavailable
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias, TypeVar

from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import Symbol
from quorate.kernel.ports import Clock
from quorate.market.bar import RawBar
from quorate.market.fetching.labels import FetchPolicy, Labelled, Origin
from quorate.market.fetching.ports import LiveSource
from quorate.market.fetching.shelf import Shelf
from quorate.market.fetching.usage import Usage
from quorate.market.news import NewsItem
from quorate.market.quote import Quote

T = TypeVar("T")
Ask: TypeAlias = Callable[[Sequence[Symbol]], Awaitable[Mapping[Symbol, T]]]


class CachedSource:
    """A source of market data that is asked no oftener than it must be."""

    def __init__(self, source: LiveSource, clock: Clock, policy: FetchPolicy) -> None:
        self._source = source
        self._clock = clock
        self._bars: Shelf[tuple[date, Sequence[RawBar]]] = Shelf(policy.data_ttl_s)
        self._news: Shelf[Sequence[NewsItem]] = Shelf(policy.data_ttl_s)
        self._quotes: Shelf[Quote] = Shelf(policy.quote_ttl_s)
        self._one_at_a_time = asyncio.Lock()
        self._usage = Usage()
        self._told_requests = source.requests

    async def bars(
        self, symbols: Sequence[Symbol], first: date, last: date
    ) -> Mapping[Symbol, Labelled[Sequence[RawBar]]]:
        """Return the bars of each symbol from `first` on; what was kept from a later day on is not enough."""

        async def ask(wanted: Sequence[Symbol]) -> Mapping[Symbol, tuple[date, Sequence[RawBar]]]:
            found = await self._source.bars(wanted, first, last)
            return {symbol: (first, rows) for symbol, rows in found.items()}

        for symbol in symbols:
            kept = self._bars.kept.get(symbol)
            if kept is not None and kept.value is not None and kept.value[0] > first:
                del self._bars.kept[symbol]
        told = await self._served(self._bars, symbols, ask)
        return {
            symbol: each.with_value(None if each.value is None else each.value[1])
            for symbol, each in told.items()
        }

    async def quotes(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Labelled[Quote]]:
        """Return the newest quote of each symbol."""
        return await self._served(self._quotes, symbols, self._source.quotes)

    async def news(
        self, symbols: Sequence[Symbol], first: date, last: date
    ) -> Mapping[Symbol, Labelled[Sequence[NewsItem]]]:
        """Return what was published on each symbol from `first` to `last`."""

        async def ask(wanted: Sequence[Symbol]) -> Mapping[Symbol, Sequence[NewsItem]]:
            items = await self._source.news(wanted, first, last)
            return {
                symbol: tuple(item for item in items if symbol in item.symbols) for symbol in wanted
            }

        return await self._served(self._news, symbols, ask)

    def counted(self) -> Usage:
        """Return what was counted since this was asked last."""
        sent = self._source.requests
        usage = self._usage + Usage(requests=sent - self._told_requests)
        self._usage, self._told_requests = Usage(), sent
        return usage

    async def _served(
        self, shelf: Shelf[T], symbols: Sequence[Symbol], ask: Ask[T]
    ) -> Mapping[Symbol, Labelled[T]]:
        """Return the label of each symbol, after those that are not fresh were asked for in one question."""
        cause = ""
        # A second one who wants the same waits for the first one's answer and finds it fresh.
        async with self._one_at_a_time:
            wanted = shelf.wanting(symbols, self._clock.monotonic())
            if wanted:
                try:
                    told = await ask(wanted)
                except UnavailableError as error:
                    cause = error.cause
                else:
                    clock = self._clock
                    shelf.put(wanted, told, clock.monotonic(), clock.now())
            now_s = self._clock.monotonic()
            found = {each: shelf.labelled(each, now_s, cause) for each in symbols}
        self._usage += Usage(
            hits=len(found) - len(wanted),
            stale=sum(each.origin is Origin.STALE for each in found.values()),
            unavailable=sum(each.origin is Origin.UNAVAILABLE for each in found.values()),
        )
        return found
