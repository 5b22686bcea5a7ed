import pytest

from quorate.llm.decode.horizon import MAX_SESSIONS, Horizon, horizon_of
from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode


@pytest.mark.parametrize(
    ("text", "sessions"),
    [
        ("P5D", 5),
        ("P2W", 10),
        ("P1M", 21),
        ("P1Y", 252),
        ("P1Y1M1W1D", 279),
        ("PT4H", 1),
        ("PT24H", 1),
        ("PT24H1S", 2),
        ("PT90M", 1),
        ("P1DT12H", 2),
        ("P0DT1S", 1),
        (f"P{MAX_SESSIONS}D", MAX_SESSIONS),
    ],
)
def test_days_are_sessions_and_a_day_begun_counts_whole(text, sessions):
    assert horizon_of(text) == Horizon(text=text, sessions=sessions)


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P5", "5D", "p5d", "P5DT", "PT5", "P-5D", "P0.5D", "P5D ", "P5D\n"),
        *("P1D1W", "P\u0665D", "P9999999D", "five days", "20"),
    ],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(AnswerRefusedError, match="no ISO 8601 duration") as refused:
        horizon_of(text)
    assert refused.value.rejection is RejectionCode.HORIZON_INVALID


@pytest.mark.parametrize(
    "text", ["P0D", "PT0S", "P0Y", f"P{MAX_SESSIONS + 1}D", "P11Y", "P999999Y"]
)
def test_nothing_and_more_than_ten_years_are_refused(text):
    with pytest.raises(AnswerRefusedError, match="sessions, not 1 to 2520"):
        horizon_of(text)
