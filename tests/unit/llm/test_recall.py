"""What an answer is remembered under."""

from quorate.llm.call import ModelId
from quorate.llm.recall import answer_key
from tests.unit.llm.calls import FIRST


def test_an_answer_is_that_of_one_profile_version_prompt_and_model():
    asked = {"profile_version": "1", "prompt_hash": "h", "model": FIRST}
    others = [
        {**asked, "profile_version": "2"},
        {**asked, "prompt_hash": "i"},
        {**asked, "model": ModelId("acme", "second")},
    ]
    assert len({answer_key(**each) for each in (asked, *others)}) == 4
