"""Prompts: their text, hash and size are known before anything is sent."""

import json

import pytest

from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.llm.call import Message, ToolCall, ToolSpec, prompt_text
from quorate.llm.prompt import prompt_of

QUESTION = Message(role="user", content="What now?")
TOOL = ToolSpec(name="bars", description="Bars of a symbol.", parameters={"type": "object"})


def test_the_hash_covers_the_text_that_is_kept():
    prompt = prompt_of([QUESTION], [TOOL], {"type": "object"})
    assert prompt.hash == sha256_hex(prompt.text)
    assert prompt.text == prompt_text([QUESTION], [TOOL], {"type": "object"})


@pytest.mark.parametrize(
    "other",
    [
        prompt_of([Message(role="system", content="What now?")]),
        prompt_of([Message(role="user", content="What then?")]),
        prompt_of([QUESTION, QUESTION]),
        prompt_of([QUESTION], [TOOL]),
        prompt_of([QUESTION], (), {"type": "object"}),
        prompt_of([Message(role="user", content="What now?", tool_call_id="1")]),
        prompt_of(
            [
                Message(
                    role="user",
                    content="What now?",
                    tool_calls=(ToolCall(id="1", name="bars", arguments="{}"),),
                )
            ]
        ),
    ],
    ids=["role", "content", "one more", "tool", "schema", "tool answer", "tool call"],
)
def test_whatever_is_sent_differently_hashes_differently(other):
    assert other.hash != prompt_of([QUESTION]).hash


def test_the_text_reads_back():
    assert json.loads(prompt_of([QUESTION], [TOOL]).text) == {
        "messages": [{"content": "What now?", "role": "user", "toolCallId": "", "toolCalls": []}],
        "schema": None,
        "tools": [
            {"description": "Bars of a symbol.", "name": "bars", "parameters": {"type": "object"}}
        ],
    }


def test_a_size_is_estimated_at_four_characters_a_token():
    assert prompt_of([Message(role="user", content="x" * 4001)]).estimated_tokens == 1001


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("1 2 3 4 " * 500, id="digits, a token each in several tokenizers"),
        pytest.param("漢字" * 500, id="a script with three bytes a character"),
        pytest.param('"\n\\' * 500, id="what JSON escapes"),
        pytest.param("🂡" * 500, id="four bytes a character"),
    ],
)
def test_no_tokenizer_that_falls_back_to_bytes_finds_more_tokens(content):
    message = Message(role="user", content=content)
    assert prompt_of([message]).most_tokens > len(content.encode())


def test_more_messages_tools_and_structure_never_make_the_bound_smaller():
    sizes, messages, tools = [0], [], []
    for length in range(20):
        messages.append(Message(role="user", content="x" * length))
        sizes.append(prompt_of(messages, tools).most_tokens)
        tools.append(TOOL)
        sizes.append(prompt_of(messages, tools).most_tokens)
    assert sizes == sorted(set(sizes))


def test_a_schema_may_be_sent_indented():
    schema = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(50)}}
    bare = prompt_of([QUESTION]).most_tokens
    indented = len(json.dumps(schema, indent=1).encode())
    assert prompt_of([QUESTION], (), schema).most_tokens > bare + indented


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_cannot_be_stored_is_refused_before_it_is_sent(text):
    with pytest.raises(InvariantBrokenError):
        prompt_of([Message(role="user", content=text)])
