"""Answers: what safety tells of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quorate.arena.acceptance import RequestKey
from quorate.cycle.risk_desk.locks import Lock
from quorate.execution.halting import BookHalt, HaltScope, Reach, TradingLine, Trip
from quorate.kernel.ids import BookName
from quorate.risk import TradingState


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltWish:
    """A halt that somebody wants; without a book it is meant for every book that may trade now.

    `patience_s` is how long the answer waits for the broker: what is left then goes on in this process.
    """

    scope: HaltScope
    reason: str
    by: str
    book: BookName | None = None
    key: RequestKey | None = None
    patience_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltOutcome:
    """What became of a halt; `replayed` when an earlier request with the same key ordered it."""

    books: tuple[BookHalt, ...]
    replayed: bool = False

    @property
    def target(self) -> str:
        """Return the books that are halted."""
        return ",".join(each.halt.book for each in self.books)

    @property
    def applied(self) -> bool:
        """Return whether any book was not halted already."""
        return any(each.applied for each in self.books)

    @property
    def state(self) -> TradingState:
        """Return the state of the least free of the books."""
        return worst_of([each.standing for each in self.books])

    @property
    def complete(self) -> bool:
        """Return whether everything that was ordered came about."""
        return all(each.complete for each in self.books)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """What became of a wish to trade again; `books` as they stand now, `resumed` those that were not active before."""

    books: tuple[TradingLine, ...]
    resumed: tuple[BookName, ...]

    @property
    def target(self) -> str:
        """Return the books that it was meant for."""
        return ",".join(each.book for each in self.books)

    @property
    def applied(self) -> bool:
        """Return whether any book was not active already."""
        return bool(self.resumed)

    @property
    def state(self) -> TradingState:
        """Return the state of the least free of the books."""
        return worst_of(self.books)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLine:
    """A breaker: automatic protection of one dependency, or the auditor's on trading.

    `name` can stand in an address. `failures` weigh so much of the `threshold` in the present window; `left_s` is how
    long an open one lets nobody through. `latched` ones wait for a person.
    """

    name: str
    dependency: str
    circuit: str
    failures: float | None
    threshold: float | None
    left_s: float | None
    detail: str
    latched: bool = False

    @property
    def closed(self) -> bool:
        """Return whether nothing is held back."""
        return self.circuit == "closed"

    def as_json(self) -> dict[str, object]:
        """Return the object of a list."""
        return {
            "name": self.name,
            "dependency": self.dependency,
            "state": self.circuit,
            "failures": self.failures,
            "threshold": self.threshold,
            "opensForS": self.left_s,
            "detail": self.detail,
            "latched": self.latched,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerChange:
    """What became of a wish to close a breaker; not `applied` when it was closed already."""

    line: BreakerLine
    applied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """A limit with how much of it is used; `now` and `used` are None where nobody knows, or where it has no gauge.

    `key` is its name in the configuration, empty for a constant. `unit` is percent, usd, count, bps or seconds: a
    percentage is kept as a share of one.
    """

    key: str
    name: str
    note: str
    unit: str
    limit: Decimal
    now: Decimal | None = None
    about: str = ""

    @property
    def used(self) -> float | None:
        """Return how full it is, in [0, 1]."""
        if self.now is None or self.limit <= 0:
            return None
        return float(min(max(self.now / self.limit, Decimal(0)), Decimal(1)))

    def as_json(self) -> dict[str, object]:
        """Return the object of a list."""
        return {
            "key": self.key or None,
            "name": self.name,
            "unit": self.unit,
            "limit": format(self.limit, "f"),
            "now": None if self.now is None else format(self.now, "f"),
            "used": self.used,
            "about": self.about or None,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyView:
    """What would stop a trade of a book now, and what has; `also` are other books that a halt would stop.

    `reach` is what it would touch of all of them together.
    """

    standing: TradingLine
    reach: Reach
    locks: Sequence[Lock]
    trips: Sequence[Trip]
    unfinished: str = ""
    """The id of the newest halt whose end nobody recorded: a person should order it again."""
    also: Sequence[TradingLine] = ()

    @property
    def all(self) -> Sequence[TradingLine]:
        """Return every book that a halt would stop, this one first."""
        return (self.standing, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStep:
    """One thing that a drill proves."""

    name: str
    ok: bool
    detail: str
    ms: int | None = None

    def as_json(self) -> dict[str, object]:
        """Return the object of a list."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "ms": self.ms}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport:
    """What a drill proved, on a book of its own that holds nothing of value."""

    halt_id: str
    book: BookName
    steps: Sequence[DrillStep]
    at: str = ""

    @property
    def passed(self) -> bool:
        """Return whether everything was as it should be."""
        return all(step.ok for step in self.steps)


def worst_of(books: Sequence[TradingLine]) -> TradingState:
    """Return the least free state of any of the books."""
    order = (TradingState.HALTED, TradingState.REDUCING, TradingState.ACTIVE)
    return min((each.state for each in books), key=order.index)
