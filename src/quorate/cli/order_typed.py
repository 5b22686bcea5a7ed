"""What people type about orders: a book, a view, a leg, a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol, symbol_in

if TYPE_CHECKING:
    from quorate.execution.listing import OrderView
    from quorate.execution.outcome_link import OutcomeStatus
    from quorate.risk import Leg

BookOption = Annotated[
    str | None,
    typer.Option("--book", metavar="NAME", help="A book; that of the newest cycle unless told."),
]


def parsed_symbol(text: str) -> Symbol:
    """Return a symbol in upper case.

    Raises:
        RejectedError: it is none.
    """
    symbol = symbol_in(text)
    if symbol is None:
        raise _unknown(text, "a symbol", ("AAPL", "BTC/USD"))
    return symbol


def parsed_view(text: str) -> OrderView:
    """Return a view of the list of orders; raises RejectedError for another word."""
    from quorate.execution.listing import OrderView  # noqa: PLC0415  (slow; help must not wait)

    if text not in {*OrderView}:
        raise _unknown(text, "a view", tuple(OrderView))
    return OrderView(text)


def parsed_leg(text: str) -> Leg:
    """Return a leg of an order; raises RejectedError for another word."""
    from quorate.risk import Leg  # noqa: PLC0415  (slow; help must not wait)

    if text not in {*Leg}:
        raise _unknown(text, "a leg", tuple(Leg))
    return Leg(text)


def parsed_status(text: str) -> OutcomeStatus:
    """Return a status of outcomes; raises RejectedError for another word."""
    from quorate.execution.outcome_link import OutcomeStatus  # noqa: PLC0415  (slow)

    if text not in {*OutcomeStatus}:
        raise _unknown(text, "a status", tuple(OutcomeStatus))
    return OutcomeStatus(text)


def _unknown(text: str, what: str, choices: tuple[str, ...]) -> RejectedError:
    return RejectedError(
        f"{text!r} is not {what}",
        effect="nothing is shown",
        fix=f"choose from {', '.join(choices)}",
    )
