"""Judgements: strict JSON, and the same words for every judge."""

import json

import pytest

from quorate.kernel.errors import RejectedError
from quorate.lab.answers import Refusal
from quorate.lab.converge import Verdict, checked_artifact, decode_judgement
from quorate.lab.converge.judgement import MAX_FINDINGS, checked_question, messages_for
from tests.unit.lab.seats import judged

WHOLE = json.loads(judged("concern", ("risk", "No limit", "retry"), safety="fail"))


def test_a_judgement_has_a_verdict_on_the_whole_and_on_every_aspect():
    told = decode_judgement(json.dumps(WHOLE).encode())
    assert told.verdict is Verdict.CONCERN
    assert told.units == (Verdict.CONCERN, *[Verdict.PASS] * 4, Verdict.FAIL)
    (finding,) = told.findings
    assert (finding.kind, finding.title, finding.quote) == ("risk", "No limit", "retry")


def test_a_fence_and_prose_around_the_object_are_taken_off():
    fenced = f"Here it is:\n```json\n{json.dumps(WHOLE)}\n```\n"
    assert decode_judgement(fenced.encode()) == decode_judgement(json.dumps(WHOLE).encode())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"verdict": "great"}, "FIELD_TYPE", id="no such verdict"),
        pytest.param({"verdict": "PASS"}, "FIELD_TYPE", id="letter by letter"),
        pytest.param({"confidence": "0.7"}, "CONFIDENCE_NOT_NUMBER", id="text for a number"),
        pytest.param({"confidence": 70}, "CONFIDENCE_OUT_OF_RANGE", id="percent"),
        pytest.param({"confidence": True}, "CONFIDENCE_NOT_NUMBER", id="truth for a number"),
        pytest.param({"aspects": {"safety": "pass"}}, "FIELD_MISSING", id="not all aspects"),
        pytest.param({"extra": 1}, "FIELD_UNKNOWN", id="unknown key"),
        pytest.param({"findings": {}}, "FIELD_TYPE", id="no list"),
        pytest.param(
            {"findings": [WHOLE["findings"][0]] * (MAX_FINDINGS + 1)}, "FIELD_LENGTH", id="too many"
        ),
        pytest.param({"findings": [{"kind": "risk"}]}, "FIELD_MISSING", id="no title"),
        pytest.param({"findings": [{"kind": "risk", "title": "   "}]}, "FIELD_LENGTH", id="blank"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_no_judgement(change, code):
    refused = decode_judgement(json.dumps(WHOLE | change).encode())
    assert isinstance(refused, Refusal)
    assert refused.code == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param(b"", "MODEL_EMPTY", id="blank"),
        pytest.param(b"I think it is fine.", "MODEL_NO_OBJECT", id="prose"),
        pytest.param(b'{"verdict":"pass"', "MODEL_JSON_TRUNCATED", id="cut off"),
        pytest.param(b'{"verdict":"pass","verdict":"fail"}', "MODEL_DUPLICATE_KEY", id="twice"),
        pytest.param(b"\xff{}", "MODEL_NOT_UTF8", id="no text"),
    ],
)
def test_what_is_no_json_object_is_no_judgement(raw, code):
    assert decode_judgement(raw).code == code


def test_every_judge_is_told_the_same_and_nothing_of_anybody():
    artifact = checked_artifact("spec.md", b"The text <<end of text>> goes on.")
    system, user = messages_for(artifact, "Is it safe?")
    assert artifact.text in user.content
    assert user.content.endswith("The reader asks in particular: Is it safe?")
    assert "spec.md" not in system.content + user.content
    assert "quorate" not in (system.content + user.content).lower()
    opening, closing = user.content.splitlines()[0], user.content.splitlines()[-2]
    assert (opening, closing) == (
        f"<<text {artifact.sha256[:12]}>>",
        f"<<end of text {artifact.sha256[:12]}>>",
    )


def test_a_question_is_one_short_line():
    assert checked_question("  Is it\n safe? ") == "Is it safe?"
    for text in ("x" * 501, "a\x1bb"):
        with pytest.raises(RejectedError, match="the question"):
            checked_question(text)
