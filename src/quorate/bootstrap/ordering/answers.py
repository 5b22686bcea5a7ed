"""Answers: what is told of orders, positions and outcomes, and of what became of an act on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from quorate.execution.comparison import Comparison
from quorate.execution.listing import OrderLine
from quorate.execution.outcome_link import OutcomeLink
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import JournalEntry

Item = TypeVar("Item")


class Numbered(Protocol):
    """What a list goes on below."""

    @property
    def seq(self) -> int:
        """Return its row."""
        ...


NumberedItem = TypeVar("NumberedItem", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Rows(Generic[Item]):
    """A part of a list, newest first; `next_below` is the row that the next one lies below, None on the last page."""

    items: Sequence[Item]
    next_below: int | None


def rows_of(found: Sequence[NumberedItem], limit: int) -> Rows[NumberedItem]:
    """Return the first `limit` of what was found; one more was looked for, so it is known whether any follow."""
    return Rows(found[:limit], found[limit - 1].seq if len(found) > limit else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    """An order with the rows of its life, oldest first."""

    line: OrderLine
    entries: Sequence[JournalEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """What became of a wish to cancel an order; not `applied` when it was over already.

    `replayed` when an earlier request with the same key asked for it.
    """

    line: OrderLine
    applied: bool
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionChange:
    """What became of a wish to close a position; `line` is its sale, None where nothing was held any more."""

    book: BookName
    symbol: Symbol
    line: OrderLine | None
    applied: bool
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonChange:
    """What a comparison with the broker found."""

    comparison: Comparison
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOrders:
    """A decision's orders, oldest first, and what they came to; None where it wanted none."""

    orders: Sequence[OrderLine]
    outcome: OutcomeLink | None
