"""The calibration curve: empty groups are not drawn, intervals decide what is off, the curve in force is said."""

import pytest

from quorate.hub.pages.leaderboard.calibration import curve_of
from quorate.kernel.calibration import CalibrationCurve
from quorate.scoring.leaderboard import Bin, HitRate
from tests.fakes.scoring import calibration


def held(stated, right, low, high, n=50):
    return Bin(low=0.0, high=1.0, n=n, mean_confidence=stated, hit_rate=HitRate(right, low, high))


def test_only_groups_that_hold_anything_are_drawn():
    curve = curve_of(calibration())
    assert [mark.n for mark in curve.marks] == [20, 60]
    mark = curve.marks[1]
    assert (mark.x, mark.y) == (pytest.approx(84), pytest.approx(40))
    assert mark.top < mark.y < mark.foot
    assert mark.words == "said 0.84, right 60 % of 60 times, 95 percent interval 47 % to 72 %"


def test_nothing_resolved_is_no_curve():
    assert curve_of(calibration(bins=())) is None


@pytest.mark.parametrize(
    ("bins", "said"),
    [
        ([held(0.6, 0.55, 0.4, 0.7)], "No group is further off than luck explains."),
        ([held(0.9, 0.5, 0.4, 0.6)], "1 of 1 group is too sure beyond luck."),
        (
            [held(0.1, 0.5, 0.4, 0.6), held(0.2, 0.5, 0.4, 0.6)],
            "2 of 2 groups are not sure enough beyond luck.",
        ),
        (
            [held(0.1, 0.5, 0.4, 0.6), held(0.9, 0.5, 0.4, 0.6)],
            "2 of 2 groups are off beyond luck.",
        ),
    ],
    ids=["near the line", "too sure", "not sure enough", "both ways"],
)
def test_the_sentence_says_who_is_off_by_the_intervals(bins, said):
    assert said in curve_of(calibration(bins=tuple(bins))).summary


def test_the_averages_weigh_every_vote():
    said = curve_of(calibration()).summary
    assert said.startswith("Over 80 resolved votes 77 % was said on average and 57 % came true.")
    assert "Brier score 0.241" in said


def test_the_curve_in_force_is_drawn_and_said():
    knots = CalibrationCurve(outcomes=80, knots=((0.5, 0.4), (0.8, 0.7)))
    made = curve_of(calibration(curve=knots, outcomes=80))
    assert made.segments == (
        (0.0, 60.0, 50.0, 60.0),
        (50.0, 60.0, 80.0, pytest.approx(30.0)),
        (80.0, pytest.approx(30.0), 100.0, pytest.approx(30.0)),
    )
    assert "from 80 outcomes, corrects the confidences" in made.in_force


def test_too_few_outcomes_correct_nothing():
    found = curve_of(calibration(name="trend", outcomes=12))
    assert (found.segments, found.in_force) == (
        (),
        "Confidences are taken as said: a curve needs 30 outcomes, trend has 12.",
    )
    assert curve_of(calibration()).in_force == ""
