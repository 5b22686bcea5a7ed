"""What the command line needs of orders, positions and outcomes."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.ordering.OrderBook`)

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from quorate.cycle.story import Story
    from quorate.cycle.story.denied import DenialFilter, DeniedOrder
    from quorate.execution.comparison import Comparison
    from quorate.execution.listing import OrderFilter, OrderLine
    from quorate.execution.outcome_link import OutcomeFilter, OutcomeLink
    from quorate.execution.positions import Positions
    from quorate.kernel.ids import BookName, Symbol
    from quorate.kernel.journal import JournalEntry
    from quorate.portfolio.book import Book

Item_co = TypeVar("Item_co", covariant=True)


class Rows(Protocol[Item_co]):
    """A part of a list, newest first; `next_below` is None on its last page."""

    @property
    def items(self) -> Sequence[Item_co]: ...
    @property
    def next_below(self) -> int | None: ...


class OrderDetails(Protocol):
    """An order with the rows of its life."""

    @property
    def line(self) -> OrderLine: ...
    @property
    def entries(self) -> Sequence[JournalEntry]: ...


class OrderChange(Protocol):
    """What became of a wish to cancel an order; not `applied` when it was over already."""

    @property
    def line(self) -> OrderLine: ...
    @property
    def applied(self) -> bool: ...


class PositionChange(Protocol):
    """What became of a wish to close a position; `line` is its sale."""

    @property
    def book(self) -> BookName: ...
    @property
    def symbol(self) -> Symbol: ...
    @property
    def line(self) -> OrderLine | None: ...
    @property
    def applied(self) -> bool: ...


class ComparisonChange(Protocol):
    """What a comparison with the broker found."""

    @property
    def comparison(self) -> Comparison: ...


class Orders(Protocol):
    """The orders of a home's books."""

    async def book(self, name: str | None = None) -> Book: ...
    async def orders(
        self, wanted: OrderFilter, limit: int, below: int | None = None
    ) -> Rows[OrderLine]: ...
    async def denials(
        self, wanted: DenialFilter, limit: int, below: int | None = None
    ) -> Rows[DeniedOrder]: ...
    async def place_of_denial(self, verdict_id: str) -> int: ...
    async def place_of_order(self, order_id: str) -> int: ...
    async def place_of_decision(self, decision_id: str) -> int: ...
    async def order(self, order_id: str) -> OrderDetails: ...
    async def outcomes(
        self, wanted: OutcomeFilter, limit: int, below: int | None = None
    ) -> Rows[OutcomeLink]: ...
    async def outcome(self, decision_id: str) -> OutcomeLink: ...
    async def story(self, decision_id: str) -> Story: ...
    async def positions(self, book: Book) -> Positions: ...
    async def cancel(self, order_id: str) -> OrderChange: ...
    async def close(self, book: Book, symbol: Symbol) -> PositionChange: ...
    async def reconcile(self, book: Book) -> ComparisonChange: ...
