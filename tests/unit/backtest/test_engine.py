"""Trades worked out by hand: entry at the next open, stop before target, gaps at the open, costs on both sides."""

import numpy as np
import pytest

from quorate.backtest import Columns, Costs, ExitPlan, simulated
from quorate.kernel.errors import RejectedError

FREE = Costs(fee_bps=0, slippage_bps=0)
PLAN = ExitPlan(stop=0.05, target=0.10, horizon=3)


def bars(*rows):
    """Return columns of (open, high, low, close)."""
    return Columns(*(np.array(column, dtype=float) for column in zip(*rows, strict=True)))


def flat(price=100):
    return (price, price + 1, price - 1, price)


def traded(rows, plan=PLAN, costs=FREE, signals=(0,)):
    trades = simulated(bars(*rows), np.array(signals, dtype=np.intp), plan, costs)
    return [
        (int(s), int(e), round(float(r), 6))
        for s, e, r in zip(trades.signal, trades.exit, trades.returns, strict=True)
    ]


def test_a_trade_ends_at_the_close_of_its_horizon():
    rows = [flat(), flat(), flat(), (100, 103, 99, 102), flat()]
    assert traded(rows) == [(0, 3, 0.02)]


def test_the_stop_ends_it_at_the_stop():
    assert traded([flat(), flat(), (100, 101, 94, 96), flat()]) == [(0, 2, -0.05)]


def test_a_gap_below_the_stop_fills_at_the_open():
    assert traded([flat(), flat(), (90, 91, 89, 90), flat()]) == [(0, 2, -0.10)]


def test_the_target_ends_it_at_the_target():
    assert traded([flat(), flat(), (100, 111, 99, 105), flat()]) == [(0, 2, 0.10)]


def test_a_gap_above_the_target_fills_at_the_open():
    assert traded([flat(), flat(), (115, 116, 114, 115), flat()]) == [(0, 2, 0.15)]


def test_a_bar_that_touched_both_counts_as_the_stop():
    assert traded([flat(), flat(), (100, 120, 90, 110), flat()]) == [(0, 2, -0.05)]


def test_the_first_bar_can_end_it_too():
    assert traded([flat(), (100, 120, 99, 110), flat(), flat()]) == [(0, 1, 0.10)]
    assert traded([flat(), (100, 101, 94, 99), flat(), flat()]) == [(0, 1, -0.05)]


def test_without_a_target_the_horizon_ends_it():
    plan = ExitPlan(stop=0.05, horizon=2)
    assert traded([flat(), flat(), (100, 200, 99, 150)], plan) == [(0, 2, 0.5)]


def test_a_stop_on_the_last_day_of_the_horizon_still_counts():
    plan = ExitPlan(stop=0.05, horizon=2)
    assert traded([flat(), flat(), (100, 200, 90, 150)], plan) == [(0, 2, -0.05)]


def test_costs_are_taken_on_both_sides():
    rows = [flat(), flat(), flat(), flat()]
    assert traded(rows, costs=Costs(fee_bps=10, slippage_bps=40)) == [
        (0, 3, round(0.995 / 1.005 - 1, 6))
    ]


def test_what_is_not_over_by_the_last_bar_is_left_out():
    rows = [flat()] * 4
    assert [signal for signal, _, _ in traded(rows, signals=(0, 1, 2, 3))] == [0]


def test_a_trade_that_the_stop_ends_in_time_counts_though_its_horizon_does_not():
    rows = [flat(), flat(), flat(), (100, 101, 90, 95)]
    assert traded(rows, signals=(0, 1, 2)) == [(0, 3, -0.05), (1, 3, -0.05), (2, 3, -0.05)]


def test_no_signal_is_no_trade():
    assert traded([flat()] * 5, signals=()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"stop": 0.0, "horizon": 5},
        {"stop": 1.0, "horizon": 5},
        {"stop": 0.1, "horizon": 0},
        {"stop": 0.1, "horizon": 253},
        {"stop": 0.1, "horizon": 5, "target": 0.0},
    ],
)
def test_a_plan_without_an_end_is_refused(wrong):
    with pytest.raises(RejectedError):
        ExitPlan(**wrong)


@pytest.mark.parametrize("wrong", [{"fee_bps": -1.0}, {"slippage_bps": 1001.0}])
def test_costs_that_would_pay_for_trading_are_refused(wrong):
    with pytest.raises(RejectedError):
        Costs(**wrong)
