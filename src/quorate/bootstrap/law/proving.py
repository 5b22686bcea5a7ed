"""Proving: the chain verified on demand, what was found kept until the next time, and the rows round a bad one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from quorate.adapters.sql.event_listing import event_at
from quorate.audit.chain import GENESIS, recomputed_hash
from quorate.audit.verification import Verification
from quorate.bootstrap import auditing
from quorate.bootstrap.store import Store
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedRow:
    """A row with the hash that its bytes and the row before it give; `holds` where it is the one that stands there."""

    entry: JournalEntry
    computed: str

    @property
    def holds(self) -> bool:
        """Return whether the row is what was written."""
        return self.entry.hash == self.computed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainProof:
    """What a verification found, when, and how long it took; `around` has the rows next to the first bad one."""

    found: Verification
    at: str
    took_s: float
    with_tables: bool
    around: Sequence[HashedRow]

    @property
    def is_rewritten(self) -> bool:
        """Return whether the first bad row is another than was written, or gone; else what it says does not hold."""
        bad = self.found.first_bad
        return bad is not None and not any(
            each.holds for each in self.around if each.entry.seq == bad
        )


class Proving:
    """Verifies the chain, one at a time however many ask, and remembers what this process found last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()
        self._last: ChainProof | None = None

    @property
    def last(self) -> ChainProof | None:
        """Return what this process found last, None before the first time."""
        return self._last

    async def prove(self, *, projections: bool = False) -> ChainProof:
        """Verify every row, checkpoint and signature now; with `projections` the state tables too."""
        async with self._turn:
            clock = self._store.clock
            began = clock.monotonic()
            found = await auditing.verify(self._store, projections=projections, against=None)
            bad = found.first_bad
            around = [] if bad is None else await self.rows(bad - 1, bad + 1)
            self._last = ChainProof(
                found=found,
                at=stamp(clock.now()),
                took_s=clock.monotonic() - began,
                with_tables=projections,
                around=around,
            )
            return self._last

    async def rows(self, first: int, last: int) -> Sequence[HashedRow]:
        """Return the rows from `first` to `last` that there are, each with its hash computed anew."""
        return await self._store.database.read(partial(self._rows, first=first, last=last))

    def _rows(self, connection: Connection, *, first: int, last: int) -> Sequence[HashedRow]:
        return list(self._hashed(connection, max(first, 1), last))

    def _hashed(self, connection: Connection, first: int, last: int) -> Iterator[HashedRow]:
        before = event_at(connection, self._store.tenant, first - 1)
        previous = GENESIS if before is None else before.hash
        for seq in range(first, last + 1):
            entry = event_at(connection, self._store.tenant, seq)
            if entry is not None:
                yield HashedRow(entry=entry, computed=recomputed_hash(entry, previous))
                previous = entry.hash
