"""How long a provider asks us to wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.adapters.openai_compatible.retry_after import LONGEST, retry_after

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        pytest.param("0", 0, id="at once"),
        pytest.param("30", 30, id="seconds"),
        pytest.param(" 1.5 ", 1.5, id="with blanks and a fraction"),
        pytest.param("1e400", 86_400, id="infinite is a day"),
        pytest.param("Fri, 20 Nov 2026 12:00:30 GMT", 30, id="a date"),
        pytest.param("Friday, 20-Nov-26 12:00:30 GMT", 30, id="an old date"),
        pytest.param("Fri, 20 Nov 2026 13:00:30 +0100", 30, id="a date elsewhere"),
        pytest.param("Fri, 20 Nov 2026 11:00:00 GMT", 0, id="a date that has passed"),
        pytest.param("Fri, 20 Nov 2099 12:00:00 GMT", 86_400, id="a far date is a day"),
    ],
)
def test_the_wait_is_read(told, seconds):
    assert retry_after({"retry-after": told}, NOON) == timedelta(seconds=seconds)


@pytest.mark.parametrize("told", ["", "soon", "nan", "-5", "Fri, 99 Nov 2026 12:00:30 GMT"])
def test_what_says_nothing_is_no_wait(told):
    assert retry_after({"retry-after": told}, NOON) is None


def test_milliseconds_go_before_seconds():
    told = {"retry-after-ms": "250", "retry-after": "1"}
    assert retry_after(told, NOON) == timedelta(milliseconds=250)


def test_a_date_without_a_zone_is_utc():
    assert retry_after({"retry-after": "Fri, 20 Nov 2026 12:00:30"}, NOON) == timedelta(seconds=30)


@settings(max_examples=50, deadline=None)
@given(told=st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [+-]?\w+"))
def test_any_text_is_a_wait_within_a_day_or_none(told):
    wait = retry_after({"retry-after": told}, NOON)
    assert wait is None or timedelta(0) <= wait <= LONGEST
