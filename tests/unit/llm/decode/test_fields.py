import json

import pytest

from quorate.kernel.action import Action
from quorate.llm.decode import DecodedAnswer, decode_answer
from tests.unit.llm.decode.answers import AAPL, answer, decision


def outcome(**fields):
    return decode_answer(answer(decision(**fields)), [AAPL])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"symbol": 7}, "FIELD_TYPE", id="a number as symbol"),
        pytest.param({"symbol": "aapl"}, "SYMBOL_NOT_REQUESTED", id="a symbol in lower case"),
        pytest.param({"symbol": "TSLA"}, "SYMBOL_NOT_REQUESTED", id="another symbol"),
        pytest.param({"symbol": "\u0410APL"}, "SYMBOL_NOT_ASCII", id="a Cyrillic A"),
        pytest.param({"symbol": ...}, "FIELD_MISSING", id="no symbol"),
        pytest.param({"action": "ABSTAIN"}, "ACTION_UNKNOWN", id="abstain"),
        pytest.param({"action": "BUY "}, "ACTION_UNKNOWN", id="an action with a space"),
        pytest.param({"action": "\u017fell"}, "ACTION_UNKNOWN", id="a long s: upper case is SELL"),
        pytest.param({"action": ["BUY"]}, "ACTION_UNKNOWN", id="a list of actions"),
        pytest.param({"action": ...}, "FIELD_MISSING", id="no action"),
        pytest.param({"confidence": 1.0000001}, "CONFIDENCE_OUT_OF_RANGE", id="just above one"),
        pytest.param({"confidence": -1e-300}, "CONFIDENCE_OUT_OF_RANGE", id="just below zero"),
        pytest.param({"confidence": 70}, "CONFIDENCE_OUT_OF_RANGE", id="a percentage"),
        pytest.param({"confidence": "0.7"}, "CONFIDENCE_NOT_NUMBER", id="a confidence as text"),
        pytest.param({"confidence": None}, "CONFIDENCE_NOT_NUMBER", id="null confidence"),
        pytest.param({"confidence": ...}, "FIELD_MISSING", id="no confidence"),
        pytest.param({"sizing": 5}, "FIELD_TYPE", id="a number as sizing"),
        pytest.param({"sizing": {"kind": "qty"}}, "FIELD_MISSING", id="sizing without value"),
        pytest.param({"sizing": {"value": 1}}, "FIELD_MISSING", id="sizing without kind"),
        pytest.param({"sizing": {"kind": "usd", "value": 1}}, "SIZING_KIND_UNKNOWN", id="dollars"),
        pytest.param({"sizing": {"kind": None, "value": 1}}, "SIZING_KIND_UNKNOWN", id="null kind"),
        pytest.param(
            {"sizing": {"kind": "qty", "value": "5"}}, "QUANTITY_NOT_NUMBER", id="size as text"
        ),
        pytest.param(
            {"sizing": {"kind": "qty", "value": True}}, "QUANTITY_NOT_NUMBER", id="true as size"
        ),
        pytest.param(
            {"sizing": {"kind": "pct_equity", "value": 1.4}}, "SIZING_OUT_OF_RANGE", id="140 %"
        ),
        pytest.param({"stop": 0}, "PRICE_NOT_POSITIVE", id="a stop at zero"),
        pytest.param({"stop": "95"}, "PRICE_NOT_NUMBER", id="a stop as text"),
        pytest.param({"target": -1}, "PRICE_NOT_POSITIVE", id="a negative target"),
        pytest.param({"target": False}, "PRICE_NOT_NUMBER", id="false as target"),
        pytest.param({"timeHorizon": "soon"}, "HORIZON_INVALID", id="soon"),
        pytest.param({"timeHorizon": 20}, "FIELD_TYPE", id="a number as horizon"),
        pytest.param({"rationale": ""}, "FIELD_LENGTH", id="no reason"),
        pytest.param({"rationale": "x" * 4001}, "FIELD_LENGTH", id="too long a reason"),
        pytest.param({"rationale": None}, "FIELD_TYPE", id="null reason"),
        pytest.param({"riskFlags": "gap"}, "FIELD_TYPE", id="one flag, not a list"),
        pytest.param({"riskFlags": None}, "FIELD_TYPE", id="null flags"),
        pytest.param({"riskFlags": [1]}, "FIELD_TYPE", id="a number as flag"),
        pytest.param({"riskFlags": ["x"] * 21}, "FIELD_LENGTH", id="21 flags"),
        pytest.param({"riskFlags": ["x" * 81]}, "FIELD_LENGTH", id="a flag of 81 characters"),
        pytest.param({"keySignals": ["x"] * 21}, "FIELD_LENGTH", id="21 signals"),
        pytest.param({"keySignals": ["x" * 201]}, "FIELD_LENGTH", id="a signal of 201 characters"),
        pytest.param({"veto": "true"}, "FIELD_TYPE", id="a veto as text"),
        pytest.param({"veto": 1}, "FIELD_TYPE", id="a veto as number"),
        pytest.param({"veto": None}, "FIELD_TYPE", id="null veto"),
        pytest.param({"riskScore": 1.1}, "RISK_SCORE_OUT_OF_RANGE", id="a score above one"),
        pytest.param({"riskScore": "high"}, "RISK_SCORE_NOT_NUMBER", id="a score in words"),
        pytest.param({"stance": "Bullish"}, "STANCE_UNKNOWN", id="a stance with a capital"),
        pytest.param({"stance": None}, "STANCE_UNKNOWN", id="null stance"),
        pytest.param({"leverage": 10}, "FIELD_UNKNOWN", id="leverage"),
        pytest.param({"": 1}, "FIELD_UNKNOWN", id="an empty key"),
    ],
)
def test_a_field_that_breaks_its_rule_is_refused(fields, code):
    rejection = outcome(**fields)
    assert rejection.code == code
    assert not rejection.repairable


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"confidence": 0}, id="no confidence at all"),
        pytest.param({"confidence": 1}, id="certainty"),
        pytest.param({"sizing": None, "stop": None, "target": None}, id="nulls"),
        pytest.param({"timeHorizon": None, "riskScore": None}, id="more nulls"),
        pytest.param({"sizing": {"kind": "pct_equity", "value": 1}}, id="all equity"),
        pytest.param({"rationale": "\U0001f600" * 4000}, id="4000 characters beyond the BMP"),
        pytest.param({"riskFlags": ["x" * 80] * 20, "keySignals": ["y" * 200] * 20}, id="full"),
        pytest.param({"riskFlags": [], "keySignals": [""]}, id="empty"),
        pytest.param({"riskScore": 1, "veto": True, "stance": "neutral"}, id="a veto"),
    ],
)
def test_the_bounds_of_a_field_belong_to_it(fields):
    assert isinstance(outcome(**fields), DecodedAnswer)


@pytest.mark.parametrize("written", ["hold", "Hold", "hOLD"])
def test_the_case_of_an_action_does_not_matter(written):
    (said,) = outcome(action=written).decisions
    assert said.action is Action.HOLD


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({}, "FIELD_MISSING", id="no decisions"),
        pytest.param({"decisions": []}, "FIELD_LENGTH", id="an empty list"),
        pytest.param({"decisions": [decision()] * 51}, "FIELD_LENGTH", id="51 decisions"),
        pytest.param({"decisions": decision()}, "FIELD_TYPE", id="one decision, not a list"),
        pytest.param({"decisions": ["BUY"]}, "FIELD_TYPE", id="a word as decision"),
        pytest.param({"decisions": [decision()] * 2}, "SYMBOL_REPEATED", id="one symbol twice"),
        pytest.param({"decisions": [decision()], "note": ""}, "FIELD_UNKNOWN", id="a note"),
        pytest.param(
            {"decisions": [decision()], "requiredTools": "bars"}, "FIELD_TYPE", id="one tool"
        ),
        pytest.param(
            {"decisions": [decision()], "dataDependencies": None}, "FIELD_TYPE", id="null data"
        ),
    ],
)
def test_an_answer_that_breaks_its_form_is_refused(said, code):
    assert decode_answer(json.dumps(said), [AAPL]).code == code
