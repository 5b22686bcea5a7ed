"""What the rest needs from wherever bars are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from quorate.kernel.ids import Symbol
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
