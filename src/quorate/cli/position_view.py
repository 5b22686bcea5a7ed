"""What a book holds, as a person reads it: made of what programs get, so a hub's answer reads alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from quorate.cli.listing import Row, parts_of, table
from quorate.cli.order_view import price
from quorate.cycle.story.words import dollars
from quorate.kernel.errors import RejectedError

COLUMNS: Final = ("symbol", "qty", "avgPrice", "marketValue", "unrealizedPnl", "stop", "decisionId")

_SOURCES: Final = {
    "broker": "by the broker's word",
    "last_mark": "as the book was marked last; the broker gave no answer",
    "own_executions": "by our own fills alone; nobody told prices",
}


def positions_lines(held: Row) -> Iterator[str]:
    """Yield the positions of one page, and who says so."""
    rows = [_row(each) for each in parts_of(held, "items")]
    yield from table(rows, COLUMNS) if rows else [f"Book {held['book']} holds nothing."]
    yield ""
    yield _said(held)


def one_of(held: Row, symbol: str) -> Row:
    """Return the position in a symbol with what stands above the list.

    Raises:
        RejectedError: the book holds none (slug `not-found`).
    """
    found = [each for each in parts_of(held, "items") if each["symbol"] == symbol]
    if not found:
        raise RejectedError(
            f"book {held['book']} holds no {symbol}",
            effect="nothing is shown",
            fix="quorate positions list",
            slug="not-found",
        )
    head = {name: value for name, value in held.items() if name not in {"items", "nextCursor"}}
    return {**head, **found[0]}


def position_lines(line: Row) -> Iterator[str]:
    """Yield one position: what it is worth, what protects it, which decision opened it, and who says so."""
    bought = _price(line["avgPrice"]) or "unknown"
    yield f"{line['symbol']}   {_quantity(line)} shares   bought at {bought}"
    yield f"  worth            {_dollars(line['marketValue']) or 'unknown'}"
    yield f"  unrealized       {_dollars(line['unrealizedPnl']) or 'unknown'}"
    yield f"  protective stop  {_stop(line) or 'none'}"
    yield f"  opened by        {line['decisionId'] or 'nobody here'}"
    yield _said(line)


def _row(line: Row) -> Row:
    return {
        "symbol": line["symbol"],
        "decisionId": line["decisionId"],
        "qty": _quantity(line),
        "avgPrice": _price(line["avgPrice"]),
        "marketValue": _dollars(line["marketValue"]),
        "unrealizedPnl": _dollars(line["unrealizedPnl"]),
        "stop": _stop(line),
    }


def _quantity(line: Row) -> str:
    return f"{line['qty']} (ours {line['ourQty']})" if line["differs"] else str(line["qty"])


def _stop(line: Row) -> str | None:
    if line["stop"] is None:
        return None
    some = f" for {line['stopQty']}" if line["unprotectedQty"] != "0" else ""
    return f"{_price(line['stop'])}{some}"


def _price(text: object) -> str | None:
    return None if text is None else price(Decimal(str(text)))


def _dollars(text: object) -> str | None:
    return None if text is None else dollars(Decimal(str(text)))


def _said(held: Row) -> str:
    """Return who says so and as of when; what is not the broker's word of just now is told as such."""
    why = f" ({held['why']})" if held["why"] else ""
    dated = f", as of {str(held['asOf'])[:19]}" if held["asOf"] else ""
    return f"Book {held['book']} ({held['bookMode']}), {_SOURCES[str(held['source'])]}{why}{dated}."
