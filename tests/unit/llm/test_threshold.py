from datetime import date
from decimal import Decimal

import pytest

from quorate.llm.balance import Room
from quorate.llm.budget import BudgetExhaustedError, Limit
from quorate.llm.threshold import marks_reached, refused_mark, warned_event

TODAY = date(2026, 11, 20)


def marks(*rooms):
    return [
        (each.limit, each.profile, each.percent, each.used)
        for each in marks_reached(rooms, "judge", TODAY)
    ]


@pytest.mark.parametrize(
    ("used", "wanted", "reached"),
    [
        pytest.param(0, 79, [], id="below"),
        pytest.param(0, 80, [80], id="exactly at it"),
        pytest.param(80, 1, [], id="it was there before"),
        pytest.param(99, 1, [100], id="exactly full"),
        pytest.param(0, 100, [100], id="all at once is told as full"),
        pytest.param(100, 0, [], id="nothing wanted"),
    ],
)
def test_a_mark_is_reached_by_the_call_that_crosses_it(used, wanted, reached):
    found = marks(Room(Limit.DAY, 100, used, wanted))
    assert [percent for _, _, percent, _ in found] == reached


def test_only_limits_of_a_day_are_told_and_a_profiles_with_its_name():
    rooms = [Room(limit, 10, 0, 9) for limit in Limit]
    assert {(limit, profile) for limit, profile, _, _ in marks(*rooms)} == {
        (Limit.UNPRICED_CALLS, ""),
        (Limit.POWER_CALLS, ""),
        (Limit.PROFILE_DAY, "judge"),
        (Limit.DAY, ""),
    }


def test_a_limit_of_nothing_is_a_choice_and_no_warning():
    assert marks(Room(Limit.POWER_CALLS, 0, 0, 1)) == []
    assert refused_mark(refusal(Limit.POWER_CALLS, "0", "0"), "judge", TODAY) is None


def refusal(limit, size, left):
    return BudgetExhaustedError("no", fix="", limit=limit, size=Decimal(size), left=Decimal(left))


def test_a_refusal_tells_that_a_limit_has_ended():
    found = refused_mark(refusal(Limit.PROFILE_DAY, "0.5", "0.02"), "judge", TODAY)
    assert (found.percent, found.refused, found.profile) == (100, True, "judge")
    assert (found.size, found.used) == (500_000_000, 480_000_000)
    assert refused_mark(refusal(Limit.RUN, "0.5", "0"), "judge", TODAY) is None


def test_the_fact_says_dollars_or_calls_and_never_both():
    dollars = warned_event(refused_mark(refusal(Limit.DAY, "1", "0.1"), "judge", TODAY)).payload
    calls = warned_event(refused_mark(refusal(Limit.POWER_CALLS, "25", "0"), "j", TODAY)).payload
    assert (dollars["limitUsd"], dollars["usedUsd"], dollars["limitCalls"]) == ("1", "0.9", None)
    assert (calls["limitUsd"], calls["limitCalls"], calls["usedCalls"]) == (None, 25, 25)
