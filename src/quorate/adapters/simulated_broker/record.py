"""The account as its journal rows tell it, and back without loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import msgspec

from quorate.adapters.simulated_broker.account import HeldOrder, HeldPosition, SimulatedAccount
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event, JournalEntry

MOVED: Final = "broker.moved"
"""The type of the rows: each holds the account without the orders that it leaves alone."""


class _Row(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a row holds; numbers are exact text."""

    version: int
    session: date
    is_open: bool
    cash: Decimal
    positions: dict[str, HeldPosition]
    closes: dict[str, Decimal]
    traded: dict[str, Decimal]
    orders: tuple[HeldOrder, ...]


def stream_of(book: BookName) -> str:
    """Return the stream that a book's account stands in."""
    return f"broker:{book}"


def row_of(book: BookName, account: SimulatedAccount, changed: Iterable[HeldOrder]) -> Event:
    """Return the row of an account and the orders that changed with it."""
    row = _Row(
        version=account.version,
        session=account.session,
        is_open=account.is_open,
        cash=account.cash,
        positions={str(symbol): each for symbol, each in account.positions.items()},
        closes={str(symbol): each for symbol, each in account.closes.items()},
        traded={str(symbol): each for symbol, each in account.traded.items()},
        orders=tuple(changed),
    )
    return Event(stream=stream_of(book), type=MOVED, book=book, payload=msgspec.to_builtins(row))


def account_of(rows: Sequence[JournalEntry], first: SimulatedAccount) -> SimulatedAccount:
    """Return the account after its rows, `first` before any.

    Raises:
        InvariantBrokenError: a row is not what `row_of` wrote.
    """
    account, orders = first, dict(first.orders)
    for entry in rows:
        row = _read(entry)
        orders |= {order.client_order_id: order for order in row.orders}
        account = SimulatedAccount(
            session=row.session,
            is_open=row.is_open,
            cash=row.cash,
            version=row.version,
            positions=MappingProxyType({Symbol(key): each for key, each in row.positions.items()}),
            closes=MappingProxyType({Symbol(key): each for key, each in row.closes.items()}),
            traded=MappingProxyType({Symbol(key): each for key, each in row.traded.items()}),
        )
    return replace(account, orders=MappingProxyType(orders))


def _read(entry: JournalEntry) -> _Row:
    try:
        return msgspec.convert(entry.facts, type=_Row)
    except msgspec.ValidationError as error:
        raise InvariantBrokenError(f"row {entry.seq} tells no account: {error}") from error
