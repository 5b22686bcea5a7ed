"""Locks: what keeps a symbol, or the whole book, from new risk for a while; each with its reason and its end. Pure.

The checks themselves look at exits, orders and losses; a lock is what a person sees of that, and what remembers that
a pause was begun. Source: DESIGN 8 (L2), RELIABILITY 3 (16, 20, 21).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from quorate.execution.recorded import TradingStanding, trading_event
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event
from quorate.risk import TRADING_TABLE, RiskLimits, TradingEvent, TradingState
from quorate.risk.situation import AccountFacts, RecentExit

EVERY: Final = Symbol("*")
"""Stands for all symbols of a book."""

DAY: Final = timedelta(days=1)
DESK: Final = "risk"
"""Who sets and lifts them, where no person did."""


class LockKind(StrEnum):
    """Why there is a lock."""

    COOLDOWN = "COOLDOWN"
    """The symbol was sold lately."""
    STOPLOSS_GUARD = "STOPLOSS_GUARD"
    """Several stops were hit lately."""
    LOW_PROFIT_SYMBOL = "LOW_PROFIT_SYMBOL"
    """The symbol gained too little lately."""
    REPEATED_EXECUTION = "REPEATED_EXECUTION"
    """The symbol was bought over and over on one day; a person lifts it. Source: RTS 6 Art. 15.3."""
    NEW_RISK_PAUSED = "NEW_RISK_PAUSED"
    """A fall or a bearish market. Source: DESIGN 8, L2."""
    DAY_LOSS_REDUCING = "DAY_LOSS_REDUCING"
    """The day's loss made the book reduce; the next session is free of it. Source: RELIABILITY 3 (20)."""
    DAY_LOSS_HALTING = "DAY_LOSS_HALTING"
    """The day's loss halted the book."""
    DRAWDOWN_HALTING = "DRAWDOWN_HALTING"
    """The fall from the peak halted the book; it stands until the fall is smaller again, resumed or not."""


BY_LOSSES: Final[Mapping[LockKind, TradingEvent]] = {
    LockKind.DAY_LOSS_REDUCING: TradingEvent.REDUCE,
    LockKind.DAY_LOSS_HALTING: TradingEvent.HALT,
    LockKind.DRAWDOWN_HALTING: TradingEvent.HALT,
}
"""What is done to the trading state when such a lock is set: once, so that a person's resume is not undone by it."""

OF_A_DAY: Final = frozenset({LockKind.DAY_LOSS_REDUCING, LockKind.DAY_LOSS_HALTING})
"""Set anew by the loss of another day, and over when that day is."""

PERSONS: Final = frozenset({LockKind.REPEATED_EXECUTION})
"""A person lifts these."""

OTHERWISE_LIFTED: Final = PERSONS | {LockKind.NEW_RISK_PAUSED}
"""These do not end when their cause does: a person lifts them, or the next look at the market."""


class LockKey(NamedTuple):
    """Which lock of a book; `symbol` may be EVERY."""

    kind: LockKind
    symbol: Symbol = EVERY


class LockFact(StrEnum):
    """The types of the journal rows that tell of locks."""

    SET = "lock.set"
    LIFTED = "lock.lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock as it stands, or stood; `until` is the first day on which it may end, None where no day is told."""

    kind: LockKind
    symbol: Symbol = EVERY
    reason: str = ""
    until: date | None = None
    is_set: bool = True
    version: int = 0

    @property
    def key(self) -> LockKey:
        """Return which lock it is."""
        return LockKey(self.kind, self.symbol)


Locks = Mapping[LockKey, Lock]
"""Every lock of a book that was ever set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """How the book fares, as shares of equity: of the day's beginning, and of the peak."""

    day: Decimal
    drawdown: Decimal


def standing(locks: Locks, key: LockKey) -> Lock | None:
    """Return the lock where it is set, None where it is not."""
    found = locks.get(key)
    return found if found is not None and found.is_set else None


def losses_of(account: AccountFacts) -> Losses | None:
    """Return how the book fares, None where nobody knows what it began with (check 20 refuses every entry then)."""
    if account.day_start_equity <= 0 or account.peak_equity <= 0:
        return None
    return Losses(
        day=1 - account.equity / account.day_start_equity,
        drawdown=1 - account.equity / account.peak_equity,
    )


def due_locks(
    today: date,
    losses: Losses | None,
    exits: Sequence[RecentExit],
    bought: Mapping[Symbol, int],
    limits: RiskLimits,
) -> list[Lock]:
    """Return the locks for which there is a cause today, as the checks 16, 20 and 21 see it."""
    return [
        *(_of_losses(today, losses, limits) if losses else ()),
        *_cooldowns(today, exits, limits),
        *_guard(today, exits, limits),
        *_low_profits(today, exits, limits),
        *_repeats(bought, limits),
    ]


def lock_events(book: BookName, locks: Locks, due: Iterable[Lock], today: date) -> Iterator[Event]:
    """Yield the rows that bring the locks up to those that are due; none where nothing changed."""
    wanted = {lock.key: lock for lock in due}
    for key, lock in wanted.items():
        if _is_new(lock, locks.get(key), today):
            yield set_event(book, lock, locks)
    for key, lock in locks.items():
        if lock.is_set and key not in wanted and _ends(lock, today):
            yield lifted_event(book, lock, reason="its cause is over", by=DESK)


def pause_events(
    book: BookName, locks: Locks, causes: Sequence[str], today: date
) -> tuple[str, list[Event]]:
    """Return why no new risk may be taken, empty where it may, and the rows that keep it.

    A pause lasts until the next day (the next session of a REPLAY book) and until no cause is left. Source: DESIGN 8.
    """
    key = LockKey(LockKind.NEW_RISK_PAUSED)
    pause = standing(locks, key)
    if causes:
        reason = "; ".join(causes)
        fresh = Lock(kind=key.kind, reason=reason, until=today + DAY)
        if pause and (pause.reason, pause.until) == (reason, fresh.until):
            return reason, []
        return reason, [set_event(book, fresh, locks)]
    if pause is None:
        return "", []
    if pause.until is not None and today < pause.until:
        return pause.reason, []
    return "", [lifted_event(book, pause, reason="a clear market on a later day", by=DESK)]


def guard_events(
    book: BookName, locks: Locks, trading: TradingStanding, due: Sequence[Lock], today: date
) -> list[Event]:
    """Return the rows of locks that begin or end, and of the trading state that goes with a loss.

    A book that reduces because of a day's loss is free with the next session; whatever else made it reduce stands, and
    a halt is a person's to end. Source: RELIABILITY 3 (20).
    """
    events = list(lock_events(book, locks, due, today))
    begun = [lock for lock in due if _is_told(events, LockFact.SET, lock)]
    over = [lock for lock in locks.values() if _is_told(events, LockFact.LIFTED, lock)]
    moves = [*_by_losses(begun), *_by_a_new_day(over, trading)]
    for event, reason in moves[:1]:
        after = TRADING_TABLE.target(trading.state, event)
        if after is not trading.state:
            events.append(trading_event(book, trading, after, reason=reason, by=DESK))
    return events


def _by_losses(begun: Iterable[Lock]) -> list[tuple[TradingEvent, str]]:
    """Return what losses do to the trading state, the strongest first."""
    found = [(BY_LOSSES[lock.kind], lock.reason) for lock in begun if lock.kind in BY_LOSSES]
    return sorted(found, key=lambda move: move[0] is not TradingEvent.HALT)


def _by_a_new_day(
    over: Iterable[Lock], trading: TradingStanding
) -> Iterator[tuple[TradingEvent, str]]:
    for lock in over:
        is_its_doing = trading.state is TradingState.REDUCING and trading.reason == lock.reason
        if lock.kind is LockKind.DAY_LOSS_REDUCING and is_its_doing:
            yield TradingEvent.RESUME, "a new session began after a day's loss"


def _is_told(events: Iterable[Event], kind: LockFact, lock: Lock) -> bool:
    return any(
        (event.type, event.payload.get("kind"), event.payload.get("symbol"))
        == (kind, lock.kind, lock.symbol)
        for event in events
    )


def market_causes(fell: Iterable[Symbol], bearish: Iterable[Symbol]) -> list[str]:
    """Return in words what pauses new risk: falls of more than 5 %, then bearish regimes."""
    fallen = sorted(set(fell))
    others = sorted(set(bearish) - set(fallen))
    return [
        *([f"{', '.join(fallen)} fell by more than 5 %"] if fallen else []),
        *([f"the market of {', '.join(others)} is bearish"] if others else []),
    ]


def set_event(book: BookName, lock: Lock, locks: Locks) -> Event:
    """Return the row of a lock that is set, or set anew with another reason or end."""
    before = locks.get(lock.key)
    return _event(
        book,
        LockFact.SET,
        lock,
        version=before.version if before else 0,
        told={
            "reason": lock.reason,
            "untilSession": lock.until.isoformat() if lock.until else None,
            "by": DESK,
        },
    )


def lifted_event(book: BookName, lock: Lock, *, reason: str, by: str) -> Event:
    """Return the row of a lock that ends."""
    told = {
        "reason": reason,
        "untilSession": lock.until.isoformat() if lock.until else None,
        "by": by,
    }
    return _event(book, LockFact.LIFTED, lock, version=lock.version, told=told)


def _event(
    book: BookName, kind: LockFact, lock: Lock, *, version: int, told: Mapping[str, str | None]
) -> Event:
    return Event(
        stream=f"lock:{book}:{lock.kind}:{lock.symbol}",
        type=kind,
        book=book,
        payload={"kind": lock.kind, "symbol": lock.symbol, **told, "version": version + 1},
    )


def _is_new(lock: Lock, before: Lock | None, today: date) -> bool:
    """Return whether a lock that is due has to be set: not twice for one cause, nor again on the day it was lifted."""
    if before is None:
        return True
    if before.is_set:
        return lock.kind in OF_A_DAY and before.until != lock.until
    return lock.kind not in PERSONS or before.until != today


def _ends(lock: Lock, today: date) -> bool:
    """Return whether a lock without a cause is over; one of a day's loss outlives the day's recovery."""
    if lock.kind in OTHERWISE_LIFTED:
        return False
    if lock.kind in OF_A_DAY:
        return lock.until is None or today >= lock.until
    return True


def _of_losses(today: date, losses: Losses, limits: RiskLimits) -> Iterator[Lock]:
    day, fall = losses.day, losses.drawdown
    if day >= limits.reducing_day_loss:
        yield Lock(
            kind=LockKind.DAY_LOSS_REDUCING,
            reason=f"the day's loss of {day:.2%} reached {limits.reducing_day_loss:.2%}",
            until=today + DAY,
        )
    if day >= limits.halting_day_loss:
        yield Lock(
            kind=LockKind.DAY_LOSS_HALTING,
            reason=f"the day's loss of {day:.2%} reached {limits.halting_day_loss:.2%}",
            until=today + DAY,
        )
    if fall >= limits.halting_drawdown:
        yield Lock(
            kind=LockKind.DRAWDOWN_HALTING,
            reason=f"the fall of {fall:.2%} from the peak reached {limits.halting_drawdown:.2%}",
        )


def _cooldowns(today: date, exits: Iterable[RecentExit], limits: RiskLimits) -> Iterator[Lock]:
    newest: dict[Symbol, int] = {}
    for exit_ in exits:
        ago = newest.get(exit_.symbol, exit_.sessions_ago)
        newest[exit_.symbol] = min(ago, exit_.sessions_ago)
    for symbol, ago in sorted(newest.items()):
        left = limits.cooldown_sessions - ago
        if left > 0:
            yield Lock(
                kind=LockKind.COOLDOWN,
                symbol=symbol,
                reason=f"sold; {limits.cooldown_sessions} sessions without an entry",
                until=today + left * DAY,
            )


def _guard(today: date, exits: Iterable[RecentExit], limits: RiskLimits) -> Iterator[Lock]:
    stops = [
        exit_.sessions_ago
        for exit_ in exits
        if exit_.stopped and exit_.sessions_ago < limits.guard_sessions
    ]
    left = limits.guard_pause_sessions - min(stops, default=limits.guard_pause_sessions)
    if left > 0 and len(stops) >= limits.guard_stops:
        yield Lock(
            kind=LockKind.STOPLOSS_GUARD,
            reason=f"{len(stops)} stops were hit within {limits.guard_sessions} sessions",
            until=today + left * DAY,
        )


def _low_profits(today: date, exits: Iterable[RecentExit], limits: RiskLimits) -> Iterator[Lock]:
    recent: dict[Symbol, list[RecentExit]] = {}
    for exit_ in exits:
        if exit_.sessions_ago < limits.low_profit_sessions:
            recent.setdefault(exit_.symbol, []).append(exit_)
    for symbol, closed in sorted(recent.items()):
        gained = sum((exit_.gain for exit_ in closed), Decimal(0))
        if len(closed) >= limits.low_profit_exits and gained < limits.low_profit:
            left = limits.low_profit_sessions - max(e.sessions_ago for e in closed)
            yield Lock(
                kind=LockKind.LOW_PROFIT_SYMBOL,
                symbol=symbol,
                reason=f"came to {gained:+.2%} in {limits.low_profit_sessions} sessions",
                until=today + left * DAY,
            )


def _repeats(bought: Mapping[Symbol, int], limits: RiskLimits) -> Iterator[Lock]:
    for symbol, count in sorted(bought.items()):
        if count >= limits.max_repeats_per_day:
            yield Lock(
                kind=LockKind.REPEATED_EXECUTION,
                symbol=symbol,
                reason=f"bought {count} times on one day",
            )
