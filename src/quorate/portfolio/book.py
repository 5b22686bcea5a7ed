"""A book: one portfolio with its mode; REPLAY, PAPER and LIVE never mix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.money import Quantity, Usd


class BookMode(StrEnum):
    """Where a book's prices and fills come from. Source: DESIGN 5."""

    REPLAY = "REPLAY"
    PAPER = "PAPER"
    LIVE = "LIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What a book holds now: cash, and the quantity of each symbol (symbols not held are absent)."""

    name: BookName
    mode: BookMode
    cash: Usd
    positions: Mapping[Symbol, Quantity] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def state_hash(self) -> str:
        """Return the hash of all that a decision may depend on in this book."""
        held: dict[str, JsonValue] = {
            symbol: quantity.amount for symbol, quantity in self.positions.items()
        }
        return digest({"mode": self.mode, "cash": self.cash.amount, "positions": held})

    def quantity_of(self, symbol: Symbol) -> Decimal:
        """Return how much of `symbol` the book holds, zero included."""
        held = self.positions.get(symbol)
        return held.amount if held else Decimal(0)
