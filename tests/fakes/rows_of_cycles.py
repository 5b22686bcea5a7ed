"""A journal in memory that knows where books stand between their cycles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from quorate.cycle.record import BookStage, CycleFact
from quorate.cycle.stage import CycleStage
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import BookName, CycleId
from quorate.kernel.journal import Committed, Event, JournalEntry
from quorate.kernel.stamps import stamp
from tests.fakes.clock import FakeClock
from tests.fakes.journal import TENANT


@dataclass
class CycleJournal:
    """Rows of cycles, and the stage of every book after them; `written` counts the transactions that brought rows."""

    clock: FakeClock = field(default_factory=FakeClock)
    rows: list[JournalEntry] = field(default_factory=list)
    stages: dict[BookName, BookStage] = field(default_factory=dict)
    written: int = 0

    def book_stage(self, book: BookName) -> BookStage:
        return self.stages.get(book, BookStage())

    async def commit(self, decide: Callable[[CycleJournal], Sequence[Event]]) -> Committed:
        events = decide(self)
        self.written += bool(events)
        for event in events:
            self._add(event)
        return Committed(seqs=tuple(row.seq for row in self.rows[-len(events) :]))

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        return [row for row in self.rows if row.stream == stream]

    def _add(self, event: Event) -> None:
        self.rows.append(
            JournalEntry(
                seq=len(self.rows) + 1,
                ts=stamp(self.clock.now()),
                tenant=TENANT,
                book=event.book,
                trace_id=event.trace_id,
                stream=event.stream,
                type=event.type,
                payload=canonical_json(event.payload),
                prev_hash="",
                hash="",
            )
        )
        if event.type in {CycleFact.STARTED, CycleFact.STEPPED, CycleFact.ENDED}:
            before = self.book_stage(event.book)
            self.stages[event.book] = BookStage(
                stage=CycleStage(str(event.payload["to"])),
                cycle_id=CycleId(str(event.payload["cycleId"])),
                number=int(str(event.payload["number"])),
                failures=int(str(event.payload["failures"])),
                skipped=before.skipped,
                version=before.version + 1,
            )
