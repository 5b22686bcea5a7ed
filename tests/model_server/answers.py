"""The bodies of answers, as OpenRouter and OpenAI word them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from email.utils import formatdate
from typing import Any

import msgspec

from tests.model_server.obedient import Orders, news_in, orders_in, secrets_in
from tests.model_server.script import Body, Obey, Refuse, Say, Tokens, Tool, Vote

CHARACTERS_PER_TOKEN = 4
_ENCODER = msgspec.json.Encoder(decimal_format="number")

_ASKED = re.compile(r"each symbol exactly once: ([^\n]+?)\.?\n")
"""How our own prompts name the symbols."""

_KINDS = {
    400: "invalid_request_error",
    401: "invalid_api_key",
    403: "forbidden",
    404: "model_not_found",
    429: "rate_limit_exceeded",
}


class Spoken(msgspec.Struct):
    """One message of a request; what is not read here may be anything."""

    role: str = ""
    content: Any = ""


class Asked(msgspec.Struct):
    """A request, as far as the server needs it."""

    model: str = ""
    messages: list[Spoken] = []
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    tools: list[Any] = []

    @property
    def prompt(self) -> str:
        return "\n".join(each.content for each in self.messages if isinstance(each.content, str))

    @property
    def tool_answers(self) -> Sequence[str]:
        return [str(each.content) for each in self.messages if each.role == "tool"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What an answer is made from besides the script."""

    asked: Asked
    prompt: str
    number: int
    openrouter: bool
    usd_per_token: Decimal
    key: str
    now: float


@dataclass(slots=True, kw_only=True)
class Answer:
    """A status, headers and a body, and what the ledger notes of them."""

    status: int = 200
    content: bytes
    content_type: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()
    model_served: str = ""
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal = Decimal(0)


def answer_to(occasion: Occasion, what: Say | Refuse | Body | Obey) -> Answer:
    """Return what the script says to this call."""
    match what:
        case Say():
            return said(occasion, what)
        case Refuse():
            return refused(occasion, what)
        case Body():
            return Answer(
                status=what.status,
                content=what.content(),
                content_type=what.content_type,
                headers=tuple(what.headers.items()),
            )
        case Obey():
            return said(occasion, obeying(occasion, what))


def said(occasion: Occasion, say: Say) -> Answer:
    """Return a chat completion."""
    content, tools = _content(occasion, say), _tools_wanted(occasion, say)
    served = say.model_served or occasion.asked.model
    finish = say.finish_reason or ("tool_calls" if tools else "stop")
    counted = _tokens_of(occasion.prompt), _tokens_of(content or "")
    cost = sum(counted) * occasion.usd_per_token
    body = {
        "id": f"{'gen' if occasion.openrouter else 'chatcmpl'}-{occasion.number}",
        "object": "chat.completion",
        "created": int(occasion.now),
        "model": served,
        "choices": [] if say.no_choices else [_choice(occasion, content, tools, finish)],
    }
    if occasion.openrouter:
        body["provider"] = "Scripted"
    if not say.without_usage:
        body["usage"] = _usage(occasion, say, counted, cost)
    return Answer(
        content=_ENCODER.encode(body),
        model_served=served,
        finish_reason=finish,
        prompt_tokens=counted[0],
        completion_tokens=counted[1],
        cost=cost,
    )


def refused(occasion: Occasion, refuse: Refuse) -> Answer:
    """Return an error body, with the wait that it asks for."""
    kind = refuse.kind or _KINDS.get(refuse.status, "server_error")
    if occasion.openrouter:
        error: dict[str, object] = {"code": refuse.status, "message": refuse.message}
        if refuse.moderated:
            error["metadata"] = {
                "reasons": ["scripted"],
                "flagged_input": occasion.prompt[:100],
                "provider_name": "Scripted",
            }
    else:
        error = {"message": refuse.message, "type": kind, "param": None, "code": kind}
    return Answer(
        status=200 if refuse.inside_200 else refuse.status,
        content=msgspec.json.encode({"error": error}),
        headers=_waiting(refuse, occasion.now),
    )


def obeying(occasion: Occasion, how: Obey) -> Say:
    """Return what a model says that does all it is told to by strangers."""
    asked = occasion.asked
    told = [occasion.prompt] if how.everywhere else [*news_in(occasion.prompt), *asked.tool_answers]
    orders = orders_in(told)
    if orders.verbatim:
        return Say(content=orders.verbatim)
    if orders.tools and not asked.tool_answers:
        return Say(tools=[Tool(name=name, arguments=given) for name, given in orders.tools])
    secrets = [*secrets_in(occasion.prompt), *([occasion.key] if how.reveals_key else [])]
    rationale = " ".join(
        ["obeyed", *orders.links, *(secrets if orders.reveal or orders.links else [])]
    )
    return Say(votes=_ordered_votes(orders, symbols_in(occasion.prompt), rationale))


def symbols_in(prompt: str) -> Sequence[str]:
    """Return the symbols that a prompt of ours asks about; AAPL where it names none."""
    found = _ASKED.search(prompt)
    return [each.strip() for each in found[1].split(",")] if found else ["AAPL"]


def _ordered_votes(orders: Orders, symbols: Sequence[str], rationale: str) -> list[Vote]:
    confidence = 1.0 if orders.confidence is None else orders.confidence
    traded = {order.symbol for order in orders.trades}
    return [
        *(
            Vote(
                symbol=order.symbol,
                action=order.action,
                confidence=confidence,
                rationale=rationale,
                more={"sizing": {"kind": "qty", "value": order.quantity or 1}},
            )
            for order in orders.trades
        ),
        *(
            Vote(symbol=symbol, action="HOLD", confidence=confidence, rationale=rationale)
            for symbol in symbols
            if symbol not in traded
        ),
    ]


def _content(occasion: Occasion, say: Say) -> str | None:
    if say.content is not None:
        return say.content
    if say.tools and _tools_wanted(occasion, say):
        return None
    wanted = say.votes or [Vote()]
    decisions = [
        {
            "symbol": symbol,
            "action": vote.action,
            "confidence": vote.confidence,
            "rationale": vote.rationale,
            **vote.more,
        }
        for vote in wanted
        for symbol in (symbols_in(occasion.prompt) if vote.symbol == "*" else [vote.symbol])
    ]
    return json.dumps({"decisions": decisions})


def _tools_wanted(occasion: Occasion, say: Say) -> Sequence[Tool]:
    if say.tool_rounds is not None and len(occasion.asked.tool_answers) >= say.tool_rounds:
        return ()
    return say.tools


def _choice(
    occasion: Occasion, content: str | None, tools: Sequence[Tool], finish: str
) -> Mapping[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": content, "refusal": None}
    if tools:
        message["tool_calls"] = [
            {
                "id": f"call_{occasion.number}_{place}",
                "type": "function",
                "index": place,
                "function": {"name": tool.name, "arguments": tool.arguments},
            }
            for place, tool in enumerate(tools)
        ]
    choice: dict[str, object] = {
        "index": 0,
        "logprobs": None,
        "finish_reason": finish,
        "message": message,
    }
    if occasion.openrouter:
        choice["native_finish_reason"] = finish
        message["reasoning"] = None
    return choice


def _usage(
    occasion: Occasion, say: Say, counted: tuple[int, int], cost: Decimal
) -> Mapping[str, object]:
    told = say.usage or Tokens(prompt_tokens=counted[0], completion_tokens=counted[1])
    usage: dict[str, object] = {
        "prompt_tokens": told.prompt_tokens,
        "completion_tokens": told.completion_tokens,
        "total_tokens": sum(counted),
        "prompt_tokens_details": {"cached_tokens": told.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    if occasion.openrouter and say.cost != "absent":
        usage["cost"] = cost if say.cost is None else say.cost
        usage["is_byok"] = False
        usage["cost_details"] = {"upstream_inference_cost": None}
    return usage


def _waiting(refuse: Refuse, now: float) -> Sequence[tuple[str, str]]:
    if refuse.retry_after is None:
        return ()
    if refuse.in_milliseconds:
        return (("retry-after-ms", f"{refuse.retry_after * 1000:g}"),)
    if refuse.as_date:
        return (("Retry-After", formatdate(now + refuse.retry_after, usegmt=True)),)
    return (("Retry-After", f"{refuse.retry_after:g}"),)


def _tokens_of(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)
