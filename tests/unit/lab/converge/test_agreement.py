"""Agreement: a published measure, held against a published example, and what cannot be told is not told."""

import pytest

from quorate.lab.converge.agreement import agreement, krippendorff_alpha, overlap, share_alike

NONE = None
KRIPPENDORFF = [
    (1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3),
    (NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE),
]
"""Four coders on twelve units, nominal alpha 0.743. Source: Krippendorff 2011, Computing alpha-reliability."""


def test_alpha_is_that_of_the_published_example():
    units = [[rating for rating in unit if rating] for unit in zip(*KRIPPENDORFF, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize(
    ("units", "alpha"),
    [
        pytest.param([["a", "a"], ["b", "b"]], 1.0, id="full agreement"),
        pytest.param([["a", "b"], ["b", "a"]], -0.5, id="less than chance"),
        pytest.param([["a", "a"], ["a", "a"]], None, id="no variation"),
        pytest.param([["a"], ["b"]], None, id="nobody to compare with"),
        pytest.param([], None, id="nothing"),
    ],
)
def test_alpha_tells_agreement_from_chance_or_nothing(units, alpha):
    assert krippendorff_alpha(units) == (None if alpha is None else pytest.approx(alpha))


def test_few_verdicts_are_said_to_prove_nothing():
    found = agreement([("pass", "fail"), ("pass", "pass")])
    assert (found.units, found.judges, found.observed) == (2, 2, 0.5)
    assert "2 verdicts of 2 judges are few" in found.note


def test_where_all_say_the_same_alpha_is_not_made_up():
    found = agreement([("pass", "pass"), ("pass", "pass")])
    assert (found.alpha, found.observed) == (None, 1.0)
    assert "cannot be told" in found.note


def test_one_judge_agrees_with_nobody():
    found = agreement([("pass", "pass")])
    assert (found.alpha, found.observed) == (None, None)
    assert "fewer than two" in found.note


def test_pairs_are_counted_by_verdicts_and_by_findings():
    assert share_alike("aab", "abb") == pytest.approx(2 / 3)
    groups = {0: ("A", "B"), 1: ("A",), 2: ("C",)}
    assert overlap("A", "B", groups) == (1, 2)
