"""Shapes of safety: what is halted, by whom, what would stop a trade, and what came of an act."""

from __future__ import annotations

from typing import Annotated

import msgspec

from quorate.bootstrap.safety import (
    BreakerChange,
    BreakerLine,
    HaltOutcome,
    LimitLine,
    Resumption,
    SafetyView,
)
from quorate.cycle.risk_desk.locks import Lock
from quorate.execution.halting import BookHalt, HaltScope, Left, TradingLine, Trip
from quorate.hub.api.shape import Given, Moment, Shape

Reason = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=500, description="Kept in the journal with the caller's name."
    ),
]


class NewHalt(Given):
    """A halt; without a book it stops every book that trades now."""

    reason: Reason
    scope: HaltScope = HaltScope.NEW
    book: str | None = None


class NewResumption(Given):
    """Trading goes on; `confirm` says that somebody looked why it stopped."""

    reason: Reason
    confirm: bool
    book: str | None = None


class NewReset(Given):
    """A breaker to close."""

    reason: Reason


class NewLimits(Given):
    """Limits that somebody would like to set."""

    limits: dict[str, str | int]


class TradingLineItem(Shape):
    """How a book stands; `by` and `since` are null where nobody ever changed it."""

    book: str
    book_mode: str | None
    state: str
    reason: str | None
    by: str | None
    since: Moment | None


class LockItem(Shape):
    """What may not be entered for a while; `symbol` is null for every symbol, `until` where no day is told."""

    kind: str
    symbol: str | None
    reason: str
    until: str | None


class TripItem(Shape):
    """Something that stopped trading, or let it go on."""

    kind: str
    book: str
    title: str
    text: str
    at: Moment
    evidence: str


class SafetyShape(Shape):
    """What would stop a trade of a book now, and what has; `also` are other books that a halt would stop."""

    read_at: Moment
    target: str
    state: str
    book: TradingLineItem
    also: tuple[TradingLineItem, ...]
    open_entries: Annotated[int, msgspec.Meta(description="Orders that may add risk.")]
    positions: tuple[str, ...]
    resting_stops: int
    unfinished_halt: str | None
    locks: tuple[LockItem, ...]
    trips: tuple[TripItem, ...]


class LeftItem(Shape):
    """Something that a halt could not bring about, and why."""

    name: str
    cause: str


class HaltedBook(Shape):
    """What became of one book; the lists are empty while `finished` is false."""

    book: str
    halt_id: str
    scope: str
    state: str
    applied: bool
    finished: bool
    cancelled: tuple[str, ...]
    overtaken: tuple[str, ...]
    closing: tuple[str, ...]
    unconfirmed: tuple[LeftItem, ...]
    sent_ms: int | None


class Halted(Shape):
    """A halt; `complete` when the broker confirmed everything that was asked of it."""

    target: str
    applied: bool
    dry_run: bool
    state: str
    complete: bool
    books: tuple[HaltedBook, ...]


class Resumed(Shape):
    """Trading goes on, or never stopped."""

    target: str
    applied: bool
    dry_run: bool
    state: str
    books: tuple[TradingLineItem, ...]


class LimitItem(Shape):
    """A limit; a percentage is a share of one. `key` is null for a constant, `now` where nobody knows."""

    key: str | None
    name: str
    unit: str
    limit: str
    now: str | None
    used: float | None
    about: str | None
    note: str


class LimitList(Shape):
    """Every limit that orders are held to."""

    read_at: Moment
    items: tuple[LimitItem, ...]
    next_cursor: str | None = None


class BreakerItem(Shape):
    """A breaker; `latched` ones wait for a person, others recover by themselves."""

    name: str
    dependency: str
    state: str
    failures: float | None
    threshold: float | None
    opens_for_s: float | None
    detail: str
    latched: bool


class BreakerList(Shape):
    """The breakers of this process, and the auditor's on trading."""

    read_at: Moment
    items: tuple[BreakerItem, ...]
    next_cursor: str | None = None


class BreakerReset(Shape):
    """A breaker that was closed; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    breaker: BreakerItem


def safety_shape(view: SafetyView, state: str, read_at: str) -> SafetyShape:
    """Return what is told of a book's safety."""
    return SafetyShape(
        read_at=read_at,
        target=",".join(each.book for each in view.all),
        state=state,
        book=standing_item(view.standing),
        also=tuple(map(standing_item, view.also)),
        open_entries=view.reach.entries,
        positions=view.reach.positions,
        resting_stops=view.reach.stops,
        unfinished_halt=view.unfinished or None,
        locks=tuple(map(_lock, view.locks)),
        trips=tuple(map(_trip, view.trips)),
    )


def standing_item(standing: TradingLine) -> TradingLineItem:
    """Return how a book stands."""
    return TradingLineItem(
        book=standing.book,
        book_mode=standing.mode or None,
        state=standing.state.value,
        reason=standing.reason or None,
        by=standing.by or None,
        since=standing.since or None,
    )


def halted(outcome: HaltOutcome) -> Halted:
    """Return what became of a halt."""
    return Halted(
        target=outcome.target,
        applied=outcome.applied,
        dry_run=False,
        state=outcome.state.value,
        complete=outcome.complete,
        books=tuple(map(_halted_book, outcome.books)),
    )


def resumed(done: Resumption) -> Resumed:
    """Return what became of a wish to trade again."""
    return Resumed(
        target=done.target,
        applied=done.applied,
        dry_run=False,
        state=done.state.value,
        books=tuple(map(standing_item, done.books)),
    )


def limit_item(line: LimitLine) -> LimitItem:
    """Return a limit."""
    return msgspec.convert(line.as_json(), LimitItem)


def breaker_item(line: BreakerLine) -> BreakerItem:
    """Return a breaker."""
    return msgspec.convert(line.as_json(), BreakerItem)


def breaker_reset(change: BreakerChange) -> BreakerReset:
    """Return what became of a wish to close a breaker."""
    return BreakerReset(
        target=change.line.name,
        applied=change.applied,
        dry_run=False,
        breaker=breaker_item(change.line),
    )


def _halted_book(done: BookHalt) -> HaltedBook:
    report = done.report
    left = () if report is None else (*report.unconfirmed, *report.held, *report.unprotected)
    return HaltedBook(
        book=done.halt.book,
        halt_id=done.halt.id,
        scope=done.halt.scope.value,
        state=done.standing.state.value,
        applied=done.applied,
        finished=report is not None,
        cancelled=() if report is None else report.cancelled,
        overtaken=() if report is None else report.overtaken,
        closing=() if report is None else report.closing,
        unconfirmed=tuple(map(_left, left)),
        sent_ms=None if report is None else report.sent_ms,
    )


def _left(left: Left) -> LeftItem:
    return LeftItem(name=left.name, cause=left.cause)


def _lock(lock: Lock) -> LockItem:
    return LockItem(
        kind=lock.kind.value,
        symbol=None if lock.symbol == "*" else lock.symbol,
        reason=lock.reason,
        until=lock.until.isoformat() if lock.until else None,
    )


def _trip(trip: Trip) -> TripItem:
    return TripItem(
        kind=trip.kind.value,
        book=trip.book,
        title=trip.title,
        text=trip.text,
        at=trip.at,
        evidence=f"journal:{trip.seq}",
    )
