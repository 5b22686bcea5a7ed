"""Wishes: entries at the market or across a wide spread, sales one at a time, each with a generation of its own."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.cycle.analysis import Analysed
from quorate.cycle.ports import ExitDue
from quorate.cycle.risk_management.wishes import entry_request, entry_wish, sales
from quorate.execution import ClientOrderId, Order, OrderState
from quorate.execution.broker import Instrument
from quorate.execution.recorded import RecordedOrder
from quorate.kernel.action import FinalAction
from quorate.kernel.confidence import Confidence
from quorate.kernel.decision import Decision
from quorate.kernel.ids import BookName, DecisionId, Symbol, TraceId
from quorate.kernel.vote import Sizing, SizingKind
from quorate.risk import Leg, OrderKind, Side
from quorate.risk.situation import MarketFacts
from tests.fakes.approvals import approved
from tests.fakes.clock import NOON

AAPL = Symbol("AAPL")
EQUITY = Decimal(100_000)
CLOSE = MarketFacts(
    reference=Decimal(100), before=Decimal(99), quote_age_s=None, average_volume=Decimal(10**6)
)
SHARE = Instrument(
    symbol=AAPL,
    tradable=True,
    fractionable=True,
    around_the_clock=False,
    quantity_step=Decimal("0.000000001"),
    price_step=Decimal("0.01"),
)
PAIR = replace(SHARE, symbol=Symbol("BTC/USD"), around_the_clock=True)


def made(action=FinalAction.BUY, *, share="0.014", **changes):
    """A decision that risk is asked about."""
    told = {
        "decision_id": DecisionId("dec_1"),
        "symbol": AAPL,
        "action": action,
        "reason": "consensus",
        "confidence": Confidence(0.7),
        "disagreement": 0.0,
        "regime": "bullish",
        "wyckoff_phase": "markup",
        "volume_trend": "rising",
        "escalated": False,
        "triggers": (),
        "sizing": Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal(share)),
    } | changes
    return Analysed(decision=Decision(**told), hash="h", vetoed=False)


def recorded(leg, state, decision="dec_1"):
    """An order of the first generation as the journal has it."""
    return RecordedOrder(
        order=Order(
            client_order_id=ClientOrderId("a1-0"),
            request=approved(leg, price="95", decision=decision).request,
            state=state,
        ),
        book=BookName("replay"),
        trace_id=TraceId(""),
        generation=0,
        expires_at=NOON,
    )


def quoted(bid, ask):
    return replace(CLOSE, bid=Decimal(bid), ask=Decimal(ask))


def test_a_share_of_equity_becomes_shares_in_whole_ones():
    wish = entry_wish(made(), Decimal(95), CLOSE, SHARE, EQUITY)
    assert (wish.quantity, wish.step) == (Decimal(14), Decimal(1))


def test_a_pair_is_bought_in_the_brokers_own_steps():
    wish = entry_wish(made(), Decimal(95), CLOSE, PAIR, EQUITY)
    assert wish.step == PAIR.quantity_step


@pytest.mark.parametrize(
    ("decided", "stop", "market", "said"),
    [
        (made(), "95", replace(CLOSE, reference=None), "nobody knows what a share costs"),
        (made(), "100", CLOSE, "not below the price"),
        (made(sizing=None), "95", CLOSE, "names no size"),
    ],
    ids=["price", "stop at the price", "size"],
)
def test_an_entry_without_what_it_needs_is_no_wish(decided, stop, market, said):
    assert said in entry_wish(decided, Decimal(stop), market, SHARE, EQUITY)


@pytest.mark.parametrize(
    ("market", "kind", "price"),
    [
        (quoted("99.90", "100.10"), OrderKind.MARKET, None),
        (quoted("99.89", "100.11"), OrderKind.LIMIT, Decimal("100.11")),
    ],
    ids=["20 basis points", "more"],
)
def test_a_wide_spread_is_crossed_with_a_limit(market, kind, price):
    wish = entry_wish(made(), Decimal(95), market, SHARE, EQUITY)
    order = entry_request(made(), wish, Decimal(14), market, SHARE, target=None)
    assert (order.kind, order.price, order.side) == (kind, price, Side.BUY)
    assert order.protective_stop == Decimal(95)


@pytest.mark.parametrize(
    ("target", "limit"),
    [(None, "103.00"), ("120", "103.00"), ("102", "101.99"), ("100.005", "100")],
    ids=["collar", "far target", "near target", "target at the close"],
)
def test_an_open_to_come_is_bought_up_to_the_collar_and_below_the_target(target, limit):
    wish = entry_wish(made(), Decimal(95), CLOSE, SHARE, EQUITY)
    goal = None if target is None else Decimal(target)
    order = entry_request(made(), wish, Decimal(14), CLOSE, SHARE, target=goal)
    assert (order.kind, order.price) == (OrderKind.LIMIT, Decimal(limit))


def due(leg=Leg.TARGET, quantity="10"):
    return ExitDue(
        decision_id=DecisionId("dec_0"),
        decision_hash="h0",
        symbol=AAPL,
        leg=leg,
        quantity=Decimal(quantity),
    )


def sold(due_=(), decided=(), *, held="10", orders=()):
    return sales(
        due_, decided, {AAPL: Decimal(held)}, {AAPL: list(orders)}, {AAPL: CLOSE}, {AAPL: SHARE}
    )


def test_a_sale_that_was_decided_goes_before_one_that_is_due():
    (one,) = sold([due()], [made(FinalAction.SELL)])
    assert (one.request.leg, one.request.decision_id) == (Leg.EXIT, "dec_1")


def test_no_more_is_sold_than_is_held():
    (one,) = sold([due(quantity="12")], held="7")
    assert one.request.quantity == 7


@pytest.mark.parametrize("held", ["0", "-1"])
def test_nothing_held_is_nothing_to_sell(held):
    assert sold([due()], [made(FinalAction.SELL)], held=held) == []


def test_a_sale_under_way_is_left_alone_and_a_stop_is_none():
    under_way = recorded(Leg.TARGET, OrderState.WORKING)
    assert sold([due()], orders=[under_way]) == []
    resting = recorded(Leg.STOP, OrderState.WORKING)
    assert len(sold([due()], orders=[resting])) == 1


def test_a_sale_that_ended_unfilled_is_tried_again_as_the_next_generation():
    ended = recorded(Leg.TARGET, OrderState.EXPIRED, decision="dec_0")
    (one,) = sold([due()], orders=[ended])
    assert one.generation == ended.generation + 1
