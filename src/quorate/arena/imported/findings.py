"""Findings: what is wrong with a log when it is held against its own totals and against the bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.arena.imported.bars import Market
from quorate.arena.imported.reading import Step
from quorate.arena.imported.source import in_places
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.ids import Symbol
from quorate.portfolio.side import Side


class FindingKind(StrEnum):
    """What may be wrong with a line of a log."""

    OUTSIDE_BAR = "outside_bar"
    ZERO_QUANTITY = "zero_quantity"
    CASH = "cash_unexplained"
    SHARES = "shares_unexplained"
    UNKNOWN_SYMBOL = "unknown_symbol"
    NO_BAR = "no_bar"


WORDS: Final[Mapping[FindingKind, str]] = {
    FindingKind.OUTSIDE_BAR: "filled outside its bar",
    FindingKind.ZERO_QUANTITY: "traded a quantity of nothing",
    FindingKind.CASH: "cash that no trade explains",
    FindingKind.SHARES: "shares that no trade explains",
    FindingKind.UNKNOWN_SYMBOL: "traded a symbol without bars",
    FindingKind.NO_BAR: "traded at a time without a bar",
}
"""A kind in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong at a line of a log. `price` is what was paid, `low` and `high` the bar's range, if it is that."""

    kind: FindingKind
    participant: str
    line: int
    moment: str
    symbol: str
    detail: str
    price: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a step did by the log's own totals: `cash` more or less, and shares by symbol, those that changed."""

    cash: Decimal
    shares: Mapping[Symbol, Decimal]


def is_trade(step: Step) -> bool:
    """Return whether a step bought or sold anything."""
    return step.side is not None and step.amount > 0


def fill_price(step: Step, change: Change) -> Decimal:
    """Return what one share of a trade cost or brought: the change of the cash over the amount."""
    return abs(change.cash) / step.amount


def unexplained_cash(step: Step, change: Change) -> Decimal:
    """Return the change of the cash that the step does not explain: a buy only takes cash, a sale only brings it."""
    takes_or_brings = is_trade(step) and (
        change.cash <= 0 if step.side is Side.BUY else change.cash >= 0
    )
    return Decimal(0) if takes_or_brings else change.cash


def unexplained_shares(step: Step, change: Change) -> Mapping[Symbol, Decimal]:
    """Return the changes of shares beyond what the step bought or sold, by symbol."""
    rest = dict(change.shares)
    if is_trade(step) and step.symbol is not None:
        done = step.amount if step.side is Side.BUY else -step.amount
        rest[step.symbol] = rest.get(step.symbol, Decimal(0)) - done
    return {symbol: amount for symbol, amount in sorted(rest.items()) if amount}


def findings_of(
    participant: str, step: Step, change: Change, market: Market, terms: ArenaTerms
) -> Iterator[Finding]:
    """Yield what is wrong with a step."""
    for kind, detail in _of_totals(step, change, terms):
        yield _finding(kind, participant, step, detail)
    if is_trade(step) and step.symbol is not None:
        found = _of_bar(participant, step, fill_price(step, change), market, terms)
        yield from () if found is None else (found,)


def _of_totals(step: Step, change: Change, terms: ArenaTerms) -> Iterator[tuple[FindingKind, str]]:
    if step.side is not None and not step.amount:
        yield FindingKind.ZERO_QUANTITY, f"{step.side.value} of 0 shares"
    cash = unexplained_cash(step, change)
    if cash:
        yield FindingKind.CASH, f"{plain(cash)} {terms.currency} more than the line explains"
    for symbol, amount in unexplained_shares(step, change).items():
        yield FindingKind.SHARES, f"{plain(amount)} of {symbol} more than the line explains"


def _of_bar(
    participant: str, step: Step, price: Decimal, market: Market, terms: ArenaTerms
) -> Finding | None:
    """Return what the bar of a trade says against it."""
    series = market.series.get(step.symbol) if step.symbol else None
    if series is None:
        detail = f"there are no bars of {step.symbol}"
        return _finding(FindingKind.UNKNOWN_SYMBOL, participant, step, detail)
    bar = series.bar_at(step.moment)
    if bar is None:
        detail = f"{step.symbol} has no whole bar at {step.moment}"
        return _finding(FindingKind.NO_BAR, participant, step, detail)
    if not bar.misses(price, terms.tolerance):
        return None
    detail = f"{step.side} at {price:.4f}, its bar is {plain(bar.low)} to {plain(bar.high)}"
    found = _finding(FindingKind.OUTSIDE_BAR, participant, step, detail)
    return replace(found, price=in_places(price), low=bar.low, high=bar.high)


def _finding(kind: FindingKind, participant: str, step: Step, detail: str) -> Finding:
    return Finding(
        kind=kind,
        participant=participant,
        line=step.line.number,
        moment=str(step.moment),
        symbol=step.symbol or "",
        detail=detail,
    )


def plain(number: Decimal) -> str:
    """Return a number without the zeros behind it."""
    return f"{number.normalize():f}"
