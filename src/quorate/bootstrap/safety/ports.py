"""What safety asks of the books that trade; `bootstrap.trading` has them."""

from __future__ import annotations

from typing import Protocol

from quorate.bootstrap.safety.answers import BreakerLine
from quorate.cycle.risk_desk.locks import LockKind
from quorate.execution.halting.service import BookOrders
from quorate.kernel.ids import BookName, Symbol


class LockDesk(Protocol):
    """What is asked of the book's risk desk."""

    async def lifted(self, kind: LockKind, symbol: Symbol, *, reason: str, by: str) -> object:
        """End a lock for a person."""
        ...


class OpenedBook(Protocol):
    """A book with its broker."""

    @property
    def desk(self) -> LockDesk:
        """Return who sets and lifts the book's locks."""
        ...

    @property
    def execution(self) -> BookOrders:
        """Return who places and cancels the book's orders."""
        ...


class Intake(Protocol):
    """What lets new tasks in."""

    async def breaker(self) -> BreakerLine:
        """Return how its breaker stands, which a shutdown holds open until a person resumes."""
        ...

    async def reset(self, *, reason: str, by: str) -> None:
        """Let tasks in again, for a person who looked why none were."""
        ...


class TradingBooks(Protocol):
    """The books of a home."""

    async def open_book(self, name: BookName) -> OpenedBook:
        """Return the book, opened with its broker.

        Raises:
            RejectedError: there is no such book, or its broker's keys are missing.
            UnavailableError: its broker cannot be reached.
        """
        ...

    async def current_book(self) -> BookName:
        """Return the book that is shown where none is named."""
        ...

    async def working_book(self) -> BookName:
        """Return the book that a cycle trades where none is named."""
        ...
