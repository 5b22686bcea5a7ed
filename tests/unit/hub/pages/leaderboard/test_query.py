"""The address: it says what is not usual, is read back as it was written, and leaves out what nobody understands."""

import pytest

from quorate.hub.pages.leaderboard.query import BoardQuery, Sort, read_query
from quorate.kernel.ids import BookName, Symbol
from quorate.scoring.leaderboard import GroupBy, LeaderboardFilter, Window

PLAIN = "/admin/arena/leaderboard"
FULL = BoardQuery(
    wanted=LeaderboardFilter(
        book=BookName("replay-1"),
        window=Window.QUARTER,
        market=Symbol("BTC/USD"),
        strategy="",
        role="technical",
        group_by=GroupBy.MODEL,
        min_outcomes=100,
    ),
    sort=Sort.BRIER,
    curve="trend",
)


def read(address):
    pairs = [pair.split("=") for pair in address.partition("?")[2].split("&") if pair]
    return read_query({name: [value.replace("%2F", "/")] for name, value in pairs})


def test_the_usual_view_has_the_short_address():
    assert BoardQuery().href == PLAIN
    assert read_query({}) == BoardQuery()


def test_an_address_is_read_back_as_it_was_written():
    assert read(FULL.href) == FULL
    assert "strategy=-" in FULL.href


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("window", "8d"),
        ("groupBy", "colour"),
        ("market", "A B"),
        ("strategy", "No Name"),
        ("role", "<b>"),
        ("book", "A B"),
        ("minOutcomes", "-3"),
        ("minOutcomes", "12345678"),
    ],
)
def test_what_nobody_understands_is_left_out_and_named(name, value):
    query = read_query({name: [value]})
    assert query.wanted == LeaderboardFilter()
    assert query.ignored == (f"{name} {value}",)


def test_clearing_keeps_the_book_and_the_grouping():
    assert read(FULL.cleared).wanted == LeaderboardFilter(
        book=BookName("replay-1"), group_by=GroupBy.MODEL
    )


@pytest.mark.parametrize(
    ("wanted", "narrowed"),
    [
        (LeaderboardFilter(), False),
        (LeaderboardFilter(book=BookName("replay-1"), min_outcomes=50), False),
        (LeaderboardFilter(window=Window.WEEK), True),
        (LeaderboardFilter(strategy=""), True),
        (LeaderboardFilter(role="technical"), True),
    ],
)
def test_only_what_leaves_outcomes_out_is_a_filter(wanted, narrowed):
    assert BoardQuery(wanted=wanted).is_filtered is narrowed


def test_another_grouping_forgets_whose_curve_was_shown():
    assert read(FULL.by(GroupBy.AGENT)).curve == ""
    assert read(FULL.over(Window.WEEK)).curve == "trend"
    assert dict(FULL.kept) | {"curve": "trend"} == dict(FULL.pairs)


def test_the_file_is_that_of_the_same_view():
    assert FULL.export == FULL.href.replace("leaderboard?", "leaderboard/export?")
    assert BoardQuery().export == f"{PLAIN}/export"
