"""A provider's answer as a `ModelReply`: the envelope is read, what the model said in it is not.

An answer that is empty, cut off or filtered is a reply; an error body never is, whatever status it came with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from quorate.adapters.openai_compatible.refusal import error_in_answer, told_by
from quorate.adapters.openai_compatible.usage import cost_told, number, usage_told
from quorate.llm.call import ModelReply, ToolCall
from quorate.llm.failure import FailureCode, ModelCallError

LONGEST_LABEL: Final = 200
"""Of a model's name, an id or a reason that a stranger sent, so much is kept. Ours."""

MANY_TOOL_CALLS: Final = 64
"""More calls than these in one answer are no use of tools. Ours."""


class _Function(msgspec.Struct):
    name: str = ""
    arguments: msgspec.Raw = msgspec.Raw(b'""')


class _Called(msgspec.Struct):
    function: _Function
    id: str | None = None


class _Message(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_Called] | None = None


class _Choice(msgspec.Struct):
    message: _Message | None = None
    finish_reason: str | None = None
    error: Any = None


class _Envelope(msgspec.Struct):
    choices: list[_Choice] | None = None
    model: str | None = None
    id: Any = None
    usage: Any = None
    error: Any = None


class _Around(msgspec.Struct):
    """What can still be read of an envelope whose answer cannot."""

    model: Any = None
    usage: Any = None


_DECODER: Final = msgspec.json.Decoder(_Envelope, float_hook=number)
_AROUND: Final = msgspec.json.Decoder(_Around, float_hook=number)
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def reply_in(
    body: bytes, *, source: str, request_id: str = "", latency_ms: float = 0.0
) -> ModelReply:
    """Return the reply in the body of an HTTP 200.

    Args:
        body: the whole body, at most as long as the adapter reads.
        source: which model was asked.
        request_id: the id in the answer's headers, for bodies that have none.
        latency_ms: how long the answer took, in milliseconds.

    Raises:
        ModelCallError: it is an error (`error_in_answer`), or no chat completion (MALFORMED_RESPONSE).
    """
    envelope = _envelope(body, source)
    choice = envelope.choices[0] if envelope.choices else _Choice()
    error = envelope.error or choice.error or choice.finish_reason == "error"
    if error:
        told = told_by(error, envelope.usage)
        raise error_in_answer(told, source=source, model_served=label(envelope.model))
    message = choice.message or _Message()
    return ModelReply(
        content=(message.content or "").encode(),
        model_served=label(envelope.model),
        finish_reason=label(choice.finish_reason),
        usage=usage_told(envelope.usage),
        reported_cost=cost_told(envelope.usage),
        tool_calls=_tool_calls(message.tool_calls or (), body, source),
        request_id=label(envelope.id) or label(request_id),
        latency_ms=latency_ms,
    )


def malformed(cause: str, *, source: str, body: bytes = b"") -> ModelCallError:
    """Return the failure that an unreadable answer is, with what can still be read around it."""
    try:
        around = _AROUND.decode(body)
    except _UNREADABLE:
        around = _Around()
    cost = cost_told(around.usage)
    return ModelCallError(
        f"{source} {cause}",
        code=FailureCode.MALFORMED_RESPONSE,
        source=source,
        retryable=True,
        billed=bool(cost.amount) if cost else None,
        usage=usage_told(around.usage),
        reported_cost=cost,
        model_served=label(around.model),
    )


def label(value: object) -> str:
    """Return a stranger's short text: printable, at most 200 characters; empty where it is no text."""
    if not isinstance(value, str):
        return ""
    if value.isprintable() and len(value) <= LONGEST_LABEL:
        return value
    return "".join(each if each.isprintable() else "?" for each in value[:LONGEST_LABEL])


def _envelope(body: bytes, source: str) -> _Envelope:
    try:
        envelope = _DECODER.decode(body)
    except _UNREADABLE:
        envelope = None
    if envelope is None:
        raise malformed(
            "answered with something that is no chat completion", source=source, body=body
        )
    if envelope.choices is None and not envelope.error:
        raise malformed("answered without choices", source=source, body=body)
    return envelope


def _tool_calls(calls: Sequence[_Called], body: bytes, source: str) -> tuple[ToolCall, ...]:
    if len(calls) > MANY_TOOL_CALLS:
        raise malformed(f"asked for {len(calls)} tools at once", source=source, body=body)
    try:
        return tuple(_tool_call(call) for call in calls)
    except _UNREADABLE:
        pass
    raise malformed("asked for a tool with arguments that are no text", source=source, body=body)


def _tool_call(call: _Called) -> ToolCall:
    return ToolCall(
        id=label(call.id),
        name=label(call.function.name),
        arguments=_arguments(call.function.arguments),
    )


def _arguments(raw: msgspec.Raw) -> str:
    """Return the arguments as the text that the protocol wants, also of a server that sends them as an object."""
    text = bytes(raw)
    return str(msgspec.json.decode(text)) if text.startswith(b'"') else text.decode()
