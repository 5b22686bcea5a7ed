"""What keeping a book asks of the world: its rows, the broker's account, the market's bars."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from quorate.cycle.book_keeping.happening import News
from quorate.cycle.book_keeping.outcome import Linked
from quorate.cycle.book_keeping.standing import BookStanding
from quorate.execution.broker import BrokerAccount
from quorate.execution.recorded import TradingStanding
from quorate.kernel.ids import BookName, CycleId, DecisionId, RunId, Symbol
from quorate.market.actions import CorporateAction


class Shelf(Protocol):
    """Where a book's rows stand; every method raises UnavailableError when the database gives no answer."""

    async def newest(self, book: BookName, known: int) -> BookStanding | None:
        """Return the newest mark, the opened book before any; None where it is mark `known`.

        Raises:
            RejectedError: there is no such book.
        """
        ...

    async def marked_in(self, book: BookName, cycle_id: CycleId) -> BookStanding | None:
        """Return the mark that a cycle made, None where it made none."""
        ...

    async def news(self, book: BookName, after: int, *, sessions: bool) -> News:
        """Return what happened after a row; where the sessions began is told where that is asked for."""
        ...

    async def linked(
        self, book: BookName, decisions: Collection[DecisionId], runs: Collection[RunId]
    ) -> Linked:
        """Return the orders and outcomes of decisions, and the decisions of runs that came to no order."""
        ...

    async def hashes(self, decisions: Collection[DecisionId]) -> Mapping[DecisionId, str]:
        """Return the hash of each decision that the entry of one was approved for."""
        ...


class Account(Protocol):
    """The broker's account, asked again before a gap is believed."""

    async def account(self) -> BrokerAccount:
        """Return the account; raises BrokerUnavailableError."""
        ...


class MissedActions(Protocol):
    """The corporate actions of sessions that went by without a mark."""

    async def between(
        self, symbols: Collection[Symbol], after: date, until: date
    ) -> Mapping[Symbol, Sequence[CorporateAction]]:
        """Return the actions of the sessions after one day and before another; raises UnavailableError."""
        ...


class KeepingTransaction(Protocol):
    """What is read inside the writer's transaction."""

    def trading(self, book: BookName) -> TradingStanding:
        """Return the book's trading state."""
        ...
