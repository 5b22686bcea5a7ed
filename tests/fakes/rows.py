"""A journal that keeps rows as the real one does, canonical text and all, and projects nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Committed, JournalEntry
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON


@dataclass
class RowsAlone:
    """Rows in the order of their commits."""

    rows: list[JournalEntry] = field(default_factory=list)

    async def commit(self, decide) -> Committed:
        for event in decide(None):
            self.rows.append(
                JournalEntry(
                    seq=len(self.rows) + 1,
                    ts=stamp(NOON),
                    tenant=Tenant("local"),
                    book=event.book,
                    trace_id=event.trace_id,
                    stream=event.stream,
                    type=event.type,
                    payload=canonical_json(event.payload),
                    prev_hash="",
                    hash="",
                )
            )
        return Committed()

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        return [row for row in self.rows if row.stream == stream]
