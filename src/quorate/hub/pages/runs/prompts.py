"""Prompts: every logical call of a run with what was asked, what came back raw, and what became of it.

A text is shown once: agents share the rules and the evidence, and a later card says where the text stands already.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from quorate.arena.record.details import KeptText, RunDetails
from quorate.arena.record.phrases import spaced
from quorate.arena.record.turns import Exchange, Outcome, Turn
from quorate.hub.pages.runs.stages import PURPOSES, stage_words
from quorate.kernel.canonical import sha256_hex
from quorate.llm.call import Purpose
from quorate.llm.call_listing import CallLine

LONGEST_SHOWN: Final = 64 * 1024
"""Characters of one text that are shown: no answer is longer, and a prompt's budget is 20,000 tokens."""

SPEAKERS: Final = {"system": "Rules", "assistant": "Asked for tools", "tool": "Tool answered"}
EVIDENCE, TASK, BROKEN = "Evidence", "Task, and what was said before", "The broken answer"
"""What a user's message is: the first one is shared by all agents of a run, the second one is the agent's own."""

TONES: Final = {
    Outcome.DECODED: "gain",
    Outcome.TOOLS: "",
    Outcome.REJECTED: "loss",
    Outcome.UNANSWERED: "warn",
}


class Proof(StrEnum):
    """Whether what is kept is what was sent: its SHA-256 was computed again for this page."""

    VERIFIED = "hash verified"
    CHANGED = "hash does not match"
    MISSING = "text not kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One message of a prompt: `said_before` is the id of the passage that shows the same text, "" where it is new."""

    title: str
    text: str
    size: int
    anchor: str
    said_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCard:
    """One logical call. `hops` are its tries in words; `answer` is None where nothing arrived."""

    anchor: str
    agent: str
    stage: str
    template: str
    tier: str
    prompt_hash: str
    proof: Proof
    passages: tuple[Passage, ...]
    tools: str
    answer: str | None
    answer_hash: str
    answer_proof: Proof | None
    outcome: str
    tone: str
    code: str
    detail: str
    notes: str
    hops: tuple[str, ...]
    seq: int


@dataclass(slots=True)
class _Shelf:
    """The texts that stand on the page so far, by hash."""

    places: dict[str, str] = field(default_factory=dict)

    def passage(self, title: str, text: str, anchor: str) -> Passage:
        digest = sha256_hex(text)
        first = self.places.setdefault(digest, anchor)
        known = "" if first == anchor else first
        shown = "" if known else text[:LONGEST_SHOWN]
        return Passage(title=title, text=shown, size=len(text), anchor=anchor, said_before=known)


def prompt_cards(details: RunDetails) -> tuple[PromptCard, ...]:
    """Return a card for every logical call, in the order of the turns."""
    shelf, calls = _Shelf(), _by_logical_id(details.calls)
    return tuple(
        _card(details, turn, exchange, calls.get(exchange.logical_id, ()), shelf)
        for turn in details.turns
        for exchange in turn.exchanges
    )


def proof_of(kept: KeptText | None) -> Proof:
    """Return what a kept text proves."""
    if kept is None:
        return Proof.MISSING
    return Proof.VERIFIED if kept.is_verified else Proof.CHANGED


def messages_of(text: str) -> Sequence[tuple[str, str]]:
    """Return the messages of a prompt as it is kept, each with its speaker; a text that is none is one message."""
    tree = _tree(text)
    if tree is None:
        return [("", text)]
    return [(str(each.get("role", "")), _said(each)) for each in tree.get("messages", [])]


def _card(
    details: RunDetails,
    turn: Turn,
    exchange: Exchange,
    calls: Sequence[CallLine],
    shelf: _Shelf,
) -> PromptCard:
    prompt, answer = details.kept(exchange.prompt_hash), details.kept(exchange.answer_hash)
    is_last, rejected = exchange is turn.exchanges[-1], turn.rejected
    told = rejected if exchange.outcome is Outcome.REJECTED and is_last else None
    anchor = f"call-{exchange.logical_id}"
    return PromptCard(
        anchor=anchor,
        agent=spaced(turn.profile).capitalize(),
        stage=_stage(turn, exchange),
        template=exchange.template,
        tier=turn.evidence_tier if exchange.purpose != Purpose.REPAIR else "",
        prompt_hash=exchange.prompt_hash,
        proof=proof_of(prompt),
        passages=_passages(details, prompt, anchor, shelf),
        tools=_tools(prompt),
        answer=None if answer is None else answer.text[:LONGEST_SHOWN],
        answer_hash=exchange.answer_hash or "",
        answer_proof=proof_of(answer) if exchange.answer_hash else None,
        outcome=exchange.outcome.value,
        tone=TONES[exchange.outcome],
        code=told.code if told else "",
        detail=details.mask(_detail(turn, exchange, told.detail if told else "")),
        notes=", ".join(map(spaced, turn.notes)).lower() if _is_decoded(exchange) else "",
        hops=tuple(map(hop_words, calls)),
        seq=turn.seq,
    )


def hop_words(call: CallLine) -> str:
    """Return one try in a line: who was asked, who answered, how it ended."""
    other = call.model_served not in {"", call.model.model}
    served = f", served by {call.model_served}" if other else ""
    ended = spaced(call.code).lower() if call.code else call.status.value
    again = "; from the cache" if call.cache_hit else ""
    return f"{call.model}{served}: {ended}{again}"


def _stage(turn: Turn, exchange: Exchange) -> str:
    is_repair = exchange.purpose == Purpose.REPAIR
    return f"{PURPOSES[Purpose.REPAIR]}, {stage_words(turn)}" if is_repair else stage_words(turn)


def _is_decoded(exchange: Exchange) -> bool:
    return exchange.outcome is Outcome.DECODED


def _detail(turn: Turn, exchange: Exchange, rejected: str) -> str:
    if exchange.outcome is Outcome.UNANSWERED:
        return turn.repair if exchange.purpose == Purpose.REPAIR else turn.error
    if exchange.outcome is Outcome.REJECTED and not rejected:
        return "Its syntax is broken; a cheap model was asked to mend it."
    return rejected


def _passages(
    details: RunDetails, prompt: KeptText | None, anchor: str, shelf: _Shelf
) -> tuple[Passage, ...]:
    """Return the messages; what the JSON around them had hidden from the mask is masked now."""
    if prompt is None:
        return ()
    return tuple(
        shelf.passage(title, details.mask(text), f"{anchor}-{place}")
        for place, (title, text) in enumerate(_titled(messages_of(prompt.text)), start=1)
    )


def _titled(messages: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the messages under what they are."""
    given = [text for role, text in messages if role == "user"]
    names = iter((EVIDENCE, TASK) if len(given) > 1 else (BROKEN,))
    for role, text in messages:
        yield next(names, TASK) if role == "user" else SPEAKERS.get(role, "Text"), text


def _tools(prompt: KeptText | None) -> str:
    """Return the tools that the model could ask for."""
    tree = _tree(prompt.text) if prompt else None
    return ", ".join(str(tool.get("name", "")) for tool in (tree or {}).get("tools", []))


def _said(message: Mapping[str, Any]) -> str:
    wishes = (
        f"{wish.get('name', '')}({wish.get('arguments', '')})"
        for wish in message.get("toolCalls", [])
    )
    return "\n".join(part for part in (str(message.get("content", "")), *wishes) if part)


def _tree(text: str) -> dict[str, Any] | None:
    try:
        tree = json.loads(text)
    except ValueError:
        return None
    return tree if isinstance(tree, dict) else None


def _by_logical_id(calls: Iterable[CallLine]) -> Mapping[str, list[CallLine]]:
    found: dict[str, list[CallLine]] = {}
    for call in calls:
        found.setdefault(call.logical_id, []).append(call)
    return found
