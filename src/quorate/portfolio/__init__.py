"""Portfolio: what a book holds, what its orders come to by the bars, and the ledger that has to balance."""

from quorate.portfolio.book import Book, BookMode
from quorate.portfolio.check_code import CheckCode
from quorate.portfolio.ledger import Account, Ledger
from quorate.portfolio.limits import Allowed, Refusal, Standing, allowed_entry
from quorate.portfolio.lot import Fill, FillReason, Lot, Order, Outcome, Result
from quorate.portfolio.policy import PortfolioPolicy
from quorate.portfolio.side import Side
from quorate.portfolio.virtual_book import (
    PlayedSession,
    SessionMarket,
    VirtualBook,
    charged,
    opened_book,
    play_session,
    with_orders,
)

__all__ = [
    "Account",
    "Allowed",
    "Book",
    "BookMode",
    "CheckCode",
    "Fill",
    "FillReason",
    "Ledger",
    "Lot",
    "Order",
    "Outcome",
    "PlayedSession",
    "PortfolioPolicy",
    "Refusal",
    "Result",
    "SessionMarket",
    "Side",
    "Standing",
    "VirtualBook",
    "allowed_entry",
    "charged",
    "opened_book",
    "play_session",
    "with_orders",
]
