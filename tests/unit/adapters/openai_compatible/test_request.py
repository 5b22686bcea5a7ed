"""A request as bytes; what each dialect is sent stands in tests/integration/test_openai_compatible.py."""

import json
from dataclasses import replace
from types import MappingProxyType

import pytest

from quorate.adapters.openai_compatible.endpoint import Endpoint
from quorate.adapters.openai_compatible.request import request_body
from quorate.llm.call import Message, ModelId, ModelRequest
from quorate.llm.provider import Dialect

ENDPOINT = Endpoint(name="openai", base_url="https://api.openai.com/v1", dialect=Dialect.OPENAI)
REQUEST = ModelRequest(
    model=ModelId("openai", "gpt-4.1-mini"),
    messages=(Message(role="user", content="Gr\u00fc\u00dfe"),),
    temperature=0.0,
    max_tokens=10,
    timeout_s=1,
)


def body(**changes):
    return json.loads(request_body(ENDPOINT, replace(REQUEST, **changes)))


def test_text_is_sent_as_it_is():
    assert body()["messages"] == [{"role": "user", "content": "Gr\u00fc\u00dfe"}]


def test_a_read_only_schema_is_sent_as_an_object():
    schema = MappingProxyType({"type": "object", "properties": MappingProxyType({})})
    sent = body(json_schema=schema)["response_format"]["json_schema"]["schema"]
    assert sent == {"type": "object", "properties": {}}


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-mini-2025-08-07", "o3", "o4-mini"])
def test_reasoning_models_keep_their_own_temperature(model):
    assert "temperature" not in body(model=ModelId("openai", model))


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-4o-mini", "chatgpt-4o-latest"])
def test_other_models_are_sent_one(model):
    assert body(model=ModelId("openai", model))["temperature"] == 0.0


def test_an_empty_answer_of_the_model_is_sent_as_a_text():
    assert body(messages=(Message(role="assistant", content=""),))["messages"][0]["content"] == ""


def test_a_lone_surrogate_is_no_text():
    with pytest.raises(UnicodeEncodeError):
        body(messages=(Message(role="user", content="\ud800"),))
