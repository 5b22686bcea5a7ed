"""Whatever is wished for: an order of the granted size breaks no limit that its book could be held to afterwards."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.kernel.ids import Symbol
from quorate.risk import EntryWish, OrderKind, Outcome, RiskLimits, assess, sized_entry
from quorate.risk.order import Side
from quorate.risk.situation import AccountFacts, OpenOrder
from tests.unit.risk.orders import AAPL, CALM, DECISION, ENTRY, at

LIMITS = RiskLimits()
IBM = Symbol("IBM")


def money(low, high):
    return st.decimals(low, high, places=2, allow_nan=False, allow_infinity=False)


@st.composite
def accounts(draw):
    equity = draw(money(1, 1_000_000))
    worth = {
        symbol: draw(money(0, 200_000)) for symbol in draw(st.sets(st.sampled_from([AAPL, IBM])))
    }
    orders = tuple(
        OpenOrder(
            decision_id=DECISION,
            symbol=draw(st.sampled_from([AAPL, IBM])),
            side=Side.BUY,
            quantity=Decimal(7),
            rest=Decimal(draw(st.integers(1, 7))),
            worst_price=draw(money(1, 500)),
            age_s=Decimal(1000),
        )
        for _ in range(draw(st.integers(0, 3)))
    )
    return AccountFacts(
        equity=equity,
        buying_power=draw(money(0, 1_000_000)),
        day_start_equity=equity,
        peak_equity=equity,
        held={},
        worth=worth,
        open_orders=orders,
    )


@st.composite
def wishes(draw):
    price = draw(money("0.5", 2000))
    return EntryWish(
        symbol=AAPL,
        quantity=draw(money("0.01", 100_000)),
        price=price,
        stop=draw(money("0.01", 2100)),
        step=draw(st.sampled_from([Decimal(1), Decimal("0.001")])),
        average_volume=draw(money(0, 10_000_000)),
    )


@settings(max_examples=400, deadline=None)
@given(accounts(), wishes())
def test_what_is_granted_passes_the_checks_of_size(account, wish):
    granted = sized_entry(wish, account, LIMITS)
    assert 0 <= granted.quantity <= wish.quantity
    if not granted.quantity or granted.quantity * wish.price < LIMITS.min_order_usd:
        return
    order = replace(
        ENTRY,
        kind=OrderKind.MARKET,
        price=None,
        quantity=granted.quantity,
        intended_quantity=granted.quantity,
        protective_stop=wish.stop,
    )
    situation = at(
        account=account,
        market={"reference": wish.price, "average_volume": wish.average_volume},
        instrument={"quantity_step": wish.step},
    )
    found = {f.check: f for f in assess(order, situation, LIMITS).findings}
    assert {n: found[n].code for n in (11, 12, 13, 14, 15)} == dict.fromkeys((11, 12, 13, 14, 15))


@settings(max_examples=400, deadline=None)
@given(accounts(), wishes(), st.integers(1, 2000))
def test_an_order_that_passes_leaves_a_book_within_its_limits(account, wish, quantity):
    """The figures are worked out here anew, not by the checks."""
    order = replace(
        ENTRY,
        quantity=Decimal(quantity),
        intended_quantity=Decimal(quantity),
        price=wish.price,
        protective_stop=wish.stop,
    )
    situation = at(
        account=account,
        market={
            "reference": wish.price,
            "before": wish.price,
            "average_volume": wish.average_volume,
        },
        decision={"escalated": True},
    )
    if not assess(order, situation, LIMITS).passes:
        return
    cost = quantity * wish.price
    buys = [(o.symbol, o.rest * o.worst_price) for o in account.open_orders]
    of_symbol = account.worth.get(AAPL, 0) + sum(c for s, c in buys if s == AAPL) + cost
    of_all = sum(account.worth.values()) + sum(c for _, c in buys) + cost
    assert 0 < quantity * (wish.price - wish.stop) <= account.equity / 100
    assert cost <= min(5000, account.equity / 20)
    assert of_symbol <= account.equity / 10
    assert of_all <= account.equity
    assert cost + sum(c for _, c in buys) <= account.buying_power * Decimal("0.95")
    assert quantity <= min(500, wish.average_volume / 100)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["decision", "instrument"]),
    st.sampled_from(
        ["reference", "quote_age_s", "bid", "ask", "before", "is_open", "average_volume"]
    ),
)
def test_what_is_not_known_denies(part, field):
    for situation in (at(**{part: None}), at(market={field: None})):
        outcomes = {f.outcome for f in assess(ENTRY, situation, LIMITS).findings}
        assert Outcome.DENIED in outcomes


def test_the_calm_order_is_the_one_that_passes():
    assert assess(ENTRY, CALM, LIMITS).passes
