"""Matching: the same finding is recognised by its place or its words, whoever says it."""

from itertools import permutations

import pytest

from quorate.lab.converge import Finding, grouped
from quorate.lab.converge.judgement import Kind
from quorate.lab.converge.matching import span_of

TEXT = (
    "Orders are retried\nuntil filled. There is no limit on retries. Every step is journaled first."
)


def found(title, quote="", kind=Kind.DEFECT):
    return Finding(kind=kind, title=title, quote=quote)


def seats(**findings):
    return [group.seats for group in grouped(findings, TEXT)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(
            found("Retries are unbounded", "There is no limit on retries."),
            found("Nobody stops it", "no limit on retries"),
            True,
            id="the same place",
        ),
        pytest.param(
            found("Retries are unbounded", "There is no limit"),
            found("Retries never stop", "limit on retries. Every step"),
            False,
            id="places that barely touch, other words",
        ),
        pytest.param(
            found("Missing limits on retries"),
            found("Limit missing for the retry"),
            True,
            id="words",
        ),
        pytest.param(
            found("Missing limits"), found("Missing tests"), False, id="one word in three"
        ),
        pytest.param(
            found("Every step is journaled", kind=Kind.STRENGTH),
            found("Every step is journaled", kind=Kind.RISK),
            False,
            id="praise and objection",
        ),
        pytest.param(
            found("No limit on retries", kind=Kind.RISK),
            found("No limit on retries", kind=Kind.SUGGESTION),
            True,
            id="two ways to object",
        ),
    ],
)
def test_two_findings_are_the_same_by_place_or_by_words(one, other, same):
    assert sorted(seats(A=[one], B=[other])) == ([("A", "B")] if same else [("A",), ("B",)])


def test_a_quote_is_found_whatever_its_white_space_and_only_if_it_stands_there():
    start, end = span_of("retried  until", TEXT)
    assert TEXT[start:end] == "retried\nuntil"
    assert span_of("retried never", TEXT) is None
    assert span_of("  ", TEXT) is None


def test_one_judge_is_in_a_group_once():
    twice = [found("No limit on retries"), found("No retry limit")]
    assert seats(A=twice, B=[found("No limit on retries")]) == [("A", "B"), ("A",)]


def test_a_chain_of_half_similar_findings_is_not_one():
    chain = {
        "A": [found("alpha beta")],
        "B": [found("beta gamma")],
        "C": [found("gamma delta")],
    }
    assert all(len(group) < 3 for group in seats(**chain))


def test_the_order_of_the_judges_and_their_letters_change_nothing():
    said = [
        [found("No limit on retries", "no limit on retries"), found("Journal first")],
        [found("Retry without limit"), found("No owner is named")],
        [found("An owner is missing", "Orders are retried"), found("Journaling comes first")],
    ]
    shapes = set()
    for order in permutations(range(3)):
        named = {letter: said[place] for letter, place in zip("ABC", order, strict=True)}
        groups = grouped(named, TEXT)
        shapes.add(tuple(tuple(m.finding.title for m in group.members) for group in groups))
    assert len(shapes) == 1
    sizes = [len(group) for group in next(iter(shapes))]
    assert sizes == sorted(sizes, reverse=True)
