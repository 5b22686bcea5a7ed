"""The equity chart: its geometry, its table, and the sentence that says the same."""

from decimal import Decimal

import pytest

from quorate.cycle.equity import EquityPoint
from quorate.hub.pages.equity import change_words, equity_chart


def points(*worth):
    return [
        EquityPoint(
            number=number,
            session=f"2012-06-{number:02d}",
            at="2026-11-20T12:00:00.000000Z",
            cash=Decimal("1000.5"),
            equity=Decimal(value),
        )
        for number, value in enumerate(worth, start=1)
    ]


@pytest.mark.parametrize("worth", [(), ("100",)])
def test_a_point_is_no_line(worth):
    assert equity_chart(points(*worth)) is None


def test_the_line_goes_from_edge_to_edge_and_the_area_down_to_the_ground():
    chart = equity_chart(points("100", "110", "105"))
    first, _, last = chart.line.split()
    assert (first.split(",")[0], last.split(",")[0]) == ("0.0", "1000.0")
    assert chart.area == f"0,1000 {chart.line} 1000,1000"
    heights = [float(each.split(",")[1]) for each in chart.line.split()]
    assert heights[1] < heights[2] < heights[0]
    assert all(0 < each < 1000 for each in heights)
    assert chart.start_y == pytest.approx(heights[0] / 10, abs=0.01)


def test_a_flat_book_is_a_line_too():
    chart = equity_chart(points("100000", "100000"))
    assert chart.line == "0.0,500.0 1000.0,500.0"
    assert chart.change == "+$0.00 (0.00 %)"


@pytest.mark.parametrize(
    ("worth", "change", "is_up"),
    [
        (("100000", "100130.21"), "+$130.21 (+0.13 %)", True),
        (("100000", "99000"), "\N{MINUS SIGN}$1,000.00 (\N{MINUS SIGN}1.00 %)", False),
    ],
)
def test_the_change_is_told_with_its_sign(worth, change, is_up):
    chart = equity_chart(points(*worth))
    assert (chart.change, chart.is_up) == (change, is_up)


def test_the_summary_says_what_the_picture_shows():
    assert equity_chart(points("100", "125", "100", "110")).summary == (
        "From 2012-06-01 to 2012-06-04 the book went from $100.00 to $110.00, "
        "+$10.00 (+10.00 %); its deepest fall from a peak was \N{MINUS SIGN}20.00 %."
    )


def test_a_book_began_before_its_first_mark():
    chart = equity_chart(points("100001.34", "99877.68"), Decimal(100000))
    assert chart.change == "\N{MINUS SIGN}$122.32 (\N{MINUS SIGN}0.12 %)"
    assert "the book went from $100,000.00 to $99,877.68" in chart.summary
    first = float(chart.line.split()[0].split(",")[1]) / 10
    assert chart.start_y > first


def test_the_table_has_the_newest_mark_first():
    rows = equity_chart(points("100", "1234.5")).rows
    assert [(row.day, row.equity, row.cash) for row in rows] == [
        ("2012-06-02", "1,234.50", "1,000.50"),
        ("2012-06-01", "100.00", "1,000.50"),
    ]


def test_a_book_that_began_with_nothing_has_no_share_to_tell():
    assert change_words(Decimal(0), Decimal(5)) == ""
