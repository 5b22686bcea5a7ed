"""How a book stands with regard to trading, what stopped it before, and what a halt would touch. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from quorate.execution.halting.halt import Halt, HaltReport, HaltScope, adds_risk
from quorate.execution.recorded import RecordedOrder
from quorate.kernel.ids import BookName, Symbol
from quorate.risk import Leg, TradingState

AUDITOR: Final = "auditor"
"""Who halts a book whose cycle broke a rule: only a person closes that breaker again. Source: R-025."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingLine:
    """One book's trading state; `by` and `since` are empty where nobody ever changed it, `mode` of an unknown book."""

    book: BookName
    mode: str = ""
    state: TradingState = TradingState.ACTIVE
    reason: str = ""
    by: str = ""
    since: str = ""

    @property
    def trades(self) -> bool:
        """Return whether new risk may be taken."""
        return self.state is TradingState.ACTIVE

    @property
    def tripped(self) -> bool:
        """Return whether the auditor's breaker is open."""
        return self.state is TradingState.HALTED and self.by == AUDITOR

    @property
    def called(self) -> str:
        """Return the book with its mode, as in "paper (PAPER)"."""
        return f"{self.book} ({self.mode})" if self.mode else self.book


class Reach(NamedTuple):
    """What a halt would touch, by our own records: entries that may fill, positions, and stops that rest."""

    entries: int
    positions: tuple[Symbol, ...]
    stops: int


def together(reaches: Sequence[Reach]) -> Reach:
    """Return what a halt of several books would touch."""
    return Reach(
        sum(each.entries for each in reaches),
        tuple(sorted(symbol for each in reaches for symbol in each.positions)),
        sum(each.stops for each in reaches),
    )


class TripKind(StrEnum):
    """What happened to trading."""

    HALTED = "halted"
    REDUCING = "reducing"
    RESUMED = "resumed"
    SCOPED = "scoped"
    """A halt that went further than to stop new orders."""
    DRILLED = "drilled"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Something that stopped trading or let it go on; `seq` is the journal row that tells it."""

    kind: TripKind
    book: BookName
    title: str
    text: str
    at: str
    seq: int


def reach_of(open_orders: Sequence[RecordedOrder], positions: Sequence[Symbol]) -> Reach:
    """Return what a halt would touch of these orders and positions."""
    stops = [each for each in open_orders if each.order.request.leg is Leg.STOP]
    entries = [each for each in open_orders if adds_risk(each)]
    return Reach(len(entries), tuple(sorted(positions)), len(stops))


@dataclass(frozen=True, slots=True, kw_only=True)
class BookHalt:
    """A halt of one book with what came of it; `report` is None while it goes on, or where nobody knows."""

    halt: Halt
    standing: TradingLine
    applied: bool
    reach: Reach
    report: HaltReport | None = None

    @property
    def complete(self) -> bool:
        """Return whether everything that was ordered came about."""
        return self.report is not None and self.report.complete

    @property
    def words(self) -> str:
        """Return what became of orders and positions, as a sentence."""
        return _untouched(self.reach) if self.halt.scope is HaltScope.NEW else _done(self)


def count(number: int, noun: str) -> str:
    """Return "no open order", "1 open order", "3 open orders"."""
    return f"{number or 'no'} {noun}{'' if number in {0, 1} else 's'}"


def _untouched(reach: Reach) -> str:
    orders, positions = (
        count(reach.entries + reach.stops, "open order"),
        count(len(reach.positions), "position"),
    )
    if not (reach.entries or reach.stops or reach.positions):
        return "Nothing was open or held."
    return f"{orders} and {positions} untouched.".capitalize()


def _done(found: BookHalt) -> str:
    report = found.report
    if report is None:
        return "Open orders are still being cancelled."
    said = [f"{count(len(report.cancelled), 'open order')} cancelled"]
    if report.overtaken:
        said.append(f"{count(len(report.overtaken), 'order')} filled before that")
    if found.halt.closes:
        said.append(f"{count(len(report.closing), 'position')} being sold")
    else:
        said.append(f"{count(len(found.reach.positions), 'position')} kept, with their stops")
    text = f"{', '.join(said)}.".capitalize()
    if report.complete and found.reach == (0, (), found.reach.stops) and not report.cancelled:
        text = "Nothing was open or held."
    left = [*report.unconfirmed, *report.held, *report.unprotected]
    if left:
        text += f" Not confirmed: {'; '.join(f'{each.name} ({each.cause})' for each in left)}."
    return text
