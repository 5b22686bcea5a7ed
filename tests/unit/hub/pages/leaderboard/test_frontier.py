"""The frontier: dots stand where cost and profit put them, names never on each other, the sentence says it."""

from decimal import Decimal
from itertools import pairwise

import pytest

from quorate.hub.pages.leaderboard.frontier import Entrant, entrants_of, frontier_of, words_of
from tests.fakes.scoring import board, line, priced, provisional


def entrant(name, cost, profit, *, ranked=True, leads=False):
    return Entrant(
        name=name, cost=Decimal(cost), profit=Decimal(profit), ranked=ranked, leads=leads
    )


FREE = entrant("momentum", "0", "0.60", leads=True)
CHEAP = entrant("analyst", "0.001", "1.70", leads=True)
DEAR = entrant("judge", "0.015", "3.10", leads=True)
WORSE = entrant("fundamental", "0.001", "-0.10")


def dots(*entrants):
    return {dot.entrant.name: dot for dot in frontier_of(entrants).dots}


def test_nobody_makes_no_chart():
    assert frontier_of([]) is None


def test_dearer_stands_further_right_and_better_higher():
    drawn = dots(FREE, CHEAP, DEAR, WORSE)
    assert drawn["momentum"].x < drawn["analyst"].x < drawn["judge"].x
    assert drawn["judge"].y < drawn["analyst"].y < drawn["momentum"].y < drawn["fundamental"].y
    assert drawn["analyst"].x == drawn["fundamental"].x
    assert all(0 <= dot.x <= 100 and 0 <= dot.y <= 100 for dot in drawn.values())


def test_a_tenfold_cost_is_the_same_step_everywhere():
    drawn = dots(entrant("a", "0.001", "1"), entrant("b", "0.01", "1"), entrant("c", "0.1", "1"))
    steps = (drawn["b"].x - drawn["a"].x, drawn["c"].x - drawn["b"].x)
    assert steps[0] == pytest.approx(steps[1])


def test_the_line_joins_those_who_lead_from_cheap_to_dear():
    found = frontier_of([DEAR, WORSE, FREE, CHEAP])
    assert len(found.segments) == 2
    assert found.segments[0][2:] == found.segments[1][:2]
    assert found.segments[0][0] < found.segments[1][0] < found.segments[1][2]


def test_what_is_free_has_a_place_of_its_own_and_costs_are_round():
    labels = [tick.label for tick in frontier_of([FREE, CHEAP, DEAR]).ticks]
    assert labels == ["free", "$0.001", "$0.003", "$0.01"]
    assert [tick.label for tick in frontier_of([FREE]).ticks] == ["free"]
    assert "free" not in [tick.label for tick in frontier_of([CHEAP, DEAR]).ticks]


def test_levels_are_round_dollars_and_losses_have_a_minus():
    labels = [level.label for level in frontier_of([DEAR, entrant("loser", "0", "-2")]).levels]
    assert labels[0] == "$2"
    assert labels[-1] == "\N{MINUS SIGN}$2"


def test_names_of_free_agents_that_earned_alike_keep_their_distance():
    alike = [entrant(f"agent {number}", "0", "1.00") for number in range(4)]
    heights = sorted(dot.label.y for dot in frontier_of([*alike, DEAR]).dots[:4])
    assert all(below - above >= 8 for above, below in pairwise(heights))
    assert sum(dot.moved for dot in frontier_of(alike).dots) >= 3


def test_a_name_that_fits_nowhere_is_left_to_key_and_table():
    crowd = [entrant(f"a rather long name {number}", "0.001", "1.00") for number in range(9)]
    labels = [dot.label for dot in frontier_of([*crowd, DEAR]).dots]
    assert None in labels
    assert labels[0] is not None


def test_the_sentence_names_those_who_lead_and_who_is_not_drawn():
    said = frontier_of([FREE, CHEAP, WORSE], unpriced=["judge"]).summary
    assert "analyst: $0.001 a decision, +$1.70 a resolved decision" in said
    assert "fundamental" not in said
    assert said.endswith("Not drawn, as its cost is not known: judge.")


def test_where_all_are_free_cost_tells_nobody_apart():
    assert frontier_of([FREE]).summary == (
        "All are free, so cost tells nobody apart; momentum earned most, +$0.60 a resolved decision."
    )
    assert frontier_of([WORSE]).summary == "1 dot; nobody leads before somebody is ranked."


def test_who_is_not_ranked_is_said_to_be_so():
    few = entrant("wyckoff", "0", "0.10", ranked=False)
    assert words_of(few) == "wyckoff: free, +$0.10 a resolved decision, not ranked yet"


def test_a_board_draws_whose_cost_is_known():
    unknown = priced("judge", cost_per_decision_usd=None, pnl_net_usd=None, unpriced=3)
    drawn = entrants_of(board(line(), provisional(), unknown))
    assert [(each.name, each.ranked, each.leads) for each in drawn] == [
        ("trend", True, True),
        ("wyckoff", False, False),
    ]
