"""The words of one turn as messages: the part that all agents share comes first, so that providers can cache it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from quorate.agents.prompts import Prompt
from quorate.agents.tools import ToolUse
from quorate.kernel.storable import storable
from quorate.llm import Message, ToolCall

REPAIR_RULES: Final = (
    "Write the JSON below again so that it is valid JSON. Keep every key, every value and their order exactly as they "
    "are; add nothing, drop nothing, judge nothing. Answer with the JSON alone."
)
"""What a cheap model is told that mends an answer's syntax; it never sees the question. Source: R-075."""


def storable_call(call: ToolCall) -> ToolCall:
    """Return a model's wish for a tool as it may be kept and sent on."""
    return ToolCall(
        id=storable(call.id), name=storable(call.name), arguments=storable(call.arguments)
    )


def opening(prompt: Prompt) -> tuple[Message, ...]:
    """Return the first messages: rules, shared evidence, and last what this one agent is to do."""
    return (
        Message(role="system", content=prompt.rules),
        Message(role="user", content=prompt.shared),
        Message(role="user", content=prompt.task),
    )


def tool_round(
    said: str, calls: Sequence[ToolCall], uses: Sequence[ToolUse]
) -> tuple[Message, ...]:
    """Return the model's wish for tools and what they answered."""
    wish = Message(role="assistant", content=said, tool_calls=tuple(calls))
    answers = (
        Message(role="tool", content=use.result, tool_call_id=call.id)
        for call, use in zip(calls, uses, strict=True)
    )
    return (wish, *answers)


def repair(broken: str) -> tuple[Message, ...]:
    """Return what asks a cheap model to mend the syntax of `broken`."""
    return (Message(role="system", content=REPAIR_RULES), Message(role="user", content=broken))
