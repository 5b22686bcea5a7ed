"""What trades came to, by hand."""

import numpy as np
import pytest

from quorate.backtest import ExitPlan, Trades, max_drawdown, statistics_of

PLAN = ExitPlan(stop=0.05, horizon=5)


def trades(*rows):
    """Return trades of (signal, exit, return)."""
    signal, end, gained = zip(*rows, strict=True) if rows else ((), (), ())
    return Trades(
        signal=np.array(signal, dtype=np.intp),
        exit=np.array(end, dtype=np.intp),
        returns=np.array(gained, dtype=float),
    )


def test_three_wins_in_four():
    found = statistics_of(trades((0, 1, 0.1), (2, 3, 0.2), (4, 5, -0.1), (6, 7, 0.1)), PLAN)
    assert (found.trades, found.wins, found.win_rate) == (4, 3, 0.75)
    assert found.mean_return == pytest.approx(0.075)
    assert found.profit_factor == pytest.approx(4.0)


def test_a_trade_that_gained_nothing_is_no_win():
    assert statistics_of(trades((0, 1, 0.0)), PLAN).wins == 0


def test_no_trades_leave_nothing_to_divide():
    found = statistics_of(trades(), PLAN)
    assert (found.trades, found.win_rate, found.mean_return, found.profit_factor) == (
        *(0, None, None, None),
    )
    assert found.max_drawdown == 0


def test_without_a_loss_there_is_no_profit_factor():
    assert statistics_of(trades((0, 1, 0.1)), PLAN).profit_factor is None


def test_a_full_stop_costs_one_percent_of_equity():
    found = statistics_of(trades((0, 1, -0.05), (2, 3, -0.05)), PLAN)
    assert found.max_drawdown == pytest.approx(1 - 0.99**2)


def test_trades_that_overlap_are_not_stacked():
    found = statistics_of(trades((0, 5, -0.05), (1, 5, -0.05), (5, 9, -0.05)), PLAN)
    assert found.max_drawdown == pytest.approx(1 - 0.99**2)


@pytest.mark.parametrize(
    ("equity", "fall"),
    [([], 0), ([1, 2, 3], 0), ([1, 0.5, 2], 0.5), ([1, 2, 1.5, 3, 1.5], 0.5), ([2, 1], 0.5)],
)
def test_the_deepest_fall_is_from_the_peak_before_it(equity, fall):
    assert max_drawdown(np.array(equity, dtype=float)) == pytest.approx(fall)
