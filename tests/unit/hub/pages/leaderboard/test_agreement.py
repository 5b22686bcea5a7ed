"""The heat map: both halves say the same, shades follow the share, and the sentence names the redundant."""

import pytest

from quorate.hub.pages.leaderboard.agreement import heat_of, shade_of
from tests.fakes.scoring import agreement


def test_a_pair_says_the_same_from_both_sides():
    rows = heat_of(agreement()).rows
    assert [row.name for row in rows] == ["Trend", "Momentum", "Wyckoff"]
    assert (rows[0].cells[1].text, rows[1].cells[0].text) == ("84", "84")
    assert rows[0].cells[1].words == "Trend and Momentum: alike on 84 % of 120 shared decisions"
    assert rows[0].cells[0].shade == 0


def test_two_that_never_met_have_no_figure():
    cell = heat_of(agreement()).rows[1].cells[2]
    assert (cell.shade, cell.text, cell.words) == (
        0,
        "\N{EN DASH}",
        "Momentum and Wyckoff share no decision",
    )


def test_the_table_begins_with_the_most_alike():
    pairs = heat_of(agreement()).pairs
    assert [(pair.one, pair.other, pair.shared) for pair in pairs] == [
        ("Trend", "Momentum", 120),
        ("Trend", "Wyckoff", 24),
    ]
    assert [pair.beyond_chance for pair in pairs] == ["0.61", "\N{EN DASH}"]


def test_the_sentence_names_who_adds_little_news():
    assert heat_of(agreement()).summary == (
        "A pair over 75 % adds cost but little news: Trend with Momentum."
    )
    none = heat_of(agreement(threshold=0.85)).summary
    assert none == "No pair is over 85 %: each brings views of its own."


def test_where_nobody_met_there_is_no_map():
    lonely = agreement(pairs=agreement().pairs[2:])
    assert heat_of(lonely) is None


@pytest.mark.parametrize(
    ("share", "shade"), [(0.0, 1), (0.4, 2), (0.549, 2), (0.55, 3), (0.7, 4), (0.75, 5), (1.0, 5)]
)
def test_a_cell_is_darker_the_more_two_agree(share, shade):
    assert shade_of(share) == shade
