"""Which of the views that overlap count."""

import pytest

from quorate.scoring.counting import apart


def spans(*pairs, key="trend AAPL"):
    return [(key, as_of, resolved) for as_of, resolved in pairs]


@pytest.mark.parametrize(
    ("taken", "counts"),
    [
        pytest.param(((1, 21), (2, 22), (3, 23)), [True, False, False], id="every day one"),
        pytest.param(
            ((1, 21), (20, 40), (21, 41)), [True, False, True], id="the day of the end is free"
        ),
        pytest.param(((1, 21), (1, 21)), [True, False], id="twice the same"),
        pytest.param(((5, 6), (1, 21), (6, 26)), [True, False, True], id="a short one comes first"),
        pytest.param(
            ((1, 3), (2, 4), (3, 5), (4, 6), (5, 7)),
            [True, False, True, False, True],
            id="every other one",
        ),
    ],
)
def test_of_overlapping_views_one_counts(taken, counts):
    assert apart(spans(*taken)) == counts


def test_each_agent_on_each_symbol_is_counted_for_itself():
    mixed = [("trend AAPL", 1, 21), ("trend IBM", 1, 21), ("momentum AAPL", 2, 22)]
    assert apart(mixed) == [True, True, True]


def test_what_counts_up_to_a_session_is_the_same_whatever_came_later():
    taken = spans((1, 3), (2, 4), (1, 9), (4, 10), (3, 11), (10, 12))
    whole = apart(taken)
    for end in range(len(taken)):
        assert apart(taken[:end]) == whole[:end]
