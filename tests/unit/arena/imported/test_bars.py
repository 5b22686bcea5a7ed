from datetime import date, time
from decimal import Decimal

import pytest

from quorate.arena.imported.bars import read_market, read_series
from quorate.arena.imported.source import Moment
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.errors import RejectedError
from tests.fakes.other_arenas import bars_of, lines_of

TEN, ELEVEN, LATE = "2025-10-01 10:00:00", "2025-10-01 11:00:00", "2025-10-01 16:00:00"
BARS = [(ELEVEN, 11, 12, 10, 11.5), (TEN, 10, 11, 9, 10.5), (LATE, 12, 13, 11, 12.5)]
NEXT = ("2025-10-02 10:00:00", 12)
DAY = date(2025, 10, 1)


def line(*trees):
    return lines_of("merged.jsonl", trees)


def series(bars=BARS, **told):
    return read_series(line(bars_of("AAPL", bars, **told))[0])


def at(hour, day=DAY):
    return Moment(day, time(hour))


def test_bars_come_in_any_order_and_stand_under_their_times():
    found = series()
    assert [str(moment) for moment in found.moments] == [TEN, ELEVEN, LATE]
    assert found.bar_at(at(10)).high == 11
    assert found.bar_at(at(12)) is None
    assert (found.size, found.zone, found.daily) == ("60min", "US/Eastern", False)


def test_a_bar_that_lasts_has_no_range_and_marks_nothing():
    found = series([*BARS, NEXT])
    assert found.bar_at(at(10, date(2025, 10, 2))) is None
    assert found.close_until(at(23, date(2025, 10, 2))) == Decimal("12.5")


def test_a_mark_is_the_last_close_at_or_before():
    found = series()
    assert [found.close_until(at(hour)) for hour in (9, 10, 15, 16)] == [
        None,
        *map(Decimal, ("10.5", "11.5", "12.5")),
    ]


def test_the_first_open_is_that_of_the_first_bar_from_then_on():
    found = series()
    assert found.first_open(at(11)) == (at(11), 11)
    assert found.first_open(at(9)) == (at(10), 10)
    assert found.first_open(at(17)) is None


def test_a_daily_bar_is_that_of_any_time_of_its_day():
    found = series([("2025-10-01", 10, 11, 9, 10.5)], size="Daily")
    assert found.bar_at(at(14)).open == 10
    assert found.first_open(at(14)) == (at(0), 10)


def test_alpha_vantages_own_names_are_known_too():
    names = ("1. open", "2. high", "3. low", "4. close", "5. volume")
    tree = bars_of("QQQ", [])
    tree["Time Series (60min)"] = {TEN: dict(zip(names, ["1", "3", "1", "2", "9"], strict=True))}
    assert read_series(line(tree)[0]).bar_at(at(10)).close == 2


def test_a_fill_misses_its_bar_by_more_than_the_tolerance_alone():
    bar, cent = series().bar_at(at(10)), Decimal("0.01")
    edges = [Decimal(each) for each in ("8.989", "8.99", "11.01", "11.011")]
    assert [bar.misses(price, cent) for price in edges] == [True, False, False, True]


def test_days_are_those_on_which_a_bar_ended_before_the_mark():
    late_only = ("2025-10-03 16:00:00", 10, 11, 9, 10)
    trees = line(bars_of("AAPL", [*BARS, NEXT, late_only]), bars_of("MSFT", BARS))
    market = read_market(trees, ArenaTerms())
    assert market.days == (DAY,)
    assert read_market(trees, ArenaTerms(mark_time=time(16))).days == (DAY, date(2025, 10, 3))
    assert market.closes_until(at(11)) == {"AAPL": Decimal("11.5"), "MSFT": Decimal("11.5")}


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({}, "names no symbol"),
        ({"Meta Data": {"2. Symbol": "AAPL"}}, "no one 'Time Series"),
        (bars_of("AAPL", BARS, size="Weekly"), "no one 'Time Series"),
        (bars_of("AAPL", []), "no bar that ended"),
        (bars_of("AAPL", [NEXT]), "no bar that ended"),
        (bars_of("AAPL", [("soon", 1, 2, 1, 2)]), "under 'soon'"),
        (bars_of("AAPL", [(TEN, 1, 2, 1, 2)], size="Daily"), "cannot be read"),
        (bars_of("AAPL", [(TEN, "NaN", 2, 1, 2)]), "has open 'NaN'"),
        (bars_of("AAPL", [(TEN, 1, 2, 1, 0)]), "has close '0'"),
        (bars_of("AAPL", [(TEN, 1, 2)]), "has high, open alone"),
        (bars_of("AAPL", [(TEN, 5, 4, 3, 4)]), "open and close lie between"),
        (bars_of("AAPL", [(TEN,)]), "has open None"),
    ],
)
def test_a_line_that_cannot_be_believed_is_refused_with_its_place(tree, said):
    with pytest.raises(RejectedError) as refusal:
        read_series(line(tree)[0])
    assert refusal.value.cause.startswith("merged.jsonl line 1: ")
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("trees", "said"),
    [
        ((), "holds none"),
        ((bars_of("AAPL", BARS), bars_of("AAPL", BARS)), "line 2: AAPL has bars twice"),
        ((bars_of("A", BARS), bars_of("B", BARS, zone="Asia/Shanghai")), "those of A 60min in US"),
        ((bars_of("A", BARS), bars_of("B", BARS, size="30min")), "are 30min in US/Eastern"),
    ],
)
def test_a_file_of_bars_is_of_one_size_and_zone(trees, said):
    with pytest.raises(RejectedError, match=said):
        read_market(line(*trees), ArenaTerms())
