import pytest

from quorate.llm.decode.syntax_repair import MAX_REPAIR_CHARS, repaired
from tests.unit.llm.decode.answers import BASE, answer, decision

SLOPPY = BASE.replace('"action"', "action")


def test_a_broken_answer_is_read_as_it_was_meant():
    said = repaired(SLOPPY)
    assert said["decisions"][0]["action"] == "BUY"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SLOPPY.replace('"base"', '"base", // and so on'), id="a comment"),
        pytest.param(SLOPPY.replace('"BUY"', '"HOLD","action":"BUY"'), id="a key twice"),
        pytest.param(SLOPPY.replace("0.7", "0.7 (70 %)"), id="a remark"),
        pytest.param(SLOPPY.replace("0.7", ""), id="no value"),
        pytest.param(SLOPPY.replace("0.7", "70%"), id="a percentage"),
        pytest.param(SLOPPY.replace("0.7", ".7"), id="a number that JSON does not write so"),
        pytest.param("{" + '"a":[' * 2000 + "1" + "]" * 2000 + "}", id="deeper than a stack"),
        pytest.param(SLOPPY.replace('base"', "base"), id="a quote never closed"),
        pytest.param(SLOPPY.replace('base"', 'base, "veto": true'), id="a veto behind it"),
    ],
)
def test_what_takes_a_guess_is_not_repaired(text):
    assert repaired(text) is None


@pytest.mark.parametrize("written", ["7/10", "0,7", "NaN", "9" * 5000, ".7.0"])
def test_what_is_no_number_stays_a_text(written):
    said = repaired(SLOPPY.replace("0.7", written))
    assert said["decisions"][0]["confidence"] == written


def test_a_long_answer_is_not_repaired():
    long = answer(*[decision(rationale="x" * 4000)] * 5)
    assert len(long) > MAX_REPAIR_CHARS
    assert repaired(long[:-1]) is None


def test_a_hostile_answer_ends_when_it_was_read_often_enough():
    text = '{"decisions":[{"rationale":"' + '["' * 5000 + '"}]}'
    assert repaired(text) is None
