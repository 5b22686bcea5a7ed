"""The race: what is drawn is what was worth, and names never stand on each other."""

import pytest

from quorate.arena.competition.scores import scores_of
from quorate.hub.pages.competitions.race import (
    COLOURS,
    DASHED,
    DASHES,
    race_of,
    signed_percent,
    spread,
)
from tests.unit.arena.competition.contests import played, worth


def drawn(*steps):
    competition = played(*steps)
    return race_of(competition, scores_of(competition))


def test_one_round_is_no_line():
    assert drawn({}) is None


def test_a_line_falls_where_the_book_lost():
    race = drawn({}, {"trend": worth("trend", lost="100")}, {"trend": worth("trend", lost="50")})
    trend = next(line for line in race.lines if line.name == "trend")
    heights = [float(point.split(",")[1]) for point in trend.points.split()]
    assert heights[1] > heights[2] > heights[0]
    assert (trend.words, trend.colour, trend.dashed) == ("\N{MINUS SIGN}5.00 %", 2, False)
    assert [line.name for line in race.lines] == ["momentum", "trend", "buy and hold"]
    assert race.lines[-1].dashed
    assert race.rows[1].worth == ("1,000.00", "900.00", "1,000.00")
    assert "trend \N{MINUS SIGN}5.00 %" in race.summary


def test_levels_are_round_amounts_inside_the_chart():
    race = drawn({}, {"trend": worth("trend", lost="100")})
    assert [level.label for level in race.levels] == [
        "$1.00k",
        "$0.98k",
        "$0.96k",
        "$0.94k",
        "$0.92k",
        "$0.90k",
    ]
    assert all(0 <= level.y <= 100 for level in race.levels)


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        pytest.param([10, 50], [10, 50], id="far apart they stay"),
        pytest.param([50, 50, 52], [50, 56, 62], id="close ones are moved down"),
        pytest.param([97, 98, 99], [88, 94, 100], id="at the edge they are moved up"),
        pytest.param([60, 20], [60, 20], id="in any order"),
        pytest.param([], [], id="none"),
    ],
)
def test_labels_keep_their_distance(wanted, places):
    assert spread(wanted, 6) == places


def test_a_return_has_its_sign():
    assert (signed_percent(0.087), signed_percent(-0.014)) == ("+8.70 %", "\N{MINUS SIGN}1.40 %")


def test_every_colour_has_a_stroke_of_its_own_and_grey_has_none():
    assert len(DASHES) == COLOURS + 1
    assert len({*DASHES[1:]}) == COLOURS
    assert DASHED not in DASHES
    race = drawn({}, {"trend": worth("trend", lost="100")})
    assert [line.stroke for line in race.lines] == [DASHES[1], DASHES[2], DASHED]
