"""Screen options: read from an address, said by one, and told to a table by the places of its columns."""

from urllib.parse import parse_qs, urlencode

import pytest

from quorate.hub.pages.screen import Column, Screen, read_screen

COLUMNS = (Column("about", "About", 3), Column("worker", "Worker", 6))


def test_the_usual_goes_unsaid():
    assert read_screen({}, COLUMNS) == Screen(COLUMNS)
    assert list(Screen(COLUMNS).pairs) == []
    assert Screen(COLUMNS).classes == ""


@pytest.mark.parametrize(
    "screen",
    [
        Screen(COLUMNS, frozenset({"worker"}), 25),
        Screen(COLUMNS, frozenset({"about", "worker"})),
        Screen(COLUMNS, per_page=100),
    ],
)
def test_what_an_address_says_of_a_screen_is_read_back(screen):
    assert read_screen(parse_qs(urlencode(list(screen.pairs))), COLUMNS) == screen


def test_a_table_hides_its_columns_by_their_places():
    assert Screen(COLUMNS, frozenset({"worker"})).classes == "hub-hide-6"


@pytest.mark.parametrize("size", ["7", "all", "-25", "1000000", ""])
def test_a_size_that_is_not_offered_is_the_usual_one(size):
    assert read_screen({"per": [size]}, COLUMNS).per_page == 50
