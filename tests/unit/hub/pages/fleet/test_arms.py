"""The router's arms as intervals on one axis: the best first, in words, and how much went behind the leader."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arbiter.coordination.shutdown import ROLLED_BACK, Switch
from quorate.arbiter.routing import ANALYSIS, UNTRIED, RoutingPolicy
from quorate.bootstrap.arbitration.desk import ArmLine, RouterState
from quorate.hub.pages.fleet.arms import WIDTH, arms_card
from tests.unit.arbiter.routing.agents import arm


def spread(closed, mean, **other):
    """An arm whose rewards stand half a reward above and below their mean, as far as rewards can."""
    known = arm(closed, mean, **other)
    return replace(known, reward_squares=known.reward_squares + closed * 250_000_000_000)


def line(name, known, explored=0.25):
    return ArmLine(
        agent=name,
        task_type=ANALYSIS,
        arm=known,
        explored=explored,
        usd_per_reward=Decimal(1),
    )


def state(*lines, switch=None):
    return RouterState(policy=RoutingPolicy(), switch=switch or Switch(), epsilon=0.1, arms=lines)


def test_the_best_mean_leads_and_who_is_unknown_stands_last():
    card = arms_card(
        state(
            line("new", UNTRIED),
            line("poor", arm(400, 0.2)),
            line("good", arm(400, 0.8), explored=0.4),
        ),
        ANALYSIS,
        {"good": "power"},
    )
    assert [row.line.agent for row in card.rows] == ["good", "poor", "new"]
    assert (card.rows[0].tier, card.rows[1].tier) == ("power", "")
    assert card.behind == pytest.approx(0.6)
    assert "No interval overlaps that of good." in card.summary


def test_an_interval_lies_on_the_axis_around_its_mean():
    (row,) = arms_card(state(line("one", spread(100, 0.6))), ANALYSIS, {}).rows
    drawn = row.whisker
    assert drawn.start < drawn.at < drawn.start + drawn.width <= WIDTH
    assert drawn.at == pytest.approx(0.6 * WIDTH)
    assert drawn.words.startswith("mean reward 0.60, 95 percent interval ")


def test_an_arm_without_a_reward_has_no_mean_and_may_lie_anywhere():
    card = arms_card(state(line("new", UNTRIED)), ANALYSIS, {})
    (row,) = card.rows
    assert (row.mean, row.interval, row.whisker.at) == ("none yet", "0.00 to 1.00", None)
    assert card.behind is None
    assert "none is known yet" in card.summary


def test_intervals_that_overlap_are_named_and_open_views_counted():
    card = arms_card(
        state(line("a", spread(10, 0.6, open_=5)), line("b", spread(10, 0.59))), ANALYSIS, {}
    )
    assert "5 of 25 views wait for it (20 %)" in card.summary
    assert "overlaps that of b" in card.summary


def test_another_type_has_arms_of_its_own_and_a_rollback_is_said():
    turned = Switch(state=ROLLED_BACK, reason="drift", by="me")
    card = arms_card(state(line("a", UNTRIED), switch=turned), "backtest", {})
    assert (card.rows, card.summary, card.strategy) == ((), "", "each in turn, by name")
