"""What orders are read from and done through: the books that trade; `bootstrap.trading` has them."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.ports import Broker
from quorate.execution.reconciliation import Reconciliation
from quorate.execution.recorded import RecordedOrder
from quorate.execution.sending import Intent
from quorate.kernel.ids import BookName
from quorate.kernel.ports import Clock
from quorate.risk import OrderRequest


class BookExecution(Protocol):
    """What is asked of a book's execution; `ExecutionService` says what each promises."""

    async def cancel(self, id_: ClientOrderId) -> RecordedOrder:
        """Return the order after its cancellation was asked for."""
        ...

    async def leave(self, request: OrderRequest, intent: Intent) -> RecordedOrder | None:
        """Return the sale that closes a position."""
        ...

    async def reconcile(self) -> Reconciliation:
        """Bring every open order up to what the broker says."""
        ...


class OpenedBook(Protocol):
    """A book with its broker."""

    @property
    def broker(self) -> Broker:
        """Return the broker."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the book's clock."""
        ...

    @property
    def session(self) -> date | None:
        """Return the session that a REPLAY book stands at the close of, None for any other book."""
        ...

    @property
    def execution(self) -> BookExecution:
        """Return who places and cancels the book's orders."""
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
