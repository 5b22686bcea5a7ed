"""A virtual book under any bars, orders, splits, dividends and costs: it balances to the cent, and is long only."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from quorate.kernel.ids import DecisionId, Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.bar import Bar
from quorate.portfolio import (
    Account,
    Order,
    PortfolioPolicy,
    SessionMarket,
    Side,
    charged,
    opened_book,
    play_session,
    with_orders,
)
from quorate.portfolio.ledger import cents
from quorate.portfolio.policy import MAX_RISK

SYMBOLS = (Symbol("AAPL"), Symbol("IBM"))
START = date(2012, 1, 2)

prices = st.decimals("1", "900", places=2)
costs = st.decimals("0", "40", places=6)


@st.composite
def bars(draw, session):
    around = [draw(prices) for _ in range(4)]
    opened, close = around[:2]
    return Bar(
        session, opened, max(around), min(around), close, Decimal(draw(st.integers(0, 10**7)))
    )


@st.composite
def actions(draw, session):
    kind = draw(st.sampled_from([None, None, ActionKind.SPLIT, ActionKind.DIVIDEND]))
    if kind is None:
        return ()
    if kind is ActionKind.DIVIDEND:
        ratio = draw(st.decimals("1.0001", "1.2", places=6))
        return (CorporateAction(session=session, kind=kind, ratio=ratio),)
    new, old = draw(st.sampled_from([(2, 1), (3, 1), (3, 2), (1, 10), (1, 3)]))
    ratio = Decimal(new) / old
    return (
        CorporateAction(session=session, kind=kind, ratio=ratio, numerator=new, denominator=old),
    )


@st.composite
def orders(draw):
    side = draw(st.sampled_from(Side))
    return Order(
        decision_id=DecisionId("dec"),
        symbol=draw(st.sampled_from(SYMBOLS)),
        side=side,
        quantity=Decimal(draw(st.integers(1, 5000))),
        stop=draw(st.none() | prices) if side is Side.BUY else None,
        target=draw(st.none() | prices) if side is Side.BUY else None,
        horizon=draw(st.none() | st.integers(1, 4)),
    )


@st.composite
def stories(draw):
    """Return what happens to a book, session by session."""
    story = []
    for number in range(draw(st.integers(1, 8))):
        session = START + timedelta(days=number)
        traded = [symbol for symbol in SYMBOLS if draw(st.booleans())]
        market = SessionMarket(
            session=session,
            bars={symbol: draw(bars(session)) for symbol in traded},
            actions={symbol: draw(actions(session)) for symbol in traded},
        )
        story.append((market, draw(st.lists(orders(), max_size=3)), draw(costs)))
    return story


policies = st.builds(
    PortfolioPolicy,
    slippage_bps=st.decimals("0", "50", places=1),
    fee_per_fill_usd=st.decimals("0", "5", places=2),
)


def after(book, story, policy, *, limited=True):
    for market, wishes, cost in story:
        played = play_session(book, market, policy, limited=limited)
        yield played
        book = charged(with_orders(played.book, wishes), cost)


def equity_by_accounts(book):
    """Return what the book is worth by where its money came from, not by what it has."""
    of = book.ledger.of
    earned = -(of(Account.CAPITAL) + of(Account.GAINS) + of(Account.DIVIDENDS))
    unrealised = sum(cents(lot.quantity * book.closes[lot.symbol]) - lot.cost for lot in book.lots)
    return earned - of(Account.FEES) - of(Account.MODEL_COST) + unrealised


@given(stories(), policies, st.booleans())
def test_a_book_balances_to_the_cent_and_never_owes_shares_or_cash(story, policy, limited):
    for played in after(opened_book("any", Decimal(50_000)), story, policy, limited=limited):
        book = played.book
        assert sum(book.ledger.balances.values()) == 0
        assert book.ledger.of(Account.POSITIONS) == sum(lot.cost for lot in book.lots)
        assert book.cash >= 0
        assert all(lot.quantity > 0 for lot in book.lots)
        assert book.equity == equity_by_accounts(book)
        assert book.peak >= book.equity


@given(stories(), policies)
def test_every_gain_and_dividend_is_in_the_outcomes_or_still_held(story, policy):
    settled = Decimal(0)
    for played in after(opened_book("any", Decimal(50_000)), story, policy):
        settled += sum((outcome.pnl for outcome in played.outcomes), Decimal(0))
        book = played.book
        held = sum((lot.income - lot.fee for lot in book.lots), Decimal(0))
        of = book.ledger.of
        assert settled + held == -(of(Account.GAINS) + of(Account.DIVIDENDS)) - of(Account.FEES)


@given(stories(), policies)
def test_no_entry_breaks_a_limit_once_it_is_filled(story, policy):
    book = opened_book("any", Decimal(50_000))
    for played in after(book, story, policy):
        for fill in played.fills:
            if fill.side is Side.BUY:
                assert fill.quantity == int(fill.quantity)
                assert fill.quantity <= policy.max_order_shares
                assert fill.notional <= policy.max_order_usd + Decimal("0.01")
        entered = [lot for lot in played.book.lots if lot.sessions == 1]
        for lot in entered:
            if lot.stop is not None:
                risk = lot.cost - lot.quantity * lot.stop
                assert risk <= MAX_RISK * played.book.peak + Decimal("0.01")
