"""A request as the bytes of the chat-completions protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from quorate.adapters.openai_compatible.endpoint import Endpoint
from quorate.kernel.canonical import JsonValue
from quorate.llm.call import Message, ModelRequest, ToolCall, ToolSpec
from quorate.llm.provider import Dialect

SCHEMA_NAME: Final = "answer"

WITHOUT_TEMPERATURE: Final = ("gpt-5*", "o1*", "o3*", "o4*")
"""OpenAI's reasoning models, which refuse any temperature but their own. Source: OpenAI, "Reasoning models"."""


def _plain(value: object) -> object:
    """Return a mapping that is no dict as one: a schema may be a read-only view."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_plain)


class _Function(msgspec.Struct):
    name: str
    arguments: str


class _Called(msgspec.Struct):
    id: str
    function: _Function
    type: Literal["function"] = "function"


class _Message(msgspec.Struct):
    role: str
    content: str | None
    tool_call_id: str | msgspec.UnsetType = msgspec.UNSET
    tool_calls: list[_Called] | msgspec.UnsetType = msgspec.UNSET


class _Offered(msgspec.Struct):
    name: str
    description: str
    parameters: Mapping[str, JsonValue]


class _Tool(msgspec.Struct):
    function: _Offered
    type: Literal["function"] = "function"


class _Schema(msgspec.Struct):
    name: str
    strict: bool
    schema: Mapping[str, JsonValue]


class _Format(msgspec.Struct):
    json_schema: _Schema
    type: Literal["json_schema"] = "json_schema"


class _Accounting(msgspec.Struct):
    include: bool


class _Body(msgspec.Struct, omit_defaults=True):
    model: str
    messages: list[_Message]
    temperature: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None
    tools: list[_Tool] | None = None
    response_format: _Format | None = None
    usage: _Accounting | None = None
    provider: Mapping[str, JsonValue] | None = None


def request_body(endpoint: Endpoint, request: ModelRequest) -> bytes:
    """Return the JSON that asks `endpoint` for one completion, not streamed.

    Raises:
        UnicodeEncodeError: a text that is no Unicode (a lone surrogate).
    """
    openai = endpoint.dialect is Dialect.OPENAI
    openrouter = endpoint.dialect is Dialect.OPENROUTER
    tempered = not (openai and _is_reasoning_model(request.model.model))
    return _ENCODER.encode(
        _Body(
            model=request.model.model,
            messages=[_message(each) for each in request.messages],
            temperature=request.temperature if tempered else None,
            max_tokens=None if openai else request.max_tokens,
            max_completion_tokens=request.max_tokens if openai else None,
            seed=request.seed,
            tools=_tools(request.tools),
            response_format=_format(endpoint, request.json_schema),
            usage=_Accounting(include=True) if openrouter else None,
            provider=endpoint.routing if openrouter else None,
        )
    )


def _is_reasoning_model(model: str) -> bool:
    return any(fnmatchcase(model, pattern) for pattern in WITHOUT_TEMPERATURE)


def _message(message: Message) -> _Message:
    calls = message.tool_calls
    return _Message(
        role=message.role,
        content=message.content if message.content or not calls else None,
        tool_call_id=message.tool_call_id or msgspec.UNSET,
        tool_calls=[_called(call) for call in calls] if calls else msgspec.UNSET,
    )


def _called(call: ToolCall) -> _Called:
    return _Called(id=call.id, function=_Function(name=call.name, arguments=call.arguments))


def _tools(tools: Sequence[ToolSpec]) -> list[_Tool] | None:
    if not tools:
        return None
    return [
        _Tool(
            function=_Offered(
                name=tool.name, description=tool.description, parameters=tool.parameters
            )
        )
        for tool in tools
    ]


def _format(endpoint: Endpoint, schema: Mapping[str, JsonValue] | None) -> _Format | None:
    if schema is None:
        return None
    return _Format(
        json_schema=_Schema(name=SCHEMA_NAME, strict=endpoint.strict_schema is True, schema=schema)
    )
