"""The newest comparison with the broker: what differs, and since when."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from quorate.execution.broker import BrokerOrder
from quorate.execution.comparison import newest_comparison
from quorate.execution.order import Told
from quorate.execution.reconciliation import PositionGap, Reconciliation, reconciled
from quorate.risk import OrderKind, Side
from tests.fakes.clock import NOON
from tests.fakes.order_rows import AAPL, BOOK, as_rows

AGREED = Reconciliation(at=NOON, external=(), gaps=(), in_doubt=())
GAP = PositionGap(symbol=AAPL, ours=Decimal(18), brokers=Decimal(16))


def newest(*found):
    """Return what the newest of some comparisons tells, a minute apart."""
    events = [
        reconciled(BOOK, replace(each, at=NOON + timedelta(minutes=place)))
        for place, each in enumerate(found)
    ]
    return newest_comparison(as_rows(events)[::-1])


def test_before_the_first_there_is_none():
    assert newest_comparison([]) is None


def test_agreement_says_nothing():
    told = newest(AGREED)
    assert (told.agrees, told.since, told.gaps) == (True, "", ())


def test_a_gap_is_told_with_both_figures_and_since_when():
    differs = replace(AGREED, gaps=(GAP,))
    told = newest(differs, AGREED, differs, differs)
    assert (told.gaps[0].ours, told.gaps[0].brokers, told.gaps[0].difference) == (18, 16, -2)
    assert told.gap_of(AAPL) == told.gaps[0]
    assert told.since == "2026-11-20T12:02:00.000000Z"
    assert told.as_json()["gaps"] == [{"symbol": "AAPL", "ours": "18", "brokers": "16"}]


def test_an_order_that_nobody_placed_and_one_in_doubt_are_told():
    stranger = BrokerOrder(
        told=Told(status="new", broker_order_id="b-9", filled=Decimal(0)),
        client_order_id="",
        symbol=AAPL,
        side=Side.BUY,
        kind=OrderKind.MARKET,
        quantity=Decimal(3),
        price=None,
        submitted_at=NOON,
    )
    told = newest(replace(AGREED, external=(stranger,), in_doubt=("a1-x-00",)))
    assert told.as_json()["external"] == [
        {"brokerOrderId": "b-9", "symbol": "AAPL", "side": "BUY", "qty": "3"}
    ]
    assert (told.in_doubt, told.agrees) == (("a1-x-00",), False)
