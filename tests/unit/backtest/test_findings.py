"""Findings: figures, intervals of what is independent, and the gate's word."""

import pytest

from quorate.backtest import GatePolicy
from quorate.backtest.curve import curve_of
from quorate.backtest.findings import findings_of, mean_interval, wilson
from quorate.backtest.playing import played
from tests.unit.backtest.plays import AAPL, FREE, IBM, day, entry, flat, history

EASY = GatePolicy(min_trades=1, min_win_rate=0.01, max_drawdown=0.99)
STOPPED, REACHED = (100, 101, 94, 96), (100, 111, 99, 105)
BARS = [flat(), flat(), REACHED, flat(), flat(), STOPPED, flat(), flat(), REACHED, flat()]


def found(histories, *entries, policy=EASY):
    made = played(entries, {}, histories, FREE)
    return findings_of(
        made, curve_of(made.trades, histories, (day(0), day(20)), FREE), histories, policy
    )


def test_the_figures_are_those_of_the_closed_trades():
    findings = found({AAPL: history(*BARS)}, entry(0), entry(3), entry(6), entry(8))
    assert (findings.statistics.trades, findings.statistics.wins, findings.open) == (3, 2, 1)
    assert findings.statistics.win_rate == pytest.approx(2 / 3)
    assert findings.statistics.mean_return == pytest.approx(0.05)
    assert findings.returned == pytest.approx(1.01 * 0.995 * 1.01 - 1)
    assert findings.statistics.max_drawdown == pytest.approx(0.01)
    assert findings.passes


def test_trades_that_share_sessions_count_once_in_the_interval():
    histories = {AAPL: history(*BARS), IBM: history(*BARS)}
    findings = found(histories, entry(0), entry(0, IBM), entry(3), entry(3, IBM))
    assert (findings.statistics.trades, findings.apart) == (4, 2)
    assert findings.win_interval == pytest.approx(wilson(1, 2))


def test_without_trades_there_is_nothing_to_say():
    findings = found({AAPL: history(*BARS)}, policy=GatePolicy())
    assert (findings.statistics.win_rate, findings.win_interval, findings.mean_interval) == (
        *(None, None, None),
    )
    assert not findings.passes
    assert findings.refusals[0] == "0 closed trades, fewer than 20"


def test_wilsons_interval_is_his():
    low, high = wilson(15, 30)
    assert (round(low, 4), round(high, 4)) == (0.3315, 0.6685)
    assert wilson(0, 10).low == 0
    assert wilson(10, 10).high == pytest.approx(1)
    assert wilson(0, 0) is None


def test_the_means_interval_holds_the_mean_and_is_the_same_each_time():
    returns = [0.1, -0.05, 0.02, 0.03, -0.01]
    low, high = mean_interval(returns)
    assert low < sum(returns) / 5 < high
    assert mean_interval(returns) == (low, high)
    assert mean_interval([0.1]) is None
