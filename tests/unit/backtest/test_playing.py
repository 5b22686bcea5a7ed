"""Entries played by hand: one at a time in a symbol, each out by its own exits or by a SELL."""

import pytest

from quorate.backtest import Costs
from quorate.backtest.playing import Leave, Passed, apart, played
from tests.unit.backtest.plays import AAPL, FREE, IBM, entry, flat, history, play

STOPPED, REACHED = (100, 101, 94, 96), (100, 111, 99, 105)


@pytest.mark.parametrize(
    ("last", "how", "price"),
    [
        pytest.param(STOPPED, Leave.STOP, 95, id="stop"),
        pytest.param((90, 91, 89, 90), Leave.STOP, 90, id="gap below the stop"),
        pytest.param(REACHED, Leave.TARGET, 110, id="target"),
        pytest.param((100, 111, 94, 100), Leave.STOP, 95, id="both: the stop"),
        pytest.param((100, 103, 99, 102), Leave.HORIZON, 102, id="horizon"),
    ],
)
def test_a_trade_ends_by_its_own_exit(last, how, price):
    (trade,) = play([flat(), flat(), flat(), last, flat()], entry(0)).trades
    assert (trade.entered, trade.left, trade.how) == (1, 3, how)
    assert (trade.paid, trade.exit) == (100, pytest.approx(price))
    assert trade.gained == pytest.approx(price / 100 - 1)


def test_costs_are_paid_on_both_sides():
    costs = Costs(fee_bps=10, slippage_bps=0)
    (trade,) = play([flat(), flat(), STOPPED], entry(0), costs=costs).trades
    assert trade.exit == pytest.approx(95)
    assert trade.gained == pytest.approx(95 * 0.999 / (100 * 1.001) - 1)


def test_an_entry_while_a_trade_is_open_is_the_same_bet_again():
    found = play([flat()] * 6, entry(0), entry(1), entry(2), entry(3))
    assert [trade.entry.signal for trade in found.trades] == [0, 3]
    assert found.passed[Passed.OVERLAPPING] == 2
    assert [trade.left for trade in found.trades] == [3, None]


def test_a_trade_without_an_end_is_open_and_counts_for_nothing():
    found = play([flat(), flat(), flat()], entry(0), entry(1))
    (trade,) = found.trades
    assert (trade.left, trade.how, trade.gained) == (None, None, None)
    assert found.closed == ()
    assert found.passed[Passed.OVERLAPPING] == 1


def test_an_entry_at_the_last_bar_has_no_next_open():
    assert play([flat(), flat()], entry(1)).passed[Passed.TOO_LATE] == 1


@pytest.mark.parametrize("opened", [94.0, 95.0, 110.0, 120.0])
def test_an_open_beyond_the_exits_is_not_entered(opened):
    found = play([flat(), (opened, opened, opened, opened), flat()], entry(0))
    assert (found.trades, found.passed[Passed.GAPPED]) == ((), 1)


def test_a_sell_of_the_strategy_leaves_at_the_next_open():
    rows = [flat(), flat(), (101, 102, 100, 101), (103, 104, 102, 103), flat()]
    (trade,) = play(rows, entry(0, horizon=9), sells=[2]).trades
    assert (trade.left, trade.how, trade.exit) == (3, Leave.SELL, 103)


@pytest.mark.parametrize("sell", [0, 3])
def test_a_sell_before_the_entry_or_after_the_exit_changes_nothing(sell):
    (trade,) = play([flat(), flat(), flat(), REACHED, flat()], entry(0), sells=[sell]).trades
    assert (trade.left, trade.how) == (3, Leave.TARGET)


def test_the_stop_is_a_price_and_not_a_distance_from_the_open():
    (trade,) = play([flat(), (104, 105, 103, 104), STOPPED], entry(0)).trades
    assert trade.exit == pytest.approx(95)
    assert trade.risked == pytest.approx(1 - 95 / 104)


def test_symbols_do_not_stand_in_each_others_way_but_share_their_luck():
    histories = {AAPL: history(*[flat()] * 8), IBM: history(*[flat()] * 8)}
    wanted = (entry(0), entry(1, IBM), entry(3), entry(4, IBM))
    found = played(wanted, {}, histories, FREE)
    assert [(trade.entry.symbol, trade.left) for trade in found.trades] == [
        (AAPL, 3),
        (IBM, 4),
        (AAPL, 6),
        (IBM, 7),
    ]
    assert [(trade.entry.symbol, trade.left) for trade in apart(found.closed, histories)] == [
        (AAPL, 3),
        (AAPL, 6),
    ]
