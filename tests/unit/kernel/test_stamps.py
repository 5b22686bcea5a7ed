from datetime import UTC, datetime, timedelta, timezone

import pytest

from quorate.kernel.stamps import moment_of, stamp

MOMENTS = [
    pytest.param(
        datetime(2026, 11, 21, 3, 12, 0, 123456, UTC),
        "2026-11-21T03:12:00.123456Z",
        id="microseconds",
    ),
    pytest.param(
        datetime(2026, 11, 21, 3, 12, tzinfo=UTC),
        "2026-11-21T03:12:00.000000Z",
        id="a whole second has its six digits too",
    ),
    pytest.param(
        datetime(2026, 11, 21, 5, 12, tzinfo=timezone(timedelta(hours=2))),
        "2026-11-21T03:12:00.000000Z",
        id="another zone becomes UTC",
    ),
]


@pytest.mark.parametrize(("moment", "text"), MOMENTS)
def test_a_time_is_written_in_utc(moment, text):
    assert stamp(moment) == text


@pytest.mark.parametrize(("moment", "text"), MOMENTS)
def test_a_stamp_reads_back_as_the_same_aware_time(moment, text):
    assert moment_of(text) == moment
    assert moment_of(text).tzinfo is not None


def test_text_order_is_time_order():
    start = datetime(2026, 12, 31, 23, 59, 59, 999_998, UTC)
    texts = [stamp(start + timedelta(microseconds=step)) for step in range(5)]
    assert texts == sorted(texts)
