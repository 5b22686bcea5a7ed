"""Results are held to the shape of their type by both sides (FM-TAW-005)."""

import pytest

from quorate.fleet.outcome import TRADING_SIGNAL, checked_result
from quorate.kernel.errors import InvalidOutputError

ANALYSIS = "trading_analysis"
BUY = {"symbol": "AAPL", "action": "BUY", "confidence": 0.85}


def test_what_is_left_out_is_filled_in_and_every_number_is_a_text():
    whole = checked_result(ANALYSIS, {"answers": [{**BUY, "stop": 12.5}]})
    (answer,) = whole["answers"]
    assert (answer["confidence"], answer["stop"], answer["target"]) == ("0.85", "12.5", None)
    assert (whole["costUsd"], whole["fallbackUsed"], whole["latencyMs"]) == ("0", False, "0.0")


def test_a_checked_result_checks_to_itself():
    once = checked_result(ANALYSIS, {"answers": [BUY], "costUsd": "0.000124", "latencyMs": 12.5})
    assert checked_result(ANALYSIS, once) == once


@pytest.mark.parametrize(
    "result",
    [
        pytest.param({}, id="no answers"),
        pytest.param({"answers": [], "surprise": 1}, id="a field that nobody knows"),
        pytest.param({"answers": [{**BUY, "surprise": 1}]}, id="such a field in an answer"),
        pytest.param({"answers": [{**BUY, "action": "buy"}]}, id="an unknown action"),
        pytest.param({"answers": [{**BUY, "confidence": 1.01}]}, id="more than certain"),
        pytest.param({"answers": [{**BUY, "confidence": "nan"}]}, id="no number"),
        pytest.param({"answers": [{**BUY, "confidence": True}]}, id="a truth for a number"),
        pytest.param({"answers": [{"symbol": "AAPL", "action": "BUY"}]}, id="no confidence"),
        pytest.param({"answers": [{"symbol": "AAPL", "action": "ABSTAIN"}]}, id="no reason"),
        pytest.param(
            {"answers": [{**BUY, "action": "ABSTAIN", "reasonCode": "no_setup"}]},
            id="an unsure vote",
        ),
        pytest.param({"answers": [BUY, BUY]}, id="a symbol twice"),
        pytest.param({"answers": [{**BUY, "symbol": "aapl; drop"}]}, id="no symbol"),
        pytest.param({"answers": [{**BUY, "stop": 0}]}, id="a stop at nothing"),
        pytest.param({"answers": [{**BUY, "stop": "Infinity"}]}, id="a stop without end"),
        pytest.param({"answers": [BUY], "costUsd": -1}, id="a negative cost"),
        pytest.param({"answers": [{**BUY, "rationale": "x" * 4001}]}, id="a long rationale"),
        pytest.param({"answers": [{**BUY, "rationale": "a\x00b"}]}, id="what no database keeps"),
        pytest.param({"answers": "BUY"}, id="another type"),
    ],
)
def test_a_result_that_breaks_its_shape_is_refused_whole(result):
    with pytest.raises(InvalidOutputError) as refused:
        checked_result(ANALYSIS, result)
    assert refused.value.code == "RESULT_MALFORMED"


def test_a_type_without_a_shape_takes_any_object_that_can_be_stored():
    assert checked_result("my_type", {"x": [1, {"y": 0.5}]}) == {"x": [1, {"y": "0.5"}]}
    with pytest.raises(InvalidOutputError):
        checked_result("my_type", {"x": float("nan")})


def test_judged_votes_have_a_factor_that_only_takes_away():
    said = {"symbol": "AAPL", "profile": "gpt", "isValid": True, "factor": 0.5}
    assert checked_result(TRADING_SIGNAL, {"judged": [said]})["judged"][0]["factor"] == "0.5"
    with pytest.raises(InvalidOutputError):
        checked_result(TRADING_SIGNAL, {"judged": [{**said, "factor": 1.2}]})
