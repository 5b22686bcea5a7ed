"""The stored series as the market room's port, parsed once a process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from quorate.adapters.sql.series import (
    IMPORTED,
    SeriesIndex,
    digests_of,
    kept_series,
    stored_series,
)
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol, Tenant
from quorate.market.series import Series, SeriesSummary

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database


class SqlMarketData:
    """One tenant's series; content never changes under its digest, so what was parsed once stays true."""

    def __init__(self, database: Database, tenant: Tenant, index: SeriesIndex = IMPORTED) -> None:
        self._database = database
        self._tenant = tenant
        self._index = index
        self._parsed: dict[str, Series] = {}
        self._parsing = asyncio.Lock()

    async def series(self, symbols: Sequence[Symbol]) -> Mapping[Symbol, Series]:
        """Return the series in use of `symbols`; see the port."""
        digests = await self._database.look_up(
            lambda connection: digests_of(connection, self._tenant, symbols, self._index)
        )
        async with self._parsing:
            await self._parse([s for s, digest in digests.items() if digest not in self._parsed])
        return {symbol: self._parsed[digest] for symbol, digest in digests.items()}

    async def kept(self, digests: Mapping[Symbol, str]) -> Mapping[Symbol, Series]:
        """Return the series under the digest of each symbol, whether still in use or not; one not kept is absent."""
        contents = await self._database.read(
            lambda connection: kept_series(connection, self._tenant, list(digests.values()))
        )
        for digest in contents.keys() - self._parsed.keys():
            self._parsed[digest] = _parsed(digest, contents[digest])
        return {
            symbol: self._parsed[digest] for symbol, digest in digests.items() if digest in contents
        }

    async def _parse(self, symbols: Sequence[Symbol]) -> None:
        """Read and parse series that nobody has parsed yet; many runs at once begin with the same ones."""
        if symbols:
            contents = await self._database.read(
                lambda connection: stored_series(connection, self._tenant, symbols, self._index)
            )
            for digest, content in contents.items():
                self._parsed[digest] = _parsed(digest, content)

    async def listing(self) -> Sequence[SeriesSummary]:
        """Return one line per stored series, by symbol."""
        known = await self._database.read(
            lambda connection: digests_of(connection, self._tenant, index=self._index)
        )
        series = await self.series(list(known))
        return [series[symbol].summary for symbol in sorted(series)]


def _parsed(digest: str, content: bytes) -> Series:
    if sha256_hex(content) != digest:
        raise InvariantBrokenError(
            "stored bars do not match their digest",
            effect="nothing can be decided on them",
            fix="quorate audit verify --projections, then import the file again",
        )
    return Series.from_bytes(content)
