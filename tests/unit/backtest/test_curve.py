"""Equity by hand: what trades invest, what that is worth at each close, and the same symbols held."""

import numpy as np
import pytest

from quorate.backtest import Costs
from quorate.backtest.curve import curve_of, drawdowns
from quorate.backtest.playing import played
from tests.unit.backtest.plays import AAPL, FREE, IBM, day, entry, flat, history

RISE = [flat(), flat(), flat(105), (105, 106, 104, 105), flat(105)]


def curve(histories, *entries, costs=FREE, span=None):
    found = played(entries, {}, histories, costs)
    return curve_of(found.trades, histories, span or (day(0), day(20)), costs)


def test_a_trade_moves_its_share_of_equity_and_the_rest_is_cash():
    found = curve({AAPL: history(*RISE)}, entry(0, share=0.5))
    assert found.equity.tolist() == pytest.approx([1, 1, 1.025, 1.025, 1.025])
    assert found.invested[0] == 0
    assert found.invested[2] == pytest.approx(0.525 / 1.025)
    assert found.invested[3] == 0


def test_an_open_trade_is_marked_at_each_close():
    found = curve({AAPL: history(*RISE)}, entry(0, share=1.0, horizon=9))
    assert found.equity[-1] == pytest.approx(1.05)
    assert found.invested[-1] == pytest.approx(1.0)


def test_nobody_invests_more_than_the_cash():
    histories = {AAPL: history(*RISE), IBM: history(*RISE)}
    found = curve(histories, entry(0, share=0.8), entry(0, IBM, share=0.8))
    assert found.equity[2] == pytest.approx(1.05)
    assert found.invested.max() == pytest.approx(1.0)


def test_costs_are_taken_and_summed():
    found = curve({AAPL: history(*[flat()] * 5)}, entry(0, share=1.0), costs=Costs(fee_bps=100))
    share = Costs(fee_bps=100).share
    assert found.equity[-1] == pytest.approx((1 - share) / (1 + share))
    assert found.costs == pytest.approx(2 * share / (1 + share))
    assert 1 - found.equity[-1] == pytest.approx(found.costs)


def test_only_sessions_of_the_span_are_drawn():
    found = curve({AAPL: history(*RISE)}, span=(day(1), day(3)))
    assert found.sessions == (day(1), day(2), day(3))


def test_holding_buys_equal_parts_at_the_first_next_open():
    histories = {AAPL: history(*RISE), IBM: history(*[flat()] * 5)}
    found = curve(histories)
    assert found.held.tolist() == pytest.approx([1, 1, 1.025, 1.025, 1.025])


def test_a_symbol_that_begins_later_is_cash_until_then():
    late = history(*[flat()] * 5)
    late = type(late)(sessions=tuple(day(n) for n in range(3, 8)), prices=late.prices)
    found = curve({AAPL: history(*RISE), IBM: late})
    assert len(found.held) == 8
    assert found.held[-1] == pytest.approx(1.025)


def test_without_bars_there_is_nothing_but_cash():
    empty = type(history(flat()))(sessions=(), prices=history(flat()).prices)
    found = curve({AAPL: history(*RISE), IBM: empty})
    assert found.held[-1] == pytest.approx(1.025)


def test_drawdowns_are_from_the_peak_so_far():
    assert drawdowns(np.array([1.0, 2.0, 1.0, 3.0])).tolist() == [0, 0, 0.5, 0]
