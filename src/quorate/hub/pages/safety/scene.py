"""Scene: safety in words and shapes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.bootstrap.safety import BreakerLine, DrillReport, HaltOutcome, LimitLine, SafetyView
from quorate.cycle.risk_desk.locks import EVERY, PERSONS, Lock
from quorate.execution.halting import HaltScope, TradingLine, Trip, TripKind
from quorate.hub.pages.notices import Notice, Tone
from quorate.hub.pages.wording import MINUS, counted, money, seconds, upper_first
from quorate.risk import TradingState

NEARLY: Final = 0.8
"""From this share of a limit on, its bar warns."""

ORDINARY, WARNS, FULL = 1, 5, 6
"""The colours of a bar."""

FLATTEN_WORD: Final = "FLATTEN"
"""What somebody types who sells everything."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: never by colour alone."""

    tone: str
    icon: str
    words: str


STATES: Final = {
    TradingState.ACTIVE: Look(
        "gain", "shield-check", "New orders are sent once they passed every check."
    ),
    TradingState.REDUCING: Look(
        "warn", "trending-down", "New risk is refused. Exits and protective stops work."
    ),
    TradingState.HALTED: Look(
        "loss", "hand-stop", "New risk is refused until a person resumes. Exits and stops work."
    ),
}

TRIPS: Final = {
    TripKind.HALTED: Look("loss", "hand-stop", ""),
    TripKind.REDUCING: Look("warn", "trending-down", ""),
    TripKind.RESUMED: Look("gain", "player-play", ""),
    TripKind.SCOPED: Look("loss", "x", ""),
    TripKind.DRILLED: Look("brand", "check", ""),
    TripKind.LOCKED: Look("warn", "lock", ""),
    TripKind.UNLOCKED: Look("gain", "check", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """A limit as a line; `share` is None where it has no gauge or nobody knows."""

    name: str
    note: str
    share: float | None
    tone: int
    now: str
    limit: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRow:
    """A breaker as a line."""

    line: BreakerLine
    tone: str
    state: str
    failures: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRow:
    """A lock as a line; `lifts` where a person ends it."""

    lock: Lock
    id: str
    symbol: str
    covers: str
    until: str
    lifts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A scope as the dialog offers it: what it does, and what it leaves."""

    scope: HaltScope
    title: str
    text: str
    danger: bool = False


def choices(view: SafetyView) -> tuple[Choice, ...]:
    """Return the three scopes with what each would touch now, the safest first."""
    reach = view.reach
    held = len(reach.positions)
    open_ = _some(reach.entries + reach.stops, "open order")
    positions = _some(held, "position")
    stay = f"{open_} and {positions} stay, with their stops."
    return (
        Choice(
            scope=HaltScope.NEW,
            title="Stop new orders",
            text=f"{upper_first(stay)} Exits still work."
            if reach.entries or held
            else "Nothing is open or held. Exits still work.",
        ),
        Choice(
            scope=HaltScope.CANCEL,
            title="Stop and cancel open entries"
            if not reach.entries
            else f"Stop and cancel {_some(reach.entries, 'open entry', 'open entries')}",
            text=f"{upper_first(positions)} {'stays' if held == 1 else 'stay'} open, "
            "protective stops are not cancelled."
            if held
            else "Protective stops are not cancelled.",
        ),
        Choice(
            scope=HaltScope.FLATTEN,
            title=f"Stop, cancel and close {positions}"
            if held
            else "Stop, cancel and close all positions",
            text=f"Sells all that is held at the market. Asks you to type {FLATTEN_WORD}.",
            danger=True,
        ),
    )


def limit_rows(lines: Sequence[LimitLine]) -> tuple[tuple[LimitRow, ...], tuple[LimitRow, ...]]:
    """Return the limits that fill up, and the others."""
    rows = [(line.note != "", _limit_row(line)) for line in lines]
    return (
        tuple(row for gauged, row in rows if gauged),
        tuple(row for gauged, row in rows if not gauged),
    )


def breaker_rows(lines: Sequence[BreakerLine]) -> tuple[BreakerRow, ...]:
    """Return the breakers as lines."""
    return tuple(_breaker_row(line) for line in lines)


def lock_rows(locks: Sequence[Lock]) -> tuple[LockRow, ...]:
    """Return the locks as lines."""
    return tuple(
        LockRow(
            lock=lock,
            id=f"{lock.kind}:{lock.symbol}",
            symbol="All symbols" if lock.symbol == EVERY else lock.symbol,
            covers="entries",
            until=f"until {lock.until} at the earliest"
            if lock.until
            else "until a person lifts it",
            lifts=lock.kind in PERSONS,
        )
        for lock in locks
    )


def trip_look(trip: Trip) -> Look:
    """Return how a trip looks."""
    return TRIPS[trip.kind]


def halted_notice(outcome: HaltOutcome) -> Notice:
    """Return what the page says of a halt that was ordered."""
    names = ", ".join(each.standing.called for each in outcome.books)
    said = " ".join(dict.fromkeys(each.words for each in outcome.books))
    tone = Tone.GAIN if outcome.complete else Tone.LOSS
    if any(each.report is None for each in outcome.books):
        tone = Tone.WARN
    return Notice(
        tone=tone, title=f"Trading is halted on {names}.", text=said, about="trading state"
    )


def resumed_notice(books: Sequence[TradingLine]) -> Notice:
    """Return what the page says of trading that goes on."""
    names = ", ".join(each.called for each in books)
    text = "The next cycle may take new risk again."
    return Notice(
        tone=Tone.GAIN, title=f"Trading goes on on {names}.", text=text, about="trading state"
    )


def drilled_notice(report: DrillReport) -> Notice:
    """Return what the page says of a drill."""
    if report.passed:
        text = "It was tried on a book of its own; nothing real changed."
        return Notice(tone=Tone.GAIN, title="The kill switch works.", text=text, about="drill")
    failed = ", ".join(step.name for step in report.steps if not step.ok)
    return Notice(
        tone=Tone.LOSS,
        title="The drill failed.",
        text=f"Not as it should be: {failed}.",
        about="drill",
    )


def _limit_row(line: LimitLine) -> LimitRow:
    share = line.used
    now = "" if line.now is None else _amount(line.now, line.unit)
    shown = f"{line.about} {now}".strip() if line.about else now
    limit = _amount(line.limit, line.unit)
    label = f"{line.name}: {shown or 'unknown'} of {limit}"
    return LimitRow(
        name=line.name,
        note=line.note,
        share=share,
        tone=_tone(share),
        now=shown,
        limit=limit,
        label=label,
    )


def _tone(share: float | None) -> int:
    if share is None or share < NEARLY:
        return ORDINARY
    return FULL if share >= 1 else WARNS


def _breaker_row(line: BreakerLine) -> BreakerRow:
    state = line.circuit.replace("_", "-")
    tone = {"closed": "gain", "open": "loss"}.get(state, "warn")
    failures = ""
    if line.failures is not None and line.threshold is not None:
        failures = f"{line.failures:g} of {line.threshold:g}"
    until = "a person resets it" if line.latched else ""
    if line.left_s is not None and not line.latched:
        until = f"for {seconds(line.left_s)}" if line.left_s else "the next call tries"
    return BreakerRow(line=line, tone=tone, state=state, failures=failures, until=until)


def _amount(value: Decimal, unit: str) -> str:
    match unit:
        case "percent":
            return _percent(value)
        case "usd":
            return money(value)
        case "seconds":
            return seconds(float(value))
        case "bps" | "minutes":
            return f"{value:f} {'bps' if unit == 'bps' else 'min'}"
        case _:
            return counted(int(value)) if value == int(value) else f"{value:f}"


def _percent(share: Decimal) -> str:
    """Return a share with two places, as limits are compared: "0.31 %"."""
    sign = MINUS if share < 0 else ""
    return f"{sign}{abs(100 * share):.2f} %"


def _some(number: int, noun: str, several: str = "") -> str:
    return f"{number or 'no'} {noun if number == 1 else several or noun + 's'}"
