"""One call of a language model: what is asked, what comes back, in no provider's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal, TypeAlias

from quorate.kernel.canonical import JsonValue, canonical_json
from quorate.kernel.money import Usd

Speaker: TypeAlias = Literal["system", "user", "assistant", "tool"]


class Purpose(StrEnum):
    """What a call is for. Source: DESIGN 6 and 7; each is a hop of a budget."""

    ANSWER = "answer"
    REPAIR = "repair"
    PANEL = "panel"
    ARGUE = "argue"
    """An advocate's case, or a round of the debate."""
    TEST = "test"
    LAB = "lab"
    """An experiment on the model itself: nothing is decided by its answer. Source: R-035, R-036."""


class FinishReason(StrEnum):
    """Why a model stopped, of those that decide what the answer is worth (chat-completions protocol)."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    ERROR = "error"
    """The provider's own failure in the middle of an answer (OpenRouter)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the model asks for; `arguments` is the model's text, not yet checked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool that the model may ask for; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a prompt; `tool_call_id` names the call that a tool's message answers."""

    role: Speaker
    content: str
    tool_call_id: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class ModelId:
    """A model at a provider: `openrouter`, `openai/gpt-5-mini`."""

    provider: str
    model: str

    def __str__(self) -> str:
        """Return `provider/model`."""
        return f"{self.provider}/{self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One request to one model: a hop of a logical call.

    `timeout_s` is the total time allowed, connecting and reading to the end included, in seconds above 0;
    `seed` and `json_schema` are None where the model is not asked for them.
    """

    model: ModelId
    messages: tuple[Message, ...]
    temperature: float
    max_tokens: int
    timeout_s: float
    seed: int | None = None
    tools: tuple[ToolSpec, ...] = ()
    json_schema: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens that a provider counted, as it told them; None where it told nothing.

    Nobody has checked them: see `pricing.is_believable`.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """What a model answered, as bytes: nothing in it is trusted yet.

    `content` is empty where the provider sent no choice or no text; `finish_reason` is the provider's own word, empty
    where it said none; `reported_cost` is what the provider says that the call cost, None where it says nothing.
    """

    content: bytes
    model_served: str
    finish_reason: str
    usage: Usage = NO_USAGE
    reported_cost: Usd | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    request_id: str = ""
    latency_ms: float = 0.0


def prompt_text(
    messages: Sequence[Message],
    tools: Sequence[ToolSpec] = (),
    json_schema: Mapping[str, JsonValue] | None = None,
) -> str:
    """Return a prompt's canonical JSON: what is stored of it, and what its hash covers (R-067).

    Raises:
        InvariantBrokenError: text that cannot be stored (a NUL, a lone surrogate).
    """
    said = canonical_json([_message(each) for each in messages])
    told = ",".join(_tool_text(each) for each in tools)
    return f'{{"messages":{said},"schema":{structure_text(json_schema)},"tools":[{told}]}}'


def structure_text(tree: Mapping[str, JsonValue] | None) -> str:
    """Return the canonical JSON of a schema; that of a constant, as most are, is written once in a process."""
    return "null" if tree is None else _written(_Constant(tree))


@dataclass(frozen=True, slots=True, eq=False)
class _Constant:
    """A tree that nobody changes, told from others by which object it is."""

    tree: Mapping[str, JsonValue]

    def __hash__(self) -> int:
        return id(self.tree)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Constant) and other.tree is self.tree


@lru_cache(maxsize=64)
def _written(constant: _Constant) -> str:
    return canonical_json(constant.tree)


def _message(message: Message) -> dict[str, JsonValue]:
    return {
        "role": message.role,
        "content": message.content,
        "toolCallId": message.tool_call_id,
        "toolCalls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments}
            for call in message.tool_calls
        ],
    }


def _tool_text(tool: ToolSpec) -> str:
    description, name = canonical_json(tool.description), canonical_json(tool.name)
    parameters = structure_text(tool.parameters)
    return f'{{"description":{description},"name":{name},"parameters":{parameters}}}'
