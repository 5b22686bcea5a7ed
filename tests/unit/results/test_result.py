"""A result: what it refuses, how new it is, and how it is shown."""

import pytest

from quorate.kernel.errors import RejectedError
from quorate.results.result import Recency, Risk, result_id_of, to_display
from tests.fakes.results import result


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"confidence": 1.01}, id="confidence above 1"),
        pytest.param({"risk_score": -0.1}, id="risk below 0"),
        pytest.param({"symbol": ""}, id="no symbol"),
        pytest.param({"result_seq": 3}, id="no row"),
        pytest.param({"supporters": 5, "valid_votes": 4}, id="more supporters than votes"),
        pytest.param({"analyzed_at": "yesterday"}, id="no time"),
        pytest.param({"analyzed_at": "2026-11-20T12:00:00"}, id="no zone"),
        pytest.param({"reasoning": "x" * 201}, id="too long"),
    ],
)
def test_what_nobody_could_rely_on_is_no_result(wrong):
    with pytest.raises(RejectedError):
        result(**wrong)


@pytest.mark.parametrize(
    ("score", "risk"),
    [
        pytest.param(0.71, Risk.HIGH, id="above 0.7"),
        pytest.param(0.7, Risk.MEDIUM, id="at 0.7"),
        pytest.param(0.41, Risk.MEDIUM, id="above 0.4"),
        pytest.param(0.4, Risk.LOW, id="at 0.4"),
    ],
)
def test_a_risk_score_is_said_in_a_word(score, risk):
    assert result(risk_score=score).risk is risk


def test_it_is_shown_in_percent_with_its_warning():
    shown = to_display(result(confidence=0.684, hidden_hand_warning="an upthrust"))
    assert (shown.confidence, shown.warning, shown.degraded) == ("68%", "an upthrust", False)


def test_where_nobody_spoke_the_confidence_is_unknown_and_not_zero():
    assert to_display(result(confidence=None)).confidence == "unknown"


def test_it_is_as_new_as_its_analysis_and_at_equal_times_as_its_row():
    early = result(8, analyzed_at="2026-11-20T12:00:00.000000Z")
    late = result(7, analyzed_at="2026-11-20T12:00:00.000001Z")
    assert early.recency < late.recency
    assert Recency("t", 1) < Recency("t", 2)
    assert (early.seq, result_id_of("dec_9")) == (8, "res_9")
