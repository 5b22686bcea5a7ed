"""Reading: what would stop a trade of a book now, and what has, from the journal and its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from quorate.adapters.sql.locks import standing_locks
from quorate.adapters.sql.orders import SqlOrders
from quorate.adapters.sql.trading_lines import trading_lines
from quorate.arena.record import Facts
from quorate.bootstrap.safety.answers import SafetyView
from quorate.bootstrap.store import Store
from quorate.cycle.risk_desk.locks import Lock
from quorate.execution.halting import (
    HaltFact,
    Reach,
    TradingLine,
    Trip,
    TripKind,
    reach_of,
    together,
)
from quorate.execution.recorded import WHOLE_HOME
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName
from quorate.kernel.journal import JournalEntry
from quorate.risk import TradingState

SHOWN: Final = 8
"""The newest trips that are shown."""

_KINDS: Final = {
    TradingState.HALTED: TripKind.HALTED,
    TradingState.REDUCING: TripKind.REDUCING,
    TradingState.ACTIVE: TripKind.RESUMED,
}
_VERBS: Final = {
    TripKind.HALTED: "Halted",
    TripKind.REDUCING: "Reduced to exits",
    TripKind.RESUMED: "Resumed",
}


async def standings_of(store: Store, books: Sequence[BookName]) -> Sequence[TradingLine]:
    """Return how the books stand, in this order; one that was never opened may trade, and has no mode."""
    found = await store.database.look_up(
        lambda connection: trading_lines(connection, store.tenant, books)
    )
    return [found[book] for book in books]


async def standing_of(store: Store, book: BookName) -> TradingLine:
    """Return how a book stands.

    Raises:
        RejectedError: there is no such book (slug `not-found`).
    """
    (standing,) = await standings_of(store, [book])
    if not standing.mode:
        raise RejectedError(
            f"there is no book '{book[:80]}'",
            effect="nothing was changed",
            fix="leave it out for the book that trades now",
            slug="not-found",
        )
    return standing


async def reach(store: Store, book: BookName) -> Reach:
    """Return what a halt of the book would touch, by our own records: the broker need not be reachable."""
    orders = SqlOrders(store.database, store.tenant)
    return reach_of(await orders.open_orders(book), list(await orders.held(book)))


async def view_of(store: Store, standing: TradingLine, also: Sequence[TradingLine]) -> SafetyView:
    """Return all that the Safety page shows of a book."""
    moved = await store.journal.entries(f"trading:{standing.book}")
    moved = moved or await store.journal.entries(f"trading:{WHOLE_HOME}")
    halts = await store.journal.entries(f"halt:{standing.book}")
    trips = sorted((*_moves(moved), *_halts(halts)), key=lambda trip: -trip.seq)
    return SafetyView(
        standing=standing,
        reach=together([await reach(store, each.book) for each in (standing, *also)]),
        locks=await locks_of(store, standing.book),
        trips=trips[:SHOWN],
        unfinished=_unfinished(halts),
        also=also,
    )


async def locks_of(store: Store, book: BookName) -> Sequence[Lock]:
    """Return what may not be entered for a while, the whole book's locks first."""
    locks = await store.database.look_up(
        lambda connection: standing_locks(connection, store.tenant, book)
    )
    return sorted(
        (lock for lock in locks if lock.is_set), key=lambda lock: (lock.symbol, lock.kind)
    )


def _moves(entries: Sequence[JournalEntry]) -> Iterator[Trip]:
    for entry in entries:
        facts = Facts(entry.facts)
        kind = _KINDS[TradingState(facts.text("to"))]
        yield Trip(
            kind=kind,
            book=entry.book,
            title=f"{_VERBS[kind]} by {facts.text('by')}",
            text=facts.text("reason"),
            at=entry.ts,
            seq=entry.seq,
        )


def _halts(entries: Sequence[JournalEntry]) -> Iterator[Trip]:
    for entry in entries:
        if entry.type != HaltFact.ENDED:
            continue
        told = entry.facts
        left = sum(len(_listed(told[key])) for key in ("unconfirmed", "notClosed", "unprotected"))
        done = [
            *([f"{len(_listed(told['cancelled']))} cancelled"] if told["cancelled"] else []),
            *([f"{len(_listed(told['overtaken']))} filled first"] if told["overtaken"] else []),
            *([f"{len(_listed(told['closing']))} being sold"] if told["closing"] else []),
            *([f"{left} not confirmed"] if left else []),
        ]
        if told["scope"] != "new":
            yield Trip(
                kind=TripKind.SCOPED,
                book=entry.book,
                title="Open orders cancelled" if told["scope"] == "cancel" else "Positions closed",
                text=", ".join(done) or "nothing was open",
                at=entry.ts,
                seq=entry.seq,
            )


def _unfinished(entries: Sequence[JournalEntry]) -> str:
    """Return the newest halt that went beyond new orders and of which nobody recorded the end."""
    over = {entry.facts["haltId"] for entry in entries if entry.type == HaltFact.ENDED}
    for entry in reversed(entries):
        if entry.type == HaltFact.ORDERED:
            told = entry.facts
            is_open = told["scope"] != "new" and told["haltId"] not in over
            return str(told["haltId"]) if is_open else ""
    return ""


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
