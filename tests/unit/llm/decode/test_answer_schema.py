from quorate.llm.decode import ANSWER_SCHEMA, Stance
from quorate.llm.decode.answer_schema import DECISION_FIELDS
from quorate.llm.decode.fields import ACTIONS
from quorate.llm.decode.reading import ANSWER_FIELDS, REQUIRED_FIELDS
from tests.unit.llm.decode.answers import SCHEMA

DECISION = SCHEMA["properties"]["decisions"]["items"]


def test_the_schema_is_the_contract_to_the_last_key():
    assert ANSWER_SCHEMA == SCHEMA


def test_decoding_knows_the_fields_and_words_of_the_schema():
    assert set(SCHEMA["properties"]) == ANSWER_FIELDS
    assert set(DECISION["properties"]) == DECISION_FIELDS
    assert DECISION["required"] == list(REQUIRED_FIELDS)
    assert DECISION["properties"]["action"]["enum"] == list(ACTIONS)
    assert DECISION["properties"]["stance"]["enum"] == list(Stance)
