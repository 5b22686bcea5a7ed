from itertools import islice

from quorate.arbiter.routing import RoutingPolicy
from quorate.arbiter.routing.agent import ANALYSIS
from quorate.arbiter.routing.ranking import (
    MOST_DRIFT,
    Estimate,
    Ranking,
    Remembered,
    estimate_of,
    spread_after,
)
from tests.unit.arbiter.routing.agents import agent, arm

POLICY = RoutingPolicy()


class CountedMapping(dict):
    """A mapping that counts how often one of its values is looked up by its key."""

    looked_up = 0

    def __getitem__(self, key):
        self.looked_up += 1
        return super().__getitem__(key)


def estimate(name, known):
    return estimate_of(agent(name, known), ANALYSIS, POLICY)


def many(count):
    """Agents that were asked often, each with a mean of its own."""
    return [estimate(f"a{place:04}", arm(200 + place % 7, place / count)) for place in range(count)]


def test_the_best_are_known_without_a_look_at_the_rest():
    ranking = Ranking({}).changed(many(1000), ())
    counted = CountedMapping(ranking.estimates)
    kept = Ranking(counted, ranking.attempts, ranking.ordered_at, ranking.order)
    assert list(islice(kept.best_first(), 3)) == ["a0999", "a0998", "a0997"]
    assert counted.looked_up < 30


def test_who_was_asked_falls_behind_and_who_waits_moves_up():
    """Of two equals the one that was not asked has the larger bonus."""
    ranking = Ranking({}).changed([estimate("a", arm(20, 0.5)), estimate("b", arm(20, 0.5))], ())
    assert list(ranking.best_first()) == ["a", "b"]
    assert list(ranking.changed([estimate("a", arm(21, 0.5))], ()).best_first()) == ["b", "a"]


def test_the_order_is_made_anew_once_the_spread_grew():
    ranking = Ranking({}).changed(many(10), ())
    asked = ranking.changed([estimate("a0000", arm(201, 0.0))], ())
    assert asked.ordered_at == ranking.ordered_at
    assert spread_after(asked.attempts) != asked.ordered_at
    often = ranking.changed([estimate("a0000", arm(9_000, 0.0))], ())
    assert spread_after(often.attempts) - ranking.ordered_at > MOST_DRIFT
    assert often.ordered_at == spread_after(often.attempts)


def test_who_is_gone_counts_no_more():
    ranking = Ranking({}).changed([estimate("a", arm(5)), estimate("b", arm(7))], ())
    left = ranking.changed((), ["a", "never_there"])
    assert (list(left.best_first()), left.attempts) == (["b"], 7)


def test_a_ranking_that_somebody_reads_does_not_change():
    before = Ranking({}).changed([estimate("a", arm(5))], ())
    before.changed([estimate("b", arm(50, 0.9))], ["a"])
    assert list(before.best_first()) == ["a"]


def test_equals_stand_by_load_and_name():
    known = {
        name: Estimate(agent(name), 0, 0.5, 1.0, weight)
        for name, weight in [("c", 0.0), ("a", 2.0), ("b", 0.0)]
    }
    assert list(Ranking({}).changed(known.values(), ()).best_first()) == ["b", "c", "a"]


def test_what_is_remembered_is_asked_of_its_source_once_and_only_when_needed():
    asked = []

    def source():
        for name in "abc":
            asked.append(name)
            yield name

    names = Remembered(source())
    assert next(iter(names)) == "a"
    assert asked == ["a"]
    assert list(names) == list(names) == ["a", "b", "c"]
    assert asked == ["a", "b", "c"]
