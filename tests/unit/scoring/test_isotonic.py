"""Isotonic calibration against cases worked out by hand."""

import pytest

from quorate.scoring.isotonic import Block, Told, calibration_curve, firm, pooled


def told(*pairs):
    return [Told(stated, bool(right)) for stated, right in pairs]


def test_neighbours_that_fall_are_pooled():
    outcomes = told((0.5, 1), (0.6, 0), (0.7, 1), (0.8, 1))
    assert pooled(outcomes) == [Block(0.5, 0.6, 2, 1), Block(0.7, 0.8, 2, 2)]


def test_a_pool_goes_on_as_long_as_it_falls():
    outcomes = told((0.1, 1), (0.2, 1), (0.3, 0), (0.4, 0), (0.5, 0), (0.6, 1))
    assert pooled(outcomes) == [Block(0.1, 0.5, 5, 2), Block(0.6, 0.6, 1, 1)]


def test_the_same_confidence_is_one_block_whatever_came_first():
    outcomes = told((0.6, 1), (0.5, 0), (0.6, 0), (0.6, 1))
    assert pooled(outcomes) == [Block(0.5, 0.5, 1, 0), Block(0.6, 0.6, 3, 2)]
    assert pooled(reversed(outcomes)) == pooled(outcomes)


def test_fewer_than_thirty_outcomes_make_no_curve():
    assert calibration_curve(told(*[(0.6, 1)] * 29)) is None
    assert calibration_curve(told(*[(0.6, 1)] * 30)) is not None


def test_a_curve_has_a_knot_at_both_ends_of_a_block():
    outcomes = told(*[(0.5, 0)] * 10, *[(0.6, 1)] * 5, *[(0.7, 0)] * 5, *[(0.8, 1)] * 10)
    curve = calibration_curve(outcomes)
    assert (curve.outcomes, curve.right) == (30, 15)
    assert [stated for stated, _ in curve.knots] == [0.5, 0.6, 0.7, 0.8]
    assert [worth for _, worth in curve.knots] == pytest.approx(
        [2 / 14, 7 / 14, 7 / 14, 12 / 14], abs=1e-6
    )


def test_one_outcome_is_no_certainty_and_does_not_stand_above_many():
    blocks = [Block(0.4, 0.5, 20, 10), Block(0.6, 0.7, 40, 34), Block(0.8, 0.8, 1, 1)]
    assert [round(block.worth, 3) for block in blocks] == [0.5, 0.818, 0.6]
    assert firm(blocks) == [blocks[0], Block(0.6, 0.8, 41, 35)]


def test_who_was_always_right_is_nearly_certain():
    curve = calibration_curve(told(*[(0.6, 1)] * 30))
    assert curve.knots == ((0.6, round(32 / 34, 6)),)
