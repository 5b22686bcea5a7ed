"""Keeping an imported book: its log, line by line, through our own ledger and lots, and its worth day by day.

Cash and shares follow from the trades; what a line says it holds and no trade explains is booked as capital that came
or went, or as shares without a cost, and is a finding. After every line our book and the log's totals are alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.arena.imported.bars import Market
from quorate.arena.imported.findings import (
    Change,
    Finding,
    fill_price,
    findings_of,
    is_trade,
    unexplained_cash,
)
from quorate.arena.imported.reading import Step
from quorate.arena.imported.source import Moment, in_places
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId, Symbol
from quorate.portfolio import FillReason, Side
from quorate.portfolio.kept_book import (
    Closing,
    KeptBook,
    Plan,
    Trade,
    bought,
    marked_at,
    opened_kept_book,
    sold,
)
from quorate.portfolio.ledger import Account

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A trade as it was booked; `price` is what a share cost or brought."""

    line: int
    moment: str
    side: Side
    symbol: Symbol
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedBook:
    """What one log came to. `curve` is its worth at the start and on every marked day.

    `moves` are its trades of a quantity, `outcomes` what its lots came to once all of a lot was sold, oldest first.
    """

    name: str
    lines: int
    curve: tuple[Decimal, ...]
    moves: tuple[Move, ...]
    findings: tuple[Finding, ...]
    outcomes: tuple[Decimal, ...]


def kept(
    name: str, steps: Sequence[Step], market: Market, days: Sequence[date], terms: ArenaTerms
) -> ImportedBook:
    """Return the book of one log, marked on `days`; what it did after the last of them is in no mark."""
    keeper = _Keeper(name, market, terms)
    curve, done = [terms.capital], 0
    for day in days:
        until = terms.until(day, daily=market.daily)
        while done < len(steps) and steps[done].moment <= until:
            keeper.take(steps[done])
            done += 1
        curve.append(keeper.worth(until))
    for step in steps[done:]:
        keeper.take(step)
    return ImportedBook(
        name=name,
        lines=len(steps),
        curve=tuple(curve),
        moves=tuple(keeper.moves),
        findings=tuple(keeper.findings),
        outcomes=tuple(keeper.outcomes),
    )


class _Keeper:
    """One book while its log is read."""

    def __init__(self, name: str, market: Market, terms: ArenaTerms) -> None:
        self.moves: list[Move] = []
        self.findings: list[Finding] = []
        self.outcomes: list[Decimal] = []
        self._name = name
        self._market = market
        self._terms = terms
        self._book = opened_kept_book(terms.capital)
        self._gained: dict[DecisionId, Decimal] = {}

    def take(self, step: Step) -> None:
        """Book a step, and hold it against its own totals and its bar."""
        change = self._change(step)
        found = findings_of(self._name, step, change, self._market, self._terms)
        self.findings.extend(found)
        if is_trade(step):
            self._trade(step, change)
        self._adjust(step, change)
        self._require_alike(step)

    def worth(self, until: Moment) -> Decimal:
        """Return what the book is worth at the last closes, to the last place: logs keep parts of a cent.

        A symbol without any close yet is at its last fill.
        """
        closes = self._market.closes_until(until)
        self._book = marked_at(self._book, closes, lambda lot: lot.sessions)
        positions = (
            self._book.quantity_of(symbol) * self._book.price_of(symbol)
            for symbol in self._book.symbols
        )
        return in_places(self._book.cash + sum(positions, NOTHING))

    def _change(self, step: Step) -> Change:
        held = {symbol: self._book.quantity_of(symbol) for symbol in self._book.symbols}
        moved = {
            symbol: step.shares.get(symbol, NOTHING) - held.get(symbol, NOTHING)
            for symbol in {*held, *step.shares}
        }
        return Change(
            cash=step.cash - self._book.cash,
            shares={symbol: amount for symbol, amount in moved.items() if amount},
        )

    def _trade(self, step: Step, change: Change) -> None:
        symbol, side = step.symbol, step.side
        if symbol is None or side is None:
            raise InvariantBrokenError(f"{step.line.place}: a trade without a symbol")
        price = fill_price(step, change)
        self.moves.append(
            Move(
                line=step.line.number,
                moment=str(step.moment),
                side=side,
                symbol=symbol,
                quantity=step.amount,
                price=in_places(price),
            )
        )
        booked = NOTHING if unexplained_cash(step, change) else price
        if side is Side.BUY:
            trade = self._trade_of(step, symbol, side, step.amount, booked)
            self._book = bought(self._book, trade, step.moment.day, Plan())
        else:
            self._sell(step, symbol, booked)

    def _sell(self, step: Step, symbol: Symbol, price: Decimal) -> None:
        """Sell what is held of what the line sold; what the rest brought came from nowhere, and is paid in."""
        held = min(self._book.quantity_of(symbol), step.amount)
        brought = self._trade_of(step, symbol, Side.SELL, step.amount, price).notional
        if held:
            trade = self._trade_of(step, symbol, Side.SELL, held, price)
            self._book, closings = sold(self._book, trade, step.moment.day)
            self.outcomes.extend(self._closed(closings))
            brought -= trade.notional
        self._book = _paid_in(self._book, brought)

    def _adjust(self, step: Step, change: Change) -> None:
        """Book what the line holds beyond its trade, so that the book is again as the log says."""
        self._book = _paid_in(self._book, unexplained_cash(step, change))
        for symbol in sorted({*self._book.symbols, *step.shares}):
            beyond = step.shares.get(symbol, NOTHING) - self._book.quantity_of(symbol)
            if not beyond:
                continue
            side = Side.BUY if beyond > 0 else Side.SELL
            trade = self._trade_of(step, symbol, side, abs(beyond))
            if side is Side.BUY:
                self._book = bought(self._book, trade, step.moment.day, Plan())
            else:
                self._book, _ = sold(self._book, trade, step.moment.day)

    def _trade_of(
        self, step: Step, symbol: Symbol, side: Side, quantity: Decimal, price: Decimal = NOTHING
    ) -> Trade:
        """Return shares that change hands as our books know it; those that no trade explains cost nothing."""
        explained = price != NOTHING or side is step.side
        place = f"{self._name}/{step.step_id}" + ("" if explained else f"/{symbol}")
        reason = FillReason.ENTRY if side is Side.BUY else FillReason.SALE
        return Trade(
            id=place,
            order=place,
            decision_id=DecisionId(place),
            symbol=symbol,
            side=side,
            reason=reason if explained else FillReason.FLATTEN,
            quantity=quantity,
            price=price,
            in_cents=False,
        )

    def _closed(self, closings: Sequence[Closing]) -> Iterator[Decimal]:
        """Yield what the lots came to of which nothing is left."""
        left = {lot.decision_id for lot in self._book.lots}
        for closing in closings:
            gained = self._gained.pop(closing.decision_id, NOTHING) + closing.pnl
            if closing.decision_id in left:
                self._gained[closing.decision_id] = gained
            else:
                yield gained

    def _require_alike(self, step: Step) -> None:
        held = {symbol: self._book.quantity_of(symbol) for symbol in self._book.symbols}
        if self._book.cash != step.cash or held != dict(step.shares):
            raise InvariantBrokenError(
                f"{step.line.place}: the book holds {self._book.cash} and {held}, the log says "
                f"{step.cash} and {dict(step.shares)}"
            )


def _paid_in(book: KeptBook, amount: Decimal) -> KeptBook:
    """Return the book with cash that came from outside, or went there."""
    if not amount:
        return book
    moved = {Account.CASH: amount, Account.CAPITAL: -amount}
    return replace(book, ledger=book.ledger.posted(moved))
