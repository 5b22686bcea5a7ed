"""A kept book beside a simulated exchange, under any orders, bars, splits and dividends.

Source: RELIABILITY 4.2, invariants 1 (cash), 2 (positions) and 20 (outcomes).
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.adapters.simulated_broker.account import HeldOrder, SimulatedAccount
from quorate.adapters.simulated_broker.exchange import (
    FillCosts,
    begun,
    ended,
    opening,
    traded,
    with_orders,
)
from quorate.cycle.book_keeping.folding import Period, folded
from quorate.cycle.book_keeping.happening import EntryPlan, News, Played, Traded
from quorate.cycle.book_keeping.linking import outcomes_at
from quorate.cycle.book_keeping.outcome import REASON_OF, DecisionOrder, Fill, Linked
from quorate.cycle.book_keeping.sessions import sessions_held
from quorate.cycle.book_keeping.standing import marked, opened_standing, read_standing
from quorate.cycle.ports import MarkRequest
from quorate.execution.broker import BrokerAccount
from quorate.execution.order_table import OrderState
from quorate.execution.outcome_link import CLOSED, OutcomeStatus
from quorate.kernel.canonical import as_json
from quorate.kernel.ids import BookName, CycleId, DecisionId
from quorate.market.bar import Bar
from quorate.portfolio import BookMode, SessionMarket, Side
from quorate.portfolio.kept_book import Plan, Trade
from quorate.portfolio.ledger import Account
from quorate.risk import Leg, OrderKind
from tests.property.test_portfolio import START, SYMBOLS, actions, bars

BOOK = BookName("replay")
CASH = Decimal(100_000)
STATES = {
    "new": OrderState.WORKING,
    "partially_filled": OrderState.PARTIALLY_FILLED,
    "filled": OrderState.FILLED,
    "canceled": OrderState.CANCELED,
    "expired": OrderState.EXPIRED,
}


@dataclass
class Market:
    """The exchange with one account, and what the account's owner hears of it."""

    costs: FillCosts
    account: SimulatedAccount = field(
        default_factory=lambda: SimulatedAccount(session=START - timedelta(days=1), cash=CASH)
    )
    legs: dict[str, tuple[str, Leg]] = field(default_factory=dict)
    news: list[object] = field(default_factory=list)

    def submit(self, decision, leg, symbol, quantity, price=None):
        """Take an order; nothing is sold that is not held, and only what was entered has exits of its own."""
        if leg is Leg.EXIT:
            decision = "dec_8"
        elif leg is not Leg.ENTRY and decision != "dec_9" and decision not in self.entered:
            return
        number = len(self.account.orders) + 1
        side = Side.BUY if leg is Leg.ENTRY else Side.SELL
        if side is Side.SELL:
            quantity = min(quantity, self.account.sellable(symbol))
        if quantity <= 0:
            return
        order = HeldOrder(
            client_order_id=f"o-{number}",
            number=number,
            submitted=self.account.session,
            symbol=symbol,
            side=side,
            kind=OrderKind.MARKET if price is None else OrderKind.STOP,
            lasts=price is not None,
            quantity=quantity,
            price=price,
        )
        self.legs[order.client_order_id] = (decision, leg)
        self.account = with_orders(self.account, [order])

    @property
    def entered(self):
        """Return the decisions that wanted an entry."""
        return {decision for decision, leg in self.legs.values() if leg is Leg.ENTRY}

    def cancel_all(self):
        over = [replace(each, status="canceled") for each in self.account.open_orders]
        self.account = with_orders(self.account, over)

    def play(self, market):
        self.account = begun(self.account, market)
        self.news.append(Played(market.session, dict(self.account.closes)))
        for pieces in (opening(market.bars), market.bars):
            self._told(traded(self.account, pieces, self.costs))
        self._told(ended(self.account, tuple(market.bars)))
        self.news.append(Played(market.session, dict(self.account.closes)))

    def orders(self):
        """Return the orders of each decision as the database tells them."""
        found = {}
        for order in self.account.orders.values():
            decision, leg = self.legs[order.client_order_id]
            found.setdefault(decision, []).append(
                DecisionOrder(
                    client_order_id=order.client_order_id,
                    decision_id=decision,
                    symbol=order.symbol,
                    leg=leg,
                    state=STATES[order.status],
                    broker_order_id=order.broker_order_id,
                    fills=tuple(
                        Fill(each.id, each.quantity, each.price) for each in order.executions
                    ),
                )
            )
        return found

    def _told(self, result):
        self.account = result.account
        for tick in result.ticks:
            if tick.execution is None:
                continue
            decision, leg = self.legs[tick.order.client_order_id]
            trade = Trade(
                id=tick.execution.id,
                order=tick.order.client_order_id,
                decision_id=DecisionId(decision),
                symbol=tick.order.symbol,
                side=tick.order.side,
                reason=REASON_OF[leg],
                quantity=tick.execution.quantity,
                price=tick.execution.price,
                fee=self.costs.fee_usd,
            )
            self.news.append(Traded(trade))


class Keeper:
    """Folds, marks and links as the keeper does, without a database."""

    def __init__(self):
        self.standing = opened_standing(BOOK, CASH)
        self.outcomes = {}
        self.given = {}
        self.number = 0

    def mark(self, market):
        self.number += 1
        before, session = self.standing, market.account.session
        news = News(
            through=self.number,
            happenings=tuple(market.news),
            plans={"dec_0": EntryPlan(plan=Plan(horizon=3))},
        )
        period = Period(
            since=before.session,
            until=session,
            held=sessions_held(BookMode.REPLAY, before.session, session),
            actions=self.given,
        )
        after = folded(before.kept, news, period, market.account.closes)
        close = MarkRequest(
            cycle_id=CycleId(f"cyc_{self.number}"),
            session=session,
            at=datetime.combine(session, datetime.min.time(), tzinfo=UTC),
            prices=market.account.closes,
            actions=self.given,
            broker=BrokerAccount(
                account_id="x",
                cash=market.account.cash,
                equity=market.account.equity,
                buying_power=Decimal(0),
                day_trades=None,
                blocked=False,
            ),
        )
        mark = marked(before, close, after, through=self.number, broker_cash=market.account.cash)
        linked = Linked(orders=market.orders(), outcomes=self.outcomes)
        for outcome in outcomes_at(mark, linked, after):
            self.outcomes[outcome.decision_id] = outcome
        self.standing, self.given, market.news = mark, {}, []
        return mark


@st.composite
def days(draw):
    """What is wanted before each session, and the session; a mark is missing now and then."""
    wanted = st.tuples(
        st.sampled_from(["dec_0", "dec_1", "dec_2", "dec_3"]),
        st.sampled_from([Leg.ENTRY, Leg.ENTRY, Leg.STOP, Leg.EXIT, Leg.TARGET, Leg.FLATTEN]),
        st.sampled_from(SYMBOLS),
        st.integers(1, 60),
    )
    played = []
    for number in range(draw(st.integers(1, 8))):
        session = START + timedelta(days=number)
        market = SessionMarket(
            session=session,
            bars={symbol: draw(bars(session)) for symbol in SYMBOLS},
            actions={symbol: draw(actions(session)) for symbol in SYMBOLS},
        )
        played.append((draw(st.lists(wanted, max_size=4)), market, draw(st.booleans())))
    return played


fees = st.sampled_from([Decimal(0), Decimal("0.35"), Decimal(1)])


@settings(max_examples=60, deadline=None)
@given(days(), fees)
def test_cash_positions_and_outcomes_are_those_of_the_exchange(played, fee):
    market = Market(FillCosts(slippage_bps=Decimal(5), fee_usd=fee))
    keeper = Keeper()
    for wanted, session, is_marked in played:
        for decision, leg, symbol, quantity in wanted:
            price = Decimal("0.5") if leg is Leg.STOP else None
            market.submit(decision, leg, symbol, Decimal(quantity), price)
        for symbol, told in session.actions.items():
            keeper.given[symbol] = [*keeper.given.get(symbol, ()), *told]
        market.play(session)
        if is_marked:
            agree(keeper.mark(market), market)
    flat = flattened(market, played[-1][1].session)
    keeper.mark(market)
    agree(keeper.standing, market)
    settled(keeper, flat=flat)


def agree(mark, market):
    """Invariants 1 and 2, and what a mark says of itself."""
    assert mark.gap == 0
    held = {symbol: mark.kept.quantity_of(symbol) for symbol in SYMBOLS}
    assert all(
        abs(held[symbol] - market.account.held(symbol)) < Decimal("1e-9") for symbol in SYMBOLS
    )
    cost = sum((lot.cost for lot in mark.lots), Decimal(0))
    assert mark.ledger.of(Account.POSITIONS) == cost
    assert read_standing(BOOK, as_json(mark.payload())) == mark
    worth = sum((mark.kept.worth_of(symbol) for symbol in mark.kept.symbols), Decimal(0))
    assert mark.equity == mark.cash + worth


def flattened(market, last):
    """End every order and sell all that is held; return whether nothing is left."""
    market.cancel_all()
    for number in range(1, 40):
        held = [each for each in SYMBOLS if market.account.held(each) >= 1]
        if not held:
            break
        for symbol in held:
            shares = market.account.held(symbol)
            market.submit("dec_9", Leg.FLATTEN, symbol, shares.to_integral_value("ROUND_FLOOR"))
        session = last + timedelta(days=number)
        market.play(SessionMarket(session=session, bars=tomorrow(market, session)))
    return not any(market.account.held(symbol) for symbol in SYMBOLS)


def tomorrow(market, session):
    return {
        symbol: Bar(session, close, close, close, close, Decimal(10**7))
        for symbol, close in market.account.closes.items()
    }


def settled(keeper, *, flat):
    """Invariant 20: nothing pends without a position, and what is closed adds up to what was gained."""
    held = {lot.decision_id for lot in keeper.standing.lots}
    pending = {
        each.decision_id
        for each in keeper.outcomes.values()
        if each.status is OutcomeStatus.PENDING
    }
    assert pending == held
    entries = [each for each in keeper.outcomes.values() if each.is_entry]
    assert all((each.pnl is not None) == (each.status in CLOSED) for each in entries)
    assert all(each.position_snapshot_ids for each in entries if each.fill_ids)
    if flat:
        gained = sum((each.pnl for each in entries if each.pnl is not None), Decimal(0))
        assert keeper.standing.cash == CASH + gained
