"""Separation: what one stretch of history can prove, and what it cannot."""

import random
from decimal import Decimal
from itertools import accumulate

from quorate.portfolio.separation import FEWEST_SESSIONS, separation


def curve(steps):
    return [Decimal(str(round(worth, 2))) for worth in accumulate(steps, initial=1000.0)]


def noise(seed, drift=0.0, sessions=200):
    drawn = random.Random(seed)  # noqa: S311  (a seeded sequence)
    return [drawn.gauss(drift, 10) for _ in range(sessions)]


def test_too_few_sessions_give_no_interval():
    assert separation([curve([1.0] * (FEWEST_SESSIONS - 1))], seed=1) is None
    assert separation([], seed=1) is None


def test_the_same_curves_and_seed_give_the_same_answer():
    curves = [curve(noise(1)), curve(noise(2))]
    assert separation(curves, seed=7) == separation(curves, seed=7)


def test_what_moves_all_books_together_does_not_hide_a_difference():
    common = noise(3)
    better = [step + 1 + (place % 3 - 1) for place, step in enumerate(common)]
    found = separation([curve(better), curve(common)], seed=1)
    assert found.is_above(0, 1)
    assert not found.is_above(1, 0)
    assert found.intervals[0].low < 0 < found.intervals[0].high


def test_luck_is_not_taken_for_skill():
    found = separation([curve(noise(4)), curve(noise(5))], seed=1)
    assert not found.is_above(0, 1)
    assert not found.is_above(1, 0)


def test_an_interval_holds_the_return_it_is_about():
    steps = noise(6, drift=2)
    (interval,) = separation([curve(steps)], seed=1).intervals
    assert interval.low < sum(steps) / 1000 < interval.high
