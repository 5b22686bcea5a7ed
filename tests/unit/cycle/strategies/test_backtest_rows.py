"""A backtest's rows: what was tried and found reads back, with no more digits and points than mean anything."""

from dataclasses import replace

import pytest

from quorate.cycle.strategies.backtest import BacktestStatus, backtest_json
from quorate.cycle.strategies.backtest_rows import (
    POINTS,
    completed_event,
    figures_of,
    read_backtest,
    started_event,
)
from quorate.kernel.errors import InvariantBrokenError
from tests.unit.cycle.strategies.backtests import (
    FACTORS,
    TERMS,
    completed,
    failed,
    running,
    spring,
)
from tests.unit.cycle.strategies.test_versions import rows


def test_its_terms_read_back():
    assert completed().terms == TERMS


def test_its_figures_read_back_to_six_digits():
    found, wanted = completed().report.figures, figures_of(spring())
    assert (found.trades, found.signals) == (wanted.trades, wanted.signals)
    assert found.win_rate == pytest.approx(wanted.win_rate, abs=1e-6)
    assert found.mean_return_low == pytest.approx(wanted.mean_return_low, abs=1e-6)


def test_its_trades_are_in_the_dollars_of_their_session():
    first = completed().report.trades[0]
    assert (first.symbol, str(first.signal), str(first.entered)) == (
        *("AAPL", "2012-03-02", "2012-03-05"),
    )
    assert (first.entry_price, first.exit_price, first.how) == (545.42, 526.22, "stop")


def test_an_entry_that_is_still_open_has_no_end():
    past, (last, *_) = spring(), spring().played.trades[-1:]
    held = replace(last, left=None, exit=None, how=None, gained=None)
    played = replace(past.played, trades=(held,))
    event = completed_event(TERMS, replace(past, played=played), FACTORS)
    (trade,) = read_backtest(rows(started_event(TERMS), event), overdue=False).report.trades
    assert (trade.left, trade.exit_price, trade.how, trade.gained) == (None, None, None, None)


def test_the_curve_keeps_its_ends_and_its_extremes():
    report, curve = completed().report, spring().curve
    assert len(report.curve) == len(curve.sessions) <= POINTS
    assert report.curve[-1].equity == pytest.approx(curve.equity[-1], abs=1e-6)
    assert max(point.drawdown for point in report.curve) == pytest.approx(
        report.figures.max_drawdown, abs=1e-6
    )


def test_a_backtest_without_an_end_runs_until_its_time_is_over():
    assert running().status is BacktestStatus.RUNNING
    assert running(overdue=True).status is BacktestStatus.INTERRUPTED
    assert running().report is None


def test_a_failure_says_why():
    assert (failed().status, failed().failure) == (BacktestStatus.FAILED, "the disk is full")
    assert backtest_json(failed())["result"] is None


def test_programs_read_numbers():
    tree = backtest_json(completed())
    assert tree["leftOut"] == ("judge",)
    result = tree["result"]
    assert isinstance(result["figures"]["winRate"], float)
    assert result["trades"][0]["exitPrice"] == 526.22
    assert result["curve"][0]["session"] == "2012-03-02"
    assert sum(result["exits"].values()) == result["figures"]["trades"]
    assert sum(result["reasons"].values()) == result["figures"]["decisions"]


def test_a_row_without_figures_is_broken():
    event = completed_event(TERMS, spring(), FACTORS)
    damaged = replace(event, payload={**event.payload, "figures": None})
    with pytest.raises(InvariantBrokenError):
        read_backtest(rows(started_event(TERMS), damaged), overdue=False)
