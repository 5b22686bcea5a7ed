"""The frontier: nobody on it is beaten by somebody who costs as little."""

from dataclasses import replace
from decimal import Decimal

from quorate.scoring.leaderboard.frontier import frontier
from tests.unit.scoring.leaderboard.scored import board, line, turn, view


def points(earned, unranked=()):
    """Return the points of agents by what a view cost, in nanodollars, and how the symbol moved."""
    views = [view(0, name, moved=moved) for name, (_, moved) in earned.items()]
    turns = [turn(0, name, cost=cost) for name, (cost, _) in earned.items()]
    lines = board(views, turns).items
    return frontier(
        [
            each if each.name in unranked else replace(each, rank_low=1, rank_high=4)
            for each in lines
        ]
    )


def test_who_costs_more_and_earns_less_is_not_on_it():
    found = points(
        {
            "trend": (0, 0.01),
            "momentum": (0, 0.005),
            "judge": (10_000_000, 0.03),
            "dear": (20_000_000, 0.02),
        }
    )
    assert [(point.name, point.on_frontier) for point in found] == [
        ("trend", True),
        ("momentum", False),
        ("judge", True),
        ("dear", False),
    ]
    assert found[2].profit_per_decision_usd == Decimal("29.99")


def test_a_few_lucky_outcomes_lead_nowhere():
    found = points({"trend": (0, 0.01), "lucky": (0, 0.5)}, unranked=("lucky",))
    assert {point.name: point.on_frontier for point in found} == {"lucky": False, "trend": True}
    assert not any(each.on_frontier for each in board([view(0)], [turn(0)]).items)


def test_who_is_ranked_and_leads_is_marked_on_its_line():
    leads = board([view(number) for number in range(30)], [turn(0)])
    assert line(leads, "trend").on_frontier


def test_who_cannot_be_placed_has_no_point():
    assert [point.name for point in points({"trend": (0, 0.01), "judge": (None, 0.02)})] == [
        "trend"
    ]


def test_equals_are_both_on_it():
    found = points({"trend": (0, 0.01), "judge": (0, 0.01)})
    assert [point.on_frontier for point in found] == [True, True]
