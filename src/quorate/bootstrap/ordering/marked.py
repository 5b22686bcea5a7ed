"""Marked: what the newest mark of a book tells where its broker does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from quorate.adapters.sql.outcome_listing import MarkLine
from quorate.execution.broker import BrokerPosition
from quorate.execution.positions import Source
from quorate.kernel.canonical import Json
from quorate.kernel.ids import Symbol
from quorate.portfolio.book import Book, BookMode


def second_hand(mark: MarkLine | None) -> Source:
    """Return who is believed when the broker gives no answer."""
    return Source.OWN_EXECUTIONS if mark is None else Source.LAST_MARK


def marked_positions(mark: MarkLine | None) -> Sequence[BrokerPosition]:
    """Return what a mark says is held, nothing before the first."""
    told = mark.told.get("positions") if mark else None
    held = told if isinstance(told, Mapping) else {}
    return [
        BrokerPosition(
            symbol=Symbol(symbol),
            quantity=Decimal(str(each["quantity"])),
            average_price=Decimal(str(each["averagePrice"])),
            market_value=_amount(each.get("value")),
        )
        for symbol, each in sorted(held.items())
        if isinstance(each, Mapping)
    ]


def money_of(mark: MarkLine | None) -> tuple[Decimal | None, Decimal | None]:
    """Return equity and cash of a mark, in USD."""
    told = mark.told if mark else {}
    return _amount(told.get("equity")), _amount(told.get("cash"))


def marked_as_of(book: Book, mark: MarkLine | None) -> str:
    """Return what date the figures of a mark are of: a REPLAY book's session, else when it was made; empty without."""
    if mark is None:
        return ""
    return mark.session if book.mode is BookMode.REPLAY else mark.at


def _amount(value: Json) -> Decimal | None:
    return None if value is None else Decimal(str(value))
