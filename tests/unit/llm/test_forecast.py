from datetime import UTC, date, datetime, timedelta

import pytest

from quorate.llm.forecast import day_forecast, month_forecast, month_start

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOLLAR = 1_000_000_000


def test_half_a_day_is_doubled_and_the_method_says_so():
    found = day_forecast(DOLLAR, 20, NOON, limit=3 * DOLLAR)
    assert (found.amount, found.runs_out_at) == (2 * DOLLAR, None)
    assert found.method == "the rate of 20 calls since 00:00 UTC (12.0 h), kept up until 24:00"


@pytest.mark.parametrize(
    ("calls", "now"),
    [
        pytest.param(9, NOON, id="too few calls"),
        pytest.param(50, NOON.replace(hour=0, minute=59), id="too early in the day"),
    ],
)
def test_too_little_is_no_rate(calls, now):
    found = day_forecast(DOLLAR, calls, now, limit=1)
    assert (found.amount, found.runs_out_at) == (None, None)
    assert "no forecast before 10 calls and 1 h" in found.method


def test_a_limit_runs_out_when_the_rate_reaches_it_and_not_on_another_day():
    assert day_forecast(DOLLAR, 20, NOON, 3 * DOLLAR // 2).runs_out_at == NOON + timedelta(hours=6)
    assert day_forecast(DOLLAR, 20, NOON, 2 * DOLLAR).runs_out_at is None
    assert day_forecast(DOLLAR, 20, NOON, DOLLAR // 2).runs_out_at == NOON
    assert day_forecast(0, 20, NOON, DOLLAR).runs_out_at is None


def test_a_month_goes_on_at_the_rate_since_its_first_call():
    found = month_forecast(95 * DOLLAR, 5, date(2026, 11, 11), NOON)
    assert found.amount == 95 * DOLLAR + round(10.5 * 10 * DOLLAR)
    assert "since 2026-11-11 (9.5 days)" in found.method


def test_two_days_are_no_month():
    found = month_forecast(DOLLAR, 2, date(2026, 11, 18), NOON)
    assert found.amount is None
    assert "no forecast before 3 days" in found.method


def test_a_month_begins_on_its_first_day():
    assert month_start(date(2026, 11, 20)) == date(2026, 11, 1)
