"""The scale of a chart: round amounts, told apart, inside the span."""

import pytest

from quorate.hub.pages.scale import LEVELS, height, levels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (99_000.0, 101_000.0, ["$101.0k", "$100.5k", "$100.0k", "$99.5k", "$99.0k"]),
        (99_990.0, 100_010.0, ["$100.010k", "$100.005k", "$100.000k", "$99.995k", "$99.990k"]),
        (0.0, 1_000_000.0, ["$1,000k", "$800k", "$600k", "$400k", "$200k", "$0k"]),
    ],
)
def test_levels_are_round_amounts_with_as_many_places_as_tell_them_apart(low, high, labels):
    found = levels(low, high)
    assert [level.label for level in found] == labels
    assert all(0 <= level.y <= 100 for level in found)
    assert len(found) <= LEVELS + 1


def test_a_value_stands_between_the_ends_of_its_span():
    assert [height(value, 10, 20) for value in (20, 15, 10)] == [0, 50, 100]
