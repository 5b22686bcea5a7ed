"""Ranks: ranges, and none where too little is known."""

import random
from itertools import pairwise

from quorate.scoring.leaderboard import ENOUGH, Side
from tests.unit.scoring.leaderboard.scored import arm, board, line, turn, view


def moves(seed, drift, count=120):
    drawn = random.Random(seed)  # noqa: S311  (a seeded sequence)
    return [drawn.gauss(drift, 0.01) for _ in range(count)]


def daily(name, returns):
    return [view(number, name, moved=moved) for number, moved in enumerate(returns)]


COMMON = moves(1, 0.0)
BETTER = daily("trend", [moved + 0.004 for moved in COMMON])
WORSE = daily("momentum", COMMON)


def test_who_surely_earned_more_ranks_above_and_the_sentence_says_so():
    found = board([*BETTER, *WORSE])
    assert [(each.name, each.rank_low, each.rank_high) for each in found.items] == [
        ("trend", 1, 1),
        ("momentum", 2, 2),
    ]
    assert found.separable.startswith("1 of 1 pairs are separable: Trend is above Momentum.")


def test_luck_gives_both_the_whole_range():
    found = board([*daily("trend", moves(2, 0.0)), *daily("momentum", moves(3, 0.0))])
    assert {(each.rank_low, each.rank_high) for each in found.items} == {(1, 2)}
    assert found.separable.startswith("Nothing is separable yet: 0 of 1 pairs.")


def test_under_thirty_outcomes_nobody_is_ranked_whatever_was_asked():
    found = board([*BETTER, *WORSE[: ENOUGH - 1]], min_outcomes=1)
    assert (line(found, "trend").rank_low, line(found, "trend").rank_high) == (1, 1)
    assert line(found, "momentum").rank_low is None
    assert "Trend alone has enough outcomes" in found.separable
    few = board([*BETTER[:10], *WORSE[:12]])
    assert {each.rank_low for each in few.items} == {None}
    assert "no line has the 30 outcomes" in few.separable
    assert "Momentum has the most, 12" in few.separable


def test_more_outcomes_can_be_asked_for():
    found = board([*BETTER, *WORSE[:50]], min_outcomes=60)
    assert line(found, "trend").rank_low == 1
    assert line(found, "momentum").rank_low is None


def test_without_two_blocks_of_sessions_any_rank_is_open():
    views = [
        view(0, name, symbol=f"S{number}", moved=0.01 * sign)
        for name, sign in (("trend", 1), ("momentum", -1))
        for number in range(ENOUGH)
    ]
    assert {(each.rank_low, each.rank_high) for each in board(views).items} == {(1, 2)}


def test_a_block_is_as_long_as_the_longest_view():
    long = [
        view(
            number,
            name,
            moved=moved,
            length=1 if number else 70,
            symbol="AAPL" if number else "IBM",
        )
        for name, drift in (("trend", 0.02), ("momentum", -0.02))
        for number, moved in enumerate(moves(4, drift))
    ]
    assert {(each.rank_low, each.rank_high) for each in board(long).items} == {(1, 2)}


def test_a_cost_that_nobody_knows_gives_no_rank_and_the_last_place():
    found = board([*BETTER, *WORSE], [turn(0, "trend", cost=None)])
    assert [each.name for each in found.items] == ["momentum", "trend"]
    assert found.items[1].rank_low is None


def test_holding_is_what_they_are_held_against():
    held = [arm(number, moved=moved - 0.02) for number, moved in enumerate(COMMON)]
    found = board([*BETTER, *WORSE, *held])
    assert "Momentum and Trend are above buying and holding." in found.separable
    same = [arm(number, moved=moved) for number, moved in enumerate(COMMON)]
    assert "None is separable" in board([*WORSE, *daily("judge", COMMON), *same]).separable
    assert [each.rank_low for each in found.baselines] == [None]


def test_lines_are_in_the_order_of_what_they_earned_net():
    views = [*BETTER, *WORSE, view(0, "judge", Side.SELL, moved=-5.0)]
    net = [each.pnl_net_usd for each in board(views).items]
    assert all(one >= other for one, other in pairwise(net))
