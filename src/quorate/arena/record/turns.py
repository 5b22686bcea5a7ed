"""Turns: what each agent was asked in a run and what came back, from its `agent.answered` rows.

A turn is one agent's part in one round; its exchanges are the logical calls that it took, each with the hashes under
which prompt and answer are kept beside the row. Source: R-087, UI 1 (Run Details).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from quorate.arena.record.answers import read_answer
from quorate.arena.record.facts import Facts, usd
from quorate.arena.record.header import RunEvent
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.journal import JournalEntry
from quorate.kernel.money import Usd
from quorate.kernel.vote import Answer
from quorate.llm.call import Purpose


class Outcome(StrEnum):
    """What became of one exchange."""

    DECODED = "decoded"
    TOOLS = "asked for tools"
    REJECTED = "rejected"
    UNANSWERED = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One logical call: `prompt_hash` and `answer_hash` name its texts, the latter None where none arrived."""

    logical_id: str
    purpose: str
    template: str
    prompt_hash: str
    answer_hash: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedToolUse:
    """A tool that a model asked for; `refusal` is why it got nothing, "" where it got its answer."""

    name: str
    arguments: str
    result: str
    refusal: str
    latency_ms: float | None = None

    @property
    def result_hash(self) -> str:
        """Return the SHA-256 of the whole result."""
        return sha256_hex(self.result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Why an answer counts for nothing."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One agent's turn; `seq` is its row, `round` 0 outside the debate. A keyless agent has no exchange.

    `model_asked` is empty where no model answered, `error` where one did; `repair` tells why a mending failed.
    """

    seq: int
    profile: str
    role: str
    purpose: Purpose
    round: int
    model: str
    latency_ms: float
    cost: Usd | None
    fallback_used: bool
    failure: str
    answers: tuple[Answer, ...]
    template: str = ""
    evidence_tier: str = ""
    model_asked: str = ""
    fallback_reason: str = ""
    cache_hit: bool = False
    notes: tuple[str, ...] = ()
    rejected: Rejected | None = None
    repair: str = ""
    error: str = ""
    exchanges: tuple[Exchange, ...] = ()
    tools: tuple[RecordedToolUse, ...] = ()

    def answer_on(self, symbol: str) -> Answer | None:
        """Return what was said on `symbol`, None where it was not asked about."""
        return next((answer for answer in self.answers if answer.symbol == symbol), None)


def read_turns(entries: Iterable[JournalEntry]) -> tuple[Turn, ...]:
    """Return the turns that the rows of a run tell, in the order in which they ended."""
    rows = list(entries)
    roles = {
        profile.text("name"): profile.text("role")
        for row in rows
        if row.type == RunEvent.REQUESTED
        for profile in Facts(row.facts).items("profiles")
    }
    return tuple(
        _turn(row.seq, Facts(row.facts), roles)
        for row in rows
        if row.type == RunEvent.AGENT_ANSWERED
    )


def _turn(seq: int, facts: Facts, roles: Mapping[str, str]) -> Turn:
    call, profile = facts.part("call") or Facts({}), facts.text("profile")
    rejected = call.part("rejection")
    return Turn(
        seq=seq,
        profile=profile,
        role=_text(facts, "role") or roles.get(profile, ""),
        purpose=facts.optional("purpose", Purpose) or Purpose.ANSWER,
        round=facts.count("round") if "round" in facts.tree else 0,
        model=facts.text("model"),
        latency_ms=facts.value("latencyMs", float),
        cost=facts.optional("costUsd", usd),
        fallback_used=facts.flag("fallbackUsed"),
        failure=_text(facts, "failure"),
        answers=tuple(read_answer(answer) for answer in facts.items("answers")),
        template=_text(call, "template"),
        evidence_tier=_text(call, "evidenceTier"),
        model_asked=_text(call, "modelAsked"),
        fallback_reason=_text(call, "fallbackReason"),
        cache_hit=call.tree.get("cacheHit") is True,
        notes=call.texts("notes") if "notes" in call.tree else (),
        rejected=Rejected(code=rejected.text("code"), detail=rejected.text("detail"))
        if rejected
        else None,
        repair=_text(call, "repair"),
        error=_text(call, "error"),
        exchanges=_exchanges(call, is_rejected=rejected is not None),
        tools=_tools(call),
    )


def _exchanges(call: Facts, *, is_rejected: bool) -> tuple[Exchange, ...]:
    told = call.items("exchanges") if "exchanges" in call.tree else ()
    questions = [place for place, each in enumerate(told) if not _is_repair(each)]
    return tuple(
        Exchange(
            logical_id=each.text("logicalId"),
            purpose=each.text("purpose"),
            template=each.text("template"),
            prompt_hash=each.text("promptHash"),
            answer_hash=each.optional("answerHash", str),
            outcome=_outcome(told, place, questions, is_rejected=is_rejected),
        )
        for place, each in enumerate(told)
    )


def _outcome(
    told: tuple[Facts, ...], place: int, questions: list[int], *, is_rejected: bool
) -> Outcome:
    """Return what became of an exchange: all questions but the last led to tools, only broken ones to a repair."""
    if told[place].tree.get("answerHash") is None:
        return Outcome.UNANSWERED
    if place in questions[:-1]:
        return Outcome.TOOLS
    mended = place + 1 < len(told)
    return Outcome.REJECTED if is_rejected or mended else Outcome.DECODED


def _is_repair(exchange: Facts) -> bool:
    return exchange.tree.get("purpose") == Purpose.REPAIR


def _tools(call: Facts) -> tuple[RecordedToolUse, ...]:
    told = call.items("toolUses") if "toolUses" in call.tree else ()
    return tuple(
        RecordedToolUse(
            name=use.text("name"),
            arguments=use.text("arguments"),
            result=use.text("result"),
            refusal=_text(use, "refusal"),
            latency_ms=use.optional("latencyMs", float),
        )
        for use in told
    )


def _text(facts: Facts, key: str) -> str:
    return facts.optional(key, str) or ""
