"""A queue between the pace of results and that of one reader: bounded, compacted by key, honest about what it left out.

Source: R-163 (FM-RF-002): at most 100 wait; above 80 only the newest of each symbol is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from quorate.kernel.errors import RejectedError

T = TypeVar("T")

BOUND: Final = 100
"""Items that wait for one reader. Source: R-163."""

COMPACT_AT: Final = 80
"""How many may wait before only the newest of each key is kept. Source: REQUIREMENTS part 2, R-162 to R-164."""


class Missed(NamedTuple):
    """The rows between which something was left out, both inclusive."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Queued(Generic[T]):
    """An item with its row; what has a `key` gives way to another of the same key that is as new or newer."""

    seq: int
    item: T
    key: Hashable | None = None
    recency: tuple[str, int] = ("", 0)


class Taken(NamedTuple, Generic[T]):
    """What waited, in order; what gave way to something newer; and the rows of which nothing is told."""

    items: list[T]
    compacted: Missed | None
    missed: Missed | None


class CompactingQueue(Generic[T]):
    """Holds at most `bound` items; `dropped` counts what its reader will not get."""

    def __init__(self, bound: int = BOUND, compact_at: int = COMPACT_AT) -> None:
        if not 0 < compact_at <= bound:
            raise RejectedError("a queue is compacted before it is full")
        self.dropped = 0
        self._bound = bound
        self._compact_at = compact_at
        self._waiting: deque[Queued[T]] = deque()
        self._compacted: Missed | None = None
        self._missed: Missed | None = None

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._waiting)

    def offer(self, queued: Queued[T]) -> None:
        """Queue an item; without room all that waits becomes one gap, which grows until it is told."""
        if self._missed is not None:
            self._missed = _wider(self._missed, queued.seq)
            self.dropped += 1
            return
        self._waiting.append(queued)
        if len(self._waiting) > self._compact_at:
            self._compact()
        if len(self._waiting) > self._bound:
            self._missed = Missed(self._waiting[0].seq, queued.seq)
            self.dropped += len(self._waiting)
            self._waiting.clear()

    def take(self) -> Taken[T]:
        """Return what waits and what was left out since the last time; nothing waits any more."""
        taken = Taken([each.item for each in self._waiting], self._compacted, self._missed)
        self._waiting.clear()
        self._compacted = self._missed = None
        return taken

    def _compact(self) -> None:
        """Keep the newest of each key; what has no key stays."""
        newest: dict[Hashable, Queued[T]] = {}
        for queued in self._waiting:
            best = newest.get(queued.key)
            if queued.key is not None and (best is None or queued.recency >= best.recency):
                newest[queued.key] = queued
        if len(newest) == sum(queued.key is not None for queued in self._waiting):
            return
        kept = deque[Queued[T]]()
        for queued in self._waiting:
            if queued.key is None or newest[queued.key] is queued:
                kept.append(queued)
            else:
                self._compacted = _wider(self._compacted, queued.seq)
                self.dropped += 1
        self._waiting = kept


def _wider(missed: Missed | None, seq: int) -> Missed:
    """Return the rows with one more."""
    if missed is None:
        return Missed(seq, seq)
    return Missed(min(missed.first, seq), max(missed.last, seq))
