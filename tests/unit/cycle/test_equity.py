"""The equity curve: thinned without losing the newest mark."""

from decimal import Decimal
from itertools import pairwise

import pytest

from quorate.cycle.equity import MOST_POINTS, EquityPoint, thinned


def point(number, session="2012-06-29"):
    return EquityPoint(
        number=number,
        session=session,
        at="2026-11-20T12:00:00.000000Z",
        cash=Decimal(1),
        equity=Decimal(number),
    )


@pytest.mark.parametrize("count", [0, 1, 2, 499, 500, 501, 999, 1000, 1001, 3271])
def test_a_curve_keeps_its_end_and_no_more_points_than_a_chart_shows(count):
    points = [point(number) for number in range(count)]
    kept = thinned(points)
    assert len(kept) <= MOST_POINTS
    assert list(kept[-1:]) == points[-1:]
    steps = {after.number - before.number for before, after in pairwise(kept)}
    assert len(steps) <= 1
    assert len(kept) >= min(count, MOST_POINTS / 2)


def test_a_mark_stands_for_its_session_and_outside_of_replay_for_its_day():
    assert point(1).day == "2012-06-29"
    assert point(1, session="").day == "2026-11-20"
