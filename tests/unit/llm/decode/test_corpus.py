"""Every model_output row of the corpus: what concerns decoding is decoded here, the rest is named with its place."""

from pathlib import Path

import pytest

from quorate.kernel.action import Action
from quorate.llm.decode import DecodedAnswer, Rejection, decode_answer
from tests.unit.llm.decode.answers import AAPL, BASE, corpus, raw_of

ROWS = corpus("model_output")
TESTS = Path(__file__).parents[3]
ELSEWHERE = {
    "MO-042": "unit/arena/test_confidence_chain.py",
    "MO-043": "unit/arena/test_confidence_chain.py",
    "MO-044": "unit/arena/test_confidence_chain.py",
    "MO-045": "unit/arena/test_deciding.py",
    "MO-046": "unit/arena/test_deciding.py",
}
"""What happens after decoding: the confidence chain, the quorum, the panel."""

DECODED = {name: row for name, row in ROWS.items() if name not in ELSEWHERE}


def of_outcome(*outcomes):
    return [
        pytest.param(row["input"], row["expect"], id=name)
        for name, row in DECODED.items()
        if row["expect"]["outcome"] in outcomes
    ]


@pytest.mark.parametrize(("given", "expected"), of_outcome("REJECT"))
def test_what_must_be_rejected_is_rejected_with_its_code(given, expected):
    rejection = decode_answer(raw_of(given), [AAPL])
    assert isinstance(rejection, Rejection)
    assert rejection.code == expected["code"]
    assert rejection.repairable is bool(expected.get("repair_calls", 0))


@pytest.mark.parametrize(("given", "expected"), of_outcome("NORMALIZE"))
def test_what_is_only_untidy_says_the_same_as_the_tidy_answer(given, expected):
    answer = decode_answer(raw_of(given), [AAPL])
    tidy = decode_answer(BASE, [AAPL])
    assert isinstance(answer, DecodedAnswer)
    assert answer.notes == (expected["code"],)
    assert answer.decisions == tidy.decisions


@pytest.mark.parametrize(("given", "expected"), of_outcome("ACCEPT_FLAGGED"))
def test_what_is_suspicious_is_accepted_flagged_and_otherwise_unchanged(given, expected):
    answer = decode_answer(raw_of(given), [AAPL])
    assert isinstance(answer, DecodedAnswer)
    (decision,) = answer.decisions
    assert decision.risk_flags == (expected["code"],)
    assert (decision.action, decision.confidence.value) == (Action.BUY, 0.7)


def test_no_row_is_left_out():
    outcomes = {row["expect"]["outcome"] for row in DECODED.values()}
    assert outcomes == {"REJECT", "NORMALIZE", "ACCEPT_FLAGGED"}
    assert set(ELSEWHERE) < set(ROWS)


@pytest.mark.parametrize(("name", "place"), ELSEWHERE.items())
def test_a_row_that_is_tested_elsewhere_is_found_there(name, place):
    assert name in ROWS
    assert name in (TESTS / place).read_text()
