"""A virtual book: cash, lots and waiting orders of one participant, taken from session to session by the bars alone.

corporate actions -> waiting sales and entries at the open -> stop, target, horizon -> marks at the close
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType

from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.money import Quantity, Usd
from quorate.market.actions import CorporateAction
from quorate.market.bar import Bar
from quorate.portfolio.book import Book, BookMode
from quorate.portfolio.corporate import close_after, dividend_on, lot_after, order_after
from quorate.portfolio.fill_model import bought_at, protective_exit, sold_at
from quorate.portfolio.ledger import ZERO, Account, Ledger, cents, opened_ledger
from quorate.portfolio.limits import Refusal, Standing, allowed_entry
from quorate.portfolio.lot import Fill, FillReason, Lot, Order, Outcome
from quorate.portfolio.policy import PortfolioPolicy
from quorate.portfolio.side import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMarket:
    """What happened in one session: the bars of the symbols that traded, and the actions that took effect."""

    session: date
    bars: Mapping[Symbol, Bar]
    actions: Mapping[Symbol, Sequence[CorporateAction]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualBook:
    """One participant's book. `closes` are the last prices known; `day_start` and `peak` are equities at a close."""

    name: str
    ledger: Ledger
    lots: tuple[Lot, ...] = ()
    orders: tuple[Order, ...] = ()
    closes: Mapping[Symbol, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    day_start: Decimal
    peak: Decimal

    @property
    def cash(self) -> Decimal:
        """Return the cash, never below nothing."""
        return self.ledger.of(Account.CASH)

    @property
    def equity(self) -> Decimal:
        """Return what the book is worth at the last prices, in whole cents of its positions, debts taken off."""
        worth = sum((cents(lot.quantity * self.closes[lot.symbol]) for lot in self.lots), ZERO)
        return self.cash + worth + self.ledger.of(Account.OWED)

    def quantity_of(self, symbol: Symbol) -> Decimal:
        """Return how much of `symbol` is held."""
        return sum((lot.quantity for lot in self.lots if lot.symbol == symbol), ZERO)

    def as_book(self, name: BookName, mode: BookMode = BookMode.REPLAY) -> Book:
        """Return the book as the arena and its agents see it."""
        held = {
            symbol: Quantity(self.quantity_of(symbol))
            for symbol in sorted({lot.symbol for lot in self.lots})
        }
        return Book(name=name, mode=mode, cash=Usd(self.cash), positions=held)

    def standing(self, symbol: Symbol, volume: Decimal | None = None) -> Standing:
        """Return what the checks ask of the book before an entry in `symbol`."""
        price = self.closes.get(symbol, ZERO)
        return Standing(
            equity=self.equity,
            cash=self.cash,
            position=self.quantity_of(symbol) * price,
            day_start=self.day_start,
            peak=self.peak,
            volume=volume,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedSession:
    """A book after a session, and what happened to it."""

    book: VirtualBook
    fills: tuple[Fill, ...]
    outcomes: tuple[Outcome, ...]
    refusals: tuple[Refusal, ...]


def opened_book(name: str, capital: Decimal) -> VirtualBook:
    """Return a book that holds `capital` in cash and nothing else."""
    return VirtualBook(name=name, ledger=opened_ledger(capital), day_start=capital, peak=capital)


def with_orders(book: VirtualBook, orders: Iterable[Order]) -> VirtualBook:
    """Return the book with `orders` waiting for the next open of their symbols."""
    return replace(book, orders=(*book.orders, *orders))


def charged(book: VirtualBook, cost: Decimal) -> VirtualBook:
    """Return the book after it paid for its model calls; what the cash does not cover is owed."""
    ledger = book.ledger.posted(_paid(book.ledger, Account.MODEL_COST, cost))
    after = replace(book, ledger=ledger)
    return replace(after, peak=max(book.peak, after.equity))


def play_session(
    book: VirtualBook, market: SessionMarket, policy: PortfolioPolicy, *, limited: bool = True
) -> PlayedSession:
    """Return the book at the close of a session; without limits an entry is bounded by the cash alone.

    An order whose symbol did not trade goes on waiting; a lot whose symbol did not trade keeps its last price.
    """
    day = _Day(book, market, policy, limited=limited)
    day.adjust()
    day.fill_orders()
    day.leave()
    day.mark()
    return PlayedSession(
        book=day.book,
        fills=tuple(day.fills),
        outcomes=tuple(day.outcomes),
        refusals=tuple(day.refusals),
    )


class _Day:
    """One session of one book, step by step."""

    def __init__(
        self, book: VirtualBook, market: SessionMarket, policy: PortfolioPolicy, *, limited: bool
    ) -> None:
        self.book = book
        self.fills: list[Fill] = []
        self.outcomes: list[Outcome] = []
        self.refusals: list[Refusal] = []
        self._market = market
        self._policy = policy
        self._limited = limited

    def adjust(self) -> None:
        """Apply the corporate actions of the session to what is held, then note where the day begins."""
        for symbol, actions in self._market.actions.items():
            for action in actions:
                if symbol in self.book.closes:
                    self._act(symbol, action)
        self.book = replace(self.book, day_start=self.book.equity)

    def fill_orders(self) -> None:
        """Fill what waits, sales before entries, at the open of each symbol that trades."""
        bars, orders = self._market.bars, self.book.orders
        self.book = replace(
            self.book, orders=tuple(order for order in orders if order.symbol not in bars)
        )
        ready = (order for order in orders if order.symbol in bars)
        for order in sorted(ready, key=lambda order: order.side is Side.BUY):
            if order.side is Side.SELL:
                self._sell_all(order)
            else:
                self._enter(order)

    def leave(self) -> None:
        """Leave every lot whose stop, target or horizon the bar reached; the others are a session older."""
        for lot in self.book.lots:
            bar = self._market.bars.get(lot.symbol)
            if bar is None:
                continue
            left = protective_exit(lot, bar)
            if left is not None:
                self._close(lot, left.price, left.reason)
            else:
                older = replace(lot, sessions=lot.sessions + 1)
                lots = tuple(older if each is lot else each for each in self.book.lots)
                self.book = replace(self.book, lots=lots)

    def mark(self) -> None:
        """Mark every symbol at its close, and note the peak."""
        closes = {symbol: bar.close for symbol, bar in self._market.bars.items()}
        marked = replace(self.book, closes=MappingProxyType({**self.book.closes, **closes}))
        self.book = replace(marked, peak=max(marked.peak, marked.equity))

    def _act(self, symbol: Symbol, action: CorporateAction) -> None:
        book, close = self.book, self.book.closes[symbol]
        ours = [lot for lot in book.lots if lot.symbol == symbol]
        paid = sum((dividend_on(lot.quantity, action, close) for lot in ours), ZERO)
        self.book = replace(
            book,
            ledger=book.ledger.posted({Account.CASH: paid, Account.DIVIDENDS: -paid}),
            lots=tuple(
                lot_after(lot, action, close) if lot.symbol == symbol else lot for lot in book.lots
            ),
            orders=tuple(
                order_after(order, action) if order.symbol == symbol else order
                for order in book.orders
            ),
            closes=MappingProxyType({**book.closes, symbol: close_after(close, action)}),
        )

    def _sell_all(self, order: Order) -> None:
        opened = self._market.bars[order.symbol].open
        for lot in self.book.lots:
            if lot.symbol == order.symbol:
                self._close(lot, opened, FillReason.SALE)

    def _enter(self, order: Order) -> None:
        price = bought_at(self._market.bars[order.symbol].open, self._policy.slippage_bps)
        quantity = self._allowed(order, price)
        if quantity < 1:
            return
        fee, notional = self._policy.fee_per_fill_usd, cents(quantity * price)
        lot = Lot(
            decision_id=order.decision_id,
            symbol=order.symbol,
            opened=self._market.session,
            quantity=quantity,
            cost=notional,
            fee=fee,
            stop=order.stop,
            target=order.target,
            horizon=order.horizon,
        )
        ledger = self.book.ledger.posted(
            {Account.CASH: -notional - fee, Account.POSITIONS: notional, Account.FEES: fee}
        )
        closes = MappingProxyType({**self.book.closes, order.symbol: price})
        self.book = replace(self.book, ledger=ledger, lots=(*self.book.lots, lot), closes=closes)
        self._filled(lot, Side.BUY, FillReason.ENTRY, price, notional)

    def _allowed(self, order: Order, price: Decimal) -> Decimal:
        """Return how much of an entry the book may buy at the price that the open gave."""
        if not self._limited:
            return self._affordable(order.quantity, price)
        sized = allowed_entry(
            order.quantity, price, order.stop, self.book.standing(order.symbol), self._policy
        )
        if sized.code is not None:
            self.refusals.append(
                Refusal(decision_id=order.decision_id, symbol=order.symbol, code=sized.code)
            )
        return sized.quantity

    def _affordable(self, quantity: Decimal, price: Decimal) -> Decimal:
        free = max(self.book.cash - self._policy.fee_per_fill_usd, ZERO)
        most = (free / price).quantize(Decimal(1), rounding=ROUND_FLOOR)
        bought = min(quantity, most)
        return bought - 1 if cents(bought * price) > free else bought

    def _close(self, lot: Lot, price: Decimal, reason: FillReason) -> None:
        sold = sold_at(price, self._policy.slippage_bps)
        notional, fee = cents(lot.quantity * sold), self._policy.fee_per_fill_usd
        proceeds = self.book.ledger.posted(
            {
                Account.CASH: notional,
                Account.POSITIONS: -lot.cost,
                Account.GAINS: lot.cost - notional,
            }
        )
        ledger = proceeds.posted(_paid(proceeds, Account.FEES, fee))
        lots = tuple(each for each in self.book.lots if each is not lot)
        self.book = replace(self.book, ledger=ledger, lots=lots)
        self._filled(lot, Side.SELL, reason, sold, notional)
        self.outcomes.append(
            Outcome(
                decision_id=lot.decision_id,
                symbol=lot.symbol,
                opened=lot.opened,
                closed=self._market.session,
                sessions=lot.sessions + (reason is not FillReason.SALE),
                reason=reason,
                pnl=notional + lot.income - lot.cost - lot.fee - fee,
            )
        )

    def _filled(
        self, lot: Lot, side: Side, reason: FillReason, price: Decimal, notional: Decimal
    ) -> None:
        self.fills.append(
            Fill(
                session=self._market.session,
                decision_id=lot.decision_id,
                symbol=lot.symbol,
                side=side,
                reason=reason,
                quantity=lot.quantity,
                price=price,
                notional=notional,
                fee=self._policy.fee_per_fill_usd,
            )
        )


def _paid(ledger: Ledger, account: Account, amount: Decimal) -> dict[Account, Decimal]:
    """Return the movement that pays `amount` for something: from the cash as far as it goes, the rest is owed."""
    cash = min(amount, ledger.of(Account.CASH))
    return {account: amount, Account.CASH: -cash, Account.OWED: cash - amount}
