"""What a provider's refusal means, whichever provider words it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.adapters.openai_compatible.refusal import NOTHING_TOLD, refused, told_in
from quorate.llm.failure import FailureCode


def failure(status, error, **around):
    body = json.dumps({"error": error, **around}).encode()
    return refused(status, told_in(body), source="local/m")


WORDS = [
    pytest.param(
        400, {"code": "context_length_exceeded"}, "CONTEXT_TOO_LARGE", id="OpenAI, length"
    ),
    pytest.param(
        400,
        {"code": 400, "type": "exceed_context_size_error", "message": "the request exceeds"},
        "CONTEXT_TOO_LARGE",
        id="llama.cpp, length",
    ),
    pytest.param(
        400,
        {"message": "This model's maximum context length is 4096 tokens", "code": 400},
        "CONTEXT_TOO_LARGE",
        id="vLLM, length",
    ),
    pytest.param(400, {"code": "content_filter"}, "CONTENT_FILTERED", id="Azure, filter"),
    pytest.param(
        403,
        {"code": 403, "metadata": {"flagged_input": "x"}},
        "CONTENT_FILTERED",
        id="OpenRouter, filter",
    ),
    pytest.param(403, {"code": 403, "message": "no"}, "CREDENTIALS", id="OpenRouter, key"),
    pytest.param(404, "model 'x' not found", "VALIDATION_FAILED", id="Ollama, model"),
    pytest.param(404, {"code": "model_not_found"}, "VALIDATION_FAILED", id="OpenAI, model"),
    pytest.param(529, {"type": "overloaded_error"}, "HTTP_529", id="overloaded"),
    pytest.param(500, {"message": "maximum context length"}, "HTTP_500", id="a 500 stays a 500"),
]


@pytest.mark.parametrize(("status", "error", "code"), WORDS)
def test_a_refusal_is_sorted_by_its_status_and_its_names(status, error, code):
    assert failure(status, error).code == code


def test_only_the_short_names_of_an_error_are_passed_on():
    error = {
        "code": "bad key",
        "type": "invalid_request_error",
        "param": "model",
        "message": "secret",
    }
    assert failure(400, error).cause == "local/m answered HTTP 400 (invalid_request_error, model)"


def test_a_name_is_told_once():
    assert failure(429, {"code": "a", "type": "a"}).cause == "local/m answered HTTP 429 (a)"


def test_a_refusal_that_was_billed_says_so():
    told = failure(500, {"message": ""}, usage={"cost": 0.5, "prompt_tokens": 3})
    assert (told.billed, told.usage.prompt_tokens, str(told.reported_cost)) == (True, 3, "0.5")


@settings(max_examples=50, deadline=None)
@given(status=st.integers(min_value=201, max_value=599))
def test_every_status_has_a_code(status):
    told = refused(status, NOTHING_TOLD, source="local/m")
    assert told.code == f"HTTP_{status}" or told.code in set(FailureCode)
    assert told.retryable == (status in {408, 425, 429} or status >= 500)


@settings(max_examples=50, deadline=None)
@given(body=st.binary())
def test_any_body_tells_something_or_nothing(body):
    refused(500, told_in(body), source="local/m")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "type", "param", "message", "metadata", "x"]), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(error=JSON, usage=JSON)
def test_any_error_tells_something_or_nothing(error, usage):
    failure(400, error, usage=usage)
