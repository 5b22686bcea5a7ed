"""An envelope is a reply, or a failure with a code: nothing else comes out of any bytes."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.adapters.openai_compatible.response import label, reply_in
from quorate.llm.call import ToolCall
from quorate.llm.failure import FailureCode, ModelCallError

SOURCE = "local/m"
ENVELOPE = {
    "id": "gen-1",
    "model": "m",
    "choices": [
        {
            "finish_reason": "stop",
            "message": {
                "content": '{"decisions": []}',
                "tool_calls": [{"id": "c", "function": {"name": "q", "arguments": "{}"}}],
            },
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "cost": 0.5},
}


def reply(**changes):
    return reply_in(json.dumps({**ENVELOPE, **changes}).encode(), source=SOURCE)


def test_a_reply_is_what_the_first_choice_says():
    told = reply()
    assert (told.content, told.model_served, told.finish_reason) == (
        b'{"decisions": []}',
        "m",
        "stop",
    )
    assert told.tool_calls == (ToolCall(id="c", name="q", arguments="{}"),)
    assert (told.request_id, str(told.reported_cost)) == ("gen-1", "0.5")


def test_the_id_of_the_header_stands_in_for_one_in_the_body():
    assert reply_in(b'{"choices":[]}', source=SOURCE, request_id="req-1").request_id == "req-1"


def test_a_model_that_is_not_named_is_empty():
    assert reply(model=None).model_served == ""


@pytest.mark.parametrize("error", [{"code": 502}, "down", ["down"], True])
def test_an_error_beside_an_answer_takes_its_place(error):
    with pytest.raises(ModelCallError) as caught:
        reply(error=error)
    assert caught.value.usage.prompt_tokens == 9


@pytest.mark.parametrize("error", [None, "", {}, False])
def test_an_error_that_says_nothing_is_none(error):
    assert reply(error=error).content


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("openai/gpt-5-mini", "openai/gpt-5-mini", id="a name"),
        pytest.param("a\r\nb\x00", "a??b?", id="control characters"),
        pytest.param("x" * 1000, "x" * 200, id="too long"),
        pytest.param(5, "", id="a number"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_a_strangers_label_is_short_and_printable(text, shown):
    assert label(text) == shown


def outcome(body):
    """Return the failure that `body` is, None for a reply; any other error is the test's."""
    try:
        reply_in(body, source=SOURCE)
    except ModelCallError as failure:
        return failure
    return None


def is_reply_or_failure(body):
    failure = outcome(body)
    return failure is None or (
        failure.source == SOURCE
        and (failure.code in set(FailureCode) or failure.code.startswith("HTTP_"))
    )


@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=400))
def test_any_bytes_give_a_reply_or_a_failure(body):
    assert is_reply_or_failure(body)


KEYS = [
    *ENVELOPE,
    "error",
    "message",
    "content",
    "tool_calls",
    "function",
    "arguments",
    "cost",
    "code",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(tree=st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_tree_gives_a_reply_or_a_failure(tree):
    assert is_reply_or_failure(json.dumps(tree).encode())


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_an_answer_with_bytes_changed_gives_a_reply_or_a_failure(data):
    body = bytearray(msgspec.json.encode(ENVELOPE))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    assert is_reply_or_failure(bytes(body))
