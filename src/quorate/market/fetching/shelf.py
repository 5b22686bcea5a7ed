"""The shelf: what was fetched last of each thing, and which of it may be used at a moment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from quorate.kernel.ids import Symbol
from quorate.market.fetching.labels import Labelled, Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """What the source said of a symbol, None where it knows none; `at_s` is the monotonic moment of it."""

    value: T | None
    at_s: float
    fetched_at: datetime


@dataclass(slots=True)
class Shelf(Generic[T]):
    """One kind of answers by symbol: as many as symbols were ever asked for, each the newest."""

    ttl_s: float
    kept: dict[Symbol, Stored[T]] = field(default_factory=dict)

    def wanting(self, symbols: Iterable[Symbol], now_s: float) -> Sequence[Symbol]:
        """Return the symbols that must be asked for: never fetched, or not fresh any more."""
        return [each for each in dict.fromkeys(symbols) if not self._is_fresh(each, now_s)]

    def put(
        self, asked: Iterable[Symbol], told: Mapping[Symbol, T], now_s: float, at: datetime
    ) -> None:
        """Keep what was told of what was asked; a symbol that was not told of has nothing, which is kept too."""
        for symbol in asked:
            self.kept[symbol] = Stored(told.get(symbol), now_s, at)

    def labelled(self, symbol: Symbol, now_s: float, cause: str) -> Labelled[T]:
        """Return what may be used of a symbol; `cause` says why nothing fresher could be had, empty if it was."""
        found = self.kept.get(symbol)
        if found is None:
            return Labelled(value=None, origin=Origin.UNAVAILABLE, fetched_at=None, cause=cause)
        if not cause or self._is_fresh(symbol, now_s):
            return Labelled(value=found.value, origin=Origin.LIVE, fetched_at=found.fetched_at)
        return Labelled(
            value=found.value, origin=Origin.STALE, fetched_at=found.fetched_at, cause=cause
        )

    def _is_fresh(self, symbol: Symbol, now_s: float) -> bool:
        found = self.kept.get(symbol)
        return found is not None and now_s - found.at_s < self.ttl_s
