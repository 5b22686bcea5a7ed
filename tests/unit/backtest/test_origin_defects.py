"""The origin's known defect (i), where it is the backtest's: figures come from trades that were played, or from none.

Source: REQUIREMENTS part 2, R-021 to R-026; the other defects stand in tests/unit/cycle/test_origin_defects.py.
"""

import numpy as np
import pytest

from quorate.backtest import Costs, ExitPlan, GatePolicy, earlier_bars_like, judged
from quorate.market.indicators import indicators_of
from tests.unit.market.histories import IBM, packaged, raw_bars, rising, series_of

PLAN, COSTS, POLICY = ExitPlan(stop=0.05, target=0.075, horizon=20), Costs(), GatePolicy()
SERIES = packaged()[IBM]


def same_day():
    """Return two sessions, years apart, whose close changed by the same share of the day before."""
    close = SERIES.adjusted.close
    change = np.round(close[1:] / close[:-1] - 1, 4)
    known = {}
    for place in range(600, len(change)):
        earlier = known.setdefault(change[place], place)
        if place - earlier > 500 and len(earlier_bars_like(SERIES, earlier + 1)):
            return earlier + 1, place + 1
    pytest.fail("no two sessions are alike")


def test_defect_i_one_days_change_is_not_what_the_gate_judges_by():
    """(i) Win rate and drawdown were formulas of the change of 24 hours."""
    first, second = (judged(SERIES, place, PLAN, COSTS, POLICY) for place in same_day())
    assert first.statistics != second.statistics


def test_defect_i_nor_do_the_indicators_follow_from_it():
    """(i) RSI and MACD were such formulas too."""
    told = indicators_of(SERIES)
    first, second = same_day()
    assert told.rsi14[first] != told.rsi14[second]
    assert told.macd[first] != told.macd[second]


def replayed(place):
    """Return the gross returns of the trades up to `place`, bar by bar and by hand; the stop is looked at first."""
    prices = SERIES.adjusted
    for signal in earlier_bars_like(SERIES, place):
        paid = prices.open[signal + 1] if signal < place else None
        for bar in range(signal + 1, min(signal + PLAN.horizon, place) + 1):
            stop, target = paid * (1 - PLAN.stop), paid * (1 + PLAN.target)
            opened = prices.open[bar] if bar > signal + 1 else paid
            if opened <= stop or prices.low[bar] <= stop:
                yield min(opened, stop) / paid - 1
                break
            if opened >= target or prices.high[bar] >= target:
                yield max(opened, target) / paid - 1
                break
            if bar == signal + PLAN.horizon:
                yield prices.close[bar] / paid - 1


@pytest.mark.parametrize("place", [1200, 2400, 3000])
def test_defect_i_every_trade_that_is_counted_was_played(place):
    """(i) `trades_analyzed: 100 (simulated)` was a constant, and so was what they won."""
    found = judged(SERIES, place, PLAN, Costs(fee_bps=0, slippage_bps=0), POLICY).statistics
    by_hand = list(replayed(place))
    assert found.trades == len(by_hand) > 0
    assert found.win_rate == pytest.approx(sum(gain > 0 for gain in by_hand) / len(by_hand))


def test_defect_i_without_a_history_there_are_no_trades_and_no_leave():
    """(i) As above: what was never tested does not pass."""
    young = series_of(raw_bars(rising(60)))
    said = judged(young, 59, PLAN, COSTS, POLICY)
    assert (said.passes, said.statistics.trades) == (False, 0)
