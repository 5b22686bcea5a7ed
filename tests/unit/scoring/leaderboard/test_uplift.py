"""Uplift: the dearer way of deciding beside its control, decision by decision."""

from decimal import Decimal

import pytest

from quorate.scoring.leaderboard import Side, ViewKind
from tests.unit.scoring.leaderboard.scored import arm, board, turn, view

DAYS = 60
ASKED = [
    turn(number, "judge", cost=10_000_000, purpose="panel", role="judge") for number in range(DAYS)
]
ARGUED = [
    turn(number, "bull", cost=5_000_000, purpose="argue", role="bull") for number in range(DAYS)
]


def uplift(what, views, turns=()):
    return {each.what: each for each in board(views, turns).uplift}.get(what)


def decided(side, count=DAYS, moved=0.01):
    return [arm(number, "arena", side, moved) for number in range(count)]


def controlled(side, name="cheap_only", count=DAYS, moved=0.01):
    return [arm(number, name, side, moved) for number in range(count)]


def test_what_the_panel_let_through_is_its_gain_and_its_calls_are_its_cost():
    found = uplift(
        "escalation",
        [*decided(Side.BUY), *controlled(Side.NO_TRADE)],
        [*ASKED, *ARGUED, turn(0, cost=99)],
    )
    assert (found.n, found.differing) == (DAYS, DAYS)
    assert found.uplift_usd == Decimal(600)
    assert found.cost_usd == Decimal("0.9")
    assert found.per_dollar == pytest.approx(600 / 0.9)
    assert (found.low, found.high) == pytest.approx((600, 600))
    assert found.verdict == "It earned more than it cost."


def test_a_loss_is_one_too():
    found = uplift("escalation", [*decided(Side.SELL), *controlled(Side.NO_TRADE)], ASKED)
    assert found.uplift_usd == Decimal(-600)
    assert found.verdict == "It brought less than it cost."


def test_hold_and_no_trade_both_take_nothing():
    found = uplift("escalation", [*decided(Side.HOLD), *controlled(Side.NO_TRADE)])
    assert (found.differing, found.uplift_usd) == (0, None)
    assert "changed nothing" in found.verdict


def test_what_nobody_recorded_is_not_made_up():
    found = uplift("debate", [*decided(Side.BUY), *controlled(Side.UNKNOWN, "no_debate")], ARGUED)
    assert (found.n, found.unknown, found.uplift_usd) == (0, DAYS, None)
    assert found.cost_usd == Decimal("0.3")
    assert "Nobody knows" in found.verdict


def test_the_panel_followed_alone_is_paid_without_the_arguments():
    panel = [view(number, "judge", kind=ViewKind.PANEL) for number in range(DAYS)]
    found = uplift("panel", [*panel, *controlled(Side.NO_TRADE)], [*ASKED, *ARGUED])
    assert found.uplift_usd == Decimal(600)
    assert found.cost_usd == Decimal("0.6")


def test_only_the_same_symbol_of_the_same_run_is_compared():
    views = [*decided(Side.BUY, count=2), *controlled(Side.NO_TRADE, count=1)]
    views.append(arm(1, "cheap_only", Side.NO_TRADE, symbol="IBM"))
    assert uplift("escalation", views).n == 1


def test_of_decisions_that_overlap_one_is_added_up():
    views = [arm(number, "arena", Side.BUY, length=30) for number in range(31)]
    views += [arm(number, "cheap_only", Side.NO_TRADE, length=30) for number in range(31)]
    found = uplift("escalation", views)
    assert found.differing == 31
    assert found.uplift_usd == Decimal(20)
    assert "too few sessions" in found.verdict


def test_without_a_control_there_is_no_uplift():
    assert uplift("escalation", decided(Side.BUY)) is None
    assert uplift("panel", controlled(Side.BUY)) is None


def test_a_cost_that_nobody_knows_is_no_zero():
    views = [*decided(Side.BUY), *controlled(Side.NO_TRADE)]
    found = uplift("escalation", views, [turn(0, "judge", cost=None, purpose="panel")])
    assert (found.cost_usd, found.per_dollar) == (None, None)
