"""The gate on the packaged history: what it refuses and why, and that it never looks ahead."""

from dataclasses import replace

import numpy as np
import pytest

from quorate.backtest import (
    Costs,
    ExitPlan,
    GatePolicy,
    earlier_bars_like,
    history_until,
    judged,
)
from quorate.kernel.errors import RejectedError
from quorate.market.indicators import indicators_of
from quorate.market.regime import regimes_of
from quorate.market.wyckoff import wyckoff_of
from tests.unit.market.histories import IBM, cut, packaged

PLAN, COSTS, POLICY = ExitPlan(stop=0.05, target=0.075, horizon=20), Costs(), GatePolicy()
SERIES = packaged()[IBM]
LAST = 3000


def test_only_bars_in_the_setting_of_today_are_entered_after():
    found = set(earlier_bars_like(SERIES, LAST).tolist())
    regimes, phases = regimes_of(SERIES).codes, wyckoff_of(SERIES).phases
    above = np.sign(SERIES.adjusted.close - indicators_of(SERIES).sma200)
    wanted = {
        place
        for place in range(LAST)
        if (regimes[place], phases[place], above[place])
        == (regimes[LAST], phases[LAST], above[LAST])
    }
    assert found == wanted
    assert found


def test_without_a_trend_nothing_is_like_today():
    assert len(earlier_bars_like(SERIES, 150)) == 0
    said = judged(SERIES, 150, PLAN, COSTS, POLICY).refusals
    assert said[0] == "0 earlier trades in this setting, fewer than 20"


def test_a_history_ends_with_today():
    assert len(history_until(SERIES, LAST).close) == LAST + 1


@pytest.mark.parametrize("index", [300, 1500, LAST])
def test_what_comes_later_changes_nothing(index):
    known = cut(SERIES, index + 1)
    assert judged(known, index, PLAN, COSTS, POLICY) == judged(SERIES, index, PLAN, COSTS, POLICY)


def test_each_limit_refuses_by_itself_and_says_both_figures():
    found = judged(SERIES, LAST, PLAN, COSTS, POLICY).statistics
    assert found.trades
    easy = GatePolicy(min_trades=1, min_win_rate=0.001, max_drawdown=0.999)
    assert judged(SERIES, LAST, PLAN, COSTS, easy).passes
    for change, said in (
        ({"min_trades": found.trades + 1}, f"fewer than {found.trades + 1}"),
        ({"min_win_rate": 0.999}, "fewer than 99.9%"),
        ({"max_drawdown": 1e-9}, "more than 0.0%"),
    ):
        (refusal,) = judged(SERIES, LAST, PLAN, COSTS, replace(easy, **change)).refusals
        assert refusal.endswith(said)


def test_what_is_exactly_at_a_limit_passes():
    found = judged(SERIES, LAST, PLAN, COSTS, POLICY).statistics
    at = GatePolicy(
        min_trades=found.trades,
        min_win_rate=found.win_rate,
        max_drawdown=found.max_drawdown,
    )
    assert judged(SERIES, LAST, PLAN, COSTS, at).passes


@pytest.mark.parametrize("wrong", [{"min_trades": 0}, {"min_win_rate": 0.0}, {"max_drawdown": 1.0}])
def test_a_gate_that_decides_nothing_is_refused(wrong):
    with pytest.raises(RejectedError):
        GatePolicy(**wrong)
