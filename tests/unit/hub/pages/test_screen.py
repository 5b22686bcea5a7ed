"""Screen options: read from an address, said by one, and told to a table by the places of its columns."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest

from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen

COLUMNS = (Column("about", "About", 3), Column("worker", "Worker", 6))
PLAIN = Screen(COLUMNS)
LONG = Screen(COLUMNS, per_page=100, usual=100)
EVERY = Screen(COLUMNS, sizes=WHOLE)


def test_the_usual_goes_unsaid():
    assert read_screen({}, PLAIN) == PLAIN
    assert list(PLAIN.pairs) == []
    assert PLAIN.classes == ""


@pytest.mark.parametrize(
    ("screen", "plain"),
    [
        (Screen(COLUMNS, frozenset({"worker"}), 25), PLAIN),
        (Screen(COLUMNS, frozenset({"about", "worker"})), PLAIN),
        (Screen(COLUMNS, per_page=100), PLAIN),
        (LONG, LONG),
        (replace(LONG, per_page=50), LONG),
        (replace(EVERY, hidden=frozenset({"about"})), EVERY),
        (
            replace(EVERY, param="agents", hidden=frozenset({"about"})),
            replace(EVERY, param="agents"),
        ),
    ],
    ids=str,
)
def test_what_an_address_says_of_a_screen_is_read_back(screen, plain):
    assert read_screen(parse_qs(urlencode(list(screen.pairs))), plain) == screen


def test_a_list_of_one_page_takes_no_number_of_rows():
    assert read_screen({"per": ["25"]}, EVERY) == EVERY


def test_two_lists_of_one_address_do_not_hide_each_other_s_columns():
    one, other = replace(EVERY, param="workers"), replace(EVERY, param="agents")
    asked = parse_qs(urlencode(list(replace(one, hidden=frozenset({"about"})).pairs)))
    assert read_screen(asked, one).classes == "hub-hide-3"
    assert read_screen(asked, other) == other


@pytest.mark.parametrize(
    ("screen", "others", "address"),
    [
        (PLAIN, (), "/list"),
        (PLAIN, (("view", ""), ("book", None)), "/list"),
        (PLAIN, (("view", "open"),), "/list?view=open"),
        (replace(PLAIN, per_page=25), (("view", "a b"),), "/list?view=a+b&per=25"),
    ],
)
def test_an_address_says_what_is_not_empty_and_not_usual(screen, others, address):
    assert screen.at("/list", *others) == address


def test_a_table_hides_its_columns_by_their_places():
    assert Screen(COLUMNS, frozenset({"worker"})).classes == "hub-hide-6"


@pytest.mark.parametrize("size", ["7", "all", "-25", "1000000", ""])
def test_a_size_that_is_not_offered_is_the_usual_one(size):
    assert read_screen({"per": [size]}, PLAIN).per_page == 50
