"""Components: what a home stands on, and whether each part of it works now.

The database and the writer are needed for anything at all; the others are needed by some, and told by their breaker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from quorate.bootstrap.store import Store
from quorate.kernel.errors import QuorateError
from quorate.resilience.boundary import Boundary

DATABASE: Final = "database"
WRITER: Final = "journal-writer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part as it stands. Without a `needed` one the process is not ready; the others narrow what it can do.

    `failing` counts failures in the present window, for who decides on recovery (R-140).
    """

    name: str
    ok: bool
    needed: bool
    detail: str
    failing: float = 0.0

    def as_json(self) -> dict[str, object]:
        """Return the object of a list."""
        return {
            "name": self.name,
            "ok": self.ok,
            "needed": self.needed,
            "detail": self.detail,
        }


async def own_components(store: Store) -> tuple[Component, ...]:
    """Return the parts that every process has: database, writer, and what it asks across a boundary."""
    now = store.clock.monotonic()
    return (await _database(store), _writer(store), *_asked(store, now))


async def _database(store: Store) -> Component:
    try:
        head = await store.head()
    except QuorateError as error:
        return Component(name=DATABASE, ok=False, needed=True, detail=error.cause)
    return Component(name=DATABASE, ok=True, needed=True, detail=f"answers; head {head}")


def _writer(store: Store) -> Component:
    figures, alive = store.writer.figures, store.writer.is_alive
    said = f"{figures.commits} commits, {figures.failures} failed, {store.writer.waiting} waiting"
    return Component(
        name=WRITER,
        ok=alive,
        needed=True,
        detail=said if alive else "its thread has ended; restart this process",
    )


def _asked(store: Store, now: float) -> Iterator[Component]:
    for each in store.boundaries.listing():
        yield Component(
            name=each.name,
            ok=not each.is_open,
            needed=False,
            detail=_said(each, now),
            failing=each.failures_weigh(now),
        )


def _said(boundary: Boundary, now: float) -> str:
    left = boundary.left_s(now)
    if left is not None:
        return f"left alone for {left:.0f} s: {boundary.cause}"
    return f"asked {boundary.asked.calls} times, {boundary.asked.failures} failed"
