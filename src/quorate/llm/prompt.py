"""A prompt: what is sent, the text that is kept of it, its hash, and how many tokens it has at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.kernel.canonical import JsonValue, sha256_hex
from quorate.llm.call import Message, ToolSpec, prompt_text, structure_text
from quorate.llm.tokens import likely_tokens

TOKENS_PER_MESSAGE: Final = 16
"""At most what a chat template puts around one message: role, separators, ids of tool calls."""

TOKENS_PER_PROMPT: Final = 512
"""At most what a template adds once: begin and end marks, the date, a system prompt of the model's own."""

TOKENS_FOR_STRUCTURE: Final = 1024
"""At most what a provider adds to explain tools or a schema (Anthropic documents 313 to 804 tokens)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt and what is known of it before it is sent; made by `prompt_of`, once for all hops.

    `text` is its canonical JSON, which the journal keeps, and `hash` the SHA-256 of that. `estimated_tokens` is for
    its size, `most_tokens` for its money.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    json_schema: Mapping[str, JsonValue] | None
    text: str
    hash: str
    estimated_tokens: int
    most_tokens: int


def prompt_of(
    messages: Sequence[Message],
    tools: Sequence[ToolSpec] = (),
    json_schema: Mapping[str, JsonValue] | None = None,
) -> Prompt:
    """Return the prompt of `messages`, with what the model may call and the schema it is to keep to.

    Raises:
        InvariantBrokenError: text that cannot be stored (a NUL, a lone surrogate).
    """
    text = prompt_text(messages, tools, json_schema)
    stored = text.encode()
    characters = sum(len(message.content) for message in messages)
    return Prompt(
        messages=tuple(messages),
        tools=tuple(tools),
        json_schema=json_schema,
        text=text,
        hash=sha256_hex(stored),
        estimated_tokens=likely_tokens(characters),
        most_tokens=len(stored) + _added_tokens(messages, tools, json_schema),
    )


def _added_tokens(
    messages: Sequence[Message],
    tools: Sequence[ToolSpec],
    json_schema: Mapping[str, JsonValue] | None,
) -> int:
    """Return how many tokens there may be beyond a token for every byte of the prompt's text.

    A quarter of the characters is no bound: snapshots are mostly digits, which several tokenizers split one by one,
    and other scripts take more than a token a character. A token of a byte-level tokenizer, or of one that falls
    back to bytes, stands for one byte or more, and the JSON of a text has no fewer bytes than the text. Tools and
    schema may be rewritten on the way, indented or as types, to twice their length.
    """
    added = TOKENS_PER_PROMPT + TOKENS_PER_MESSAGE * len(messages)
    if not tools and json_schema is None:
        return added
    texts = [structure_text(json_schema), *(structure_text(tool.parameters) for tool in tools)]
    told = sum(len(tool.name) + len(tool.description) for tool in tools)
    structure = sum(len(text.encode()) + TOKENS_PER_MESSAGE for text in texts)
    return added + TOKENS_FOR_STRUCTURE + structure + 4 * told
