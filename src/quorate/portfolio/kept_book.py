"""A kept book: ledger and lots of a book that trades at a broker, folded from its own executions and nothing else.

Cash, positions and gains follow from what was bought and sold; a broker's account is held against them, never copied.
Source: DESIGN 8 (Outcomes), RELIABILITY 4.2 (invariants 1 and 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId, Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.portfolio.corporate import close_after, dividend_on, lot_after
from quorate.portfolio.ledger import ZERO, Account, Ledger, cents, opened_ledger
from quorate.portfolio.lot import FillReason, Lot
from quorate.portfolio.side import Side

DUST: Final = Decimal("0.000000001")
"""The last decimal of a share that a broker trades; less than it is a rest of division. Source: RELIABILITY 2.0."""

_NOISE: Final = Decimal("0.0000000001")
"""A price that was worked out of an average may be off in its last digits; so much of an amount is not believed."""

OWN_EXITS: Final = frozenset({FillReason.STOP, FillReason.TARGET, FillReason.HORIZON})
"""Exits that were set for a decision; they leave its own lots before any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """Shares that changed hands: `id` is the execution's, `order` the order's, `decision_id` that of the order.

    `fee` comes on top of what the shares cost, in USD; `in_cents` says that the broker books whole cents.
    """

    id: str
    order: str
    decision_id: DecisionId
    symbol: Symbol
    side: Side
    reason: FillReason
    quantity: Decimal
    price: Decimal
    fee: Decimal = ZERO
    in_cents: bool = True

    @property
    def notional(self) -> Decimal:
        """Return what the shares cost or brought, as the broker books it."""
        exact = (self.quantity * self.price).quantize(_NOISE)
        return cents(exact) if self.in_cents else exact


class Plan(NamedTuple):
    """Where a lot is to be left, in USD a share and in sessions; None is no such exit."""

    stop: Decimal | None = None
    target: Decimal | None = None
    horizon: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Shares of one lot that were sold. `pnl` is net of the fees of both sides, dividends included."""

    decision_id: DecisionId
    symbol: Symbol
    opened: date
    closed: date
    sessions: int
    reason: FillReason
    trade: str
    order: str
    quantity: Decimal
    price: Decimal
    cost: Decimal
    pnl: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBook:
    """Ledger, lots oldest first, and the last prices known of what is held."""

    ledger: Ledger
    lots: tuple[Lot, ...] = ()
    prices: Mapping[Symbol, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def cash(self) -> Decimal:
        """Return the cash, below nothing where the broker lent some."""
        return self.ledger.of(Account.CASH) + self.ledger.of(Account.OWED)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Return what is held, in order."""
        return tuple(sorted({lot.symbol for lot in self.lots}))

    @property
    def equity(self) -> Decimal:
        """Return the cash and what the positions are worth at the last prices, each in whole cents."""
        return self.cash + sum((self.worth_of(symbol) for symbol in self.symbols), ZERO)

    def lots_of(self, symbol: Symbol) -> tuple[Lot, ...]:
        """Return the lots of a symbol, oldest first."""
        return tuple(lot for lot in self.lots if lot.symbol == symbol)

    def quantity_of(self, symbol: Symbol) -> Decimal:
        """Return the shares held of a symbol."""
        return sum((lot.quantity for lot in self.lots if lot.symbol == symbol), ZERO)

    def cost_of(self, symbol: Symbol) -> Decimal:
        """Return what the shares held of a symbol cost in all, without fees."""
        return sum((lot.cost for lot in self.lots if lot.symbol == symbol), ZERO)

    def price_of(self, symbol: Symbol) -> Decimal:
        """Return the last price known of a symbol that is held, what it cost where none is."""
        known = self.prices.get(symbol)
        return self.cost_of(symbol) / self.quantity_of(symbol) if known is None else known

    def worth_of(self, symbol: Symbol) -> Decimal:
        """Return what the shares held of a symbol are worth at its last price."""
        return cents(self.quantity_of(symbol) * self.price_of(symbol))


def opened_kept_book(cash: Decimal) -> KeptBook:
    """Return a book that has cash and nothing else."""
    return KeptBook(ledger=opened_ledger(cash))


def bought(book: KeptBook, trade: Trade, session: date, plan: Plan) -> KeptBook:
    """Return the book with one more lot."""
    cost = trade.notional
    lot = Lot(
        decision_id=trade.decision_id,
        symbol=trade.symbol,
        opened=session,
        quantity=trade.quantity,
        cost=cost,
        fee=trade.fee,
        stop=plan.stop,
        target=plan.target,
        horizon=plan.horizon,
    )
    ledger = _posted(
        book.ledger,
        {
            Account.CASH: -cost - trade.fee,
            Account.POSITIONS: cost,
            Account.FEES: trade.fee,
        },
    )
    return replace(_priced(book, trade), ledger=ledger, lots=(*book.lots, lot))


def sold(book: KeptBook, trade: Trade, session: date) -> tuple[KeptBook, tuple[Closing, ...]]:
    """Return the book after a sale, and what it closed.

    An exit that was set for a decision leaves that decision's lots first; every sale takes the oldest lots first.

    Raises:
        InvariantBrokenError: more was sold than is held.
    """
    taken = _taken(book, trade)
    parts = list(taken.values())
    shares = [part.quantity for part in parts]
    proceeds, fees = shared_out(trade.notional, shares), shared_out(trade.fee, shares)
    closings = tuple(
        _closing(part, trade, session, gained - fee)
        for part, gained, fee in zip(parts, proceeds, fees, strict=True)
    )
    cost = sum((part.cost for part in parts), ZERO)
    ledger = _posted(
        book.ledger,
        {
            Account.CASH: trade.notional - trade.fee,
            Account.POSITIONS: -cost,
            Account.GAINS: cost - trade.notional,
            Account.FEES: trade.fee,
        },
    )
    lots = [
        _less(lot, taken[place]) if place in taken else lot for place, lot in enumerate(book.lots)
    ]
    left = tuple(lot for lot in lots if lot.quantity >= DUST)
    return replace(_priced(book, trade), ledger=ledger, lots=left), closings


def acted(book: KeptBook, symbol: Symbol, action: CorporateAction) -> KeptBook:
    """Return the book over a corporate action on what it holds: more shares, or a dividend on all of them."""
    held = book.lots_of(symbol)
    if not held:
        return book
    close = book.price_of(symbol)
    prices = MappingProxyType({**book.prices, symbol: close_after(close, action)})
    if action.kind is ActionKind.DIVIDEND:
        return _paid(replace(book, prices=prices), held, dividend_on(_shares(held), action, close))
    lots = tuple(
        lot_after(lot, action, close) if lot.symbol == symbol else lot for lot in book.lots
    )
    return replace(book, lots=lots, prices=prices)


def marked_at(
    book: KeptBook, prices: Mapping[Symbol, Decimal], held: Callable[[Lot], int]
) -> KeptBook:
    """Return the book at new prices, every lot held for as many sessions as `held` says.

    What has no new price keeps its last.
    """
    known = {symbol: prices.get(symbol, book.price_of(symbol)) for symbol in book.symbols}
    lots = tuple(replace(lot, sessions=held(lot)) for lot in book.lots)
    return replace(book, prices=MappingProxyType(known), lots=lots)


def shared_out(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return `total` in whole cents by weight, so that the parts add up to it exactly."""
    whole = sum(weights, ZERO)
    parts: list[Decimal] = []
    weighed, given = ZERO, ZERO
    for weight in weights:
        weighed += weight
        upto = total if weighed == whole else cents(total * weighed / whole)
        parts.append(upto - given)
        given = upto
    return parts


def _taken(book: KeptBook, trade: Trade) -> dict[int, Lot]:
    """Return the parts of lots that a sale takes, by the lot's place, each with its share of cost, fee and income."""
    rest = trade.quantity
    parts: dict[int, Lot] = {}
    for place in _in_turn(book, trade):
        if rest < DUST:
            break
        lot = book.lots[place]
        parts[place] = lot if rest + DUST > lot.quantity else _part(lot, rest)
        rest -= parts[place].quantity
    if rest >= DUST or not parts:
        raise InvariantBrokenError(
            f"{trade.quantity} of {trade.symbol} were sold, {rest} more than the book holds"
        )
    return parts


def _in_turn(book: KeptBook, trade: Trade) -> list[int]:
    held = [place for place, lot in enumerate(book.lots) if lot.symbol == trade.symbol]
    if trade.reason not in OWN_EXITS:
        return held
    return sorted(held, key=lambda place: book.lots[place].decision_id != trade.decision_id)


def _part(lot: Lot, quantity: Decimal) -> Lot:
    share = quantity / lot.quantity
    return replace(
        lot,
        quantity=quantity,
        cost=cents(lot.cost * share),
        fee=cents(lot.fee * share),
        income=cents(lot.income * share),
    )


def _less(lot: Lot, part: Lot) -> Lot:
    return replace(
        lot,
        quantity=lot.quantity - part.quantity,
        cost=lot.cost - part.cost,
        fee=lot.fee - part.fee,
        income=lot.income - part.income,
    )


def _closing(part: Lot, trade: Trade, session: date, gained: Decimal) -> Closing:
    return Closing(
        decision_id=part.decision_id,
        symbol=part.symbol,
        opened=part.opened,
        closed=session,
        sessions=part.sessions,
        reason=trade.reason,
        trade=trade.id,
        order=trade.order,
        quantity=part.quantity,
        price=trade.price,
        cost=part.cost,
        pnl=gained + part.income - part.cost - part.fee,
    )


def _paid(book: KeptBook, held: Sequence[Lot], paid: Decimal) -> KeptBook:
    """Return the book after a dividend on all shares held, of which every lot gets its part."""
    parts = shared_out(paid, [lot.quantity for lot in held])
    income = dict(zip(map(id, held), parts, strict=True))
    lots = tuple(replace(lot, income=lot.income + income.get(id(lot), ZERO)) for lot in book.lots)
    ledger = _posted(book.ledger, {Account.CASH: paid, Account.DIVIDENDS: -paid})
    return replace(book, ledger=ledger, lots=lots)


def _shares(lots: Sequence[Lot]) -> Decimal:
    return sum((lot.quantity for lot in lots), ZERO)


def _priced(book: KeptBook, trade: Trade) -> KeptBook:
    return replace(book, prices=MappingProxyType({**book.prices, trade.symbol: trade.price}))


def _posted(ledger: Ledger, movement: Mapping[Account, Decimal]) -> Ledger:
    """Return the ledger after a movement; what the cash does not cover the broker lent, and is paid back first."""
    moved = {**movement}
    cash = ledger.of(Account.CASH) + ledger.of(Account.OWED) + moved.pop(Account.CASH, ZERO)
    has, owes = max(cash, ZERO), min(cash, ZERO)
    moved[Account.CASH] = has - ledger.of(Account.CASH)
    moved[Account.OWED] = owes - ledger.of(Account.OWED)
    return ledger.posted({account: amount for account, amount in moved.items() if amount})
