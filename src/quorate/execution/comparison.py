"""The newest comparisons with the broker, as people see them: what differs, and since when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import JournalEntry


class Gap(NamedTuple):
    """A symbol of which the broker holds another number of shares than our executions say."""

    symbol: Symbol
    ours: Decimal
    brokers: Decimal

    @property
    def difference(self) -> Decimal:
        """Return what the broker has more than we."""
        return self.brokers - self.ours


class External(NamedTuple):
    """An order at the broker that nobody here placed."""

    broker_order_id: str
    symbol: Symbol
    side: str
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the newest comparison found; `since` is the oldest that disagreed in a row, empty where it agrees."""

    book: BookName
    at: str
    seq: int
    gaps: tuple[Gap, ...] = ()
    external: tuple[External, ...] = ()
    in_doubt: tuple[str, ...] = ()
    since: str = ""

    @property
    def agrees(self) -> bool:
        """Return whether the broker and we say the same."""
        return not (self.gaps or self.external or self.in_doubt)

    def gap_of(self, symbol: Symbol) -> Gap | None:
        """Return the difference on a symbol, None where there is none."""
        return next((gap for gap in self.gaps if gap.symbol == symbol), None)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the object that programs get."""
        return {
            "book": self.book,
            "at": self.at,
            "agrees": self.agrees,
            "since": self.since or None,
            "gaps": [
                {"symbol": gap.symbol, "ours": f"{gap.ours:f}", "brokers": f"{gap.brokers:f}"}
                for gap in self.gaps
            ],
            "external": [
                {
                    "brokerOrderId": each.broker_order_id,
                    "symbol": each.symbol,
                    "side": each.side.upper(),
                    "qty": each.quantity or None,
                }
                for each in self.external
            ],
            "inDoubt": list(self.in_doubt),
        }


def newest_comparison(entries: Sequence[JournalEntry]) -> Comparison | None:
    """Return what the newest of some rows `orders.reconciled` tells, None without any; `entries` are newest first."""
    if not entries:
        return None
    newest, told = entries[0], entries[0].facts
    unsettled = list(takewhile(lambda entry: entry.facts.get("agrees") is not True, entries))
    return Comparison(
        book=newest.book,
        at=str(told.get("at", newest.ts)),
        seq=newest.seq,
        gaps=tuple(
            Gap(Symbol(str(each["symbol"])), _shares(each["ours"]), _shares(each["brokers"]))
            for each in _objects(told.get("gaps"))
        ),
        external=tuple(
            External(
                str(each["brokerOrderId"]),
                Symbol(str(each["symbol"])),
                str(each["side"]),
                str(each.get("quantity") or ""),
            )
            for each in _objects(told.get("external"))
        ),
        in_doubt=_texts(told.get("inDoubt")),
        since=str(unsettled[-1].facts.get("at", "")) if unsettled else "",
    )


def _shares(text: Json) -> Decimal:
    return Decimal(str(text))


def _objects(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
