"""The header and the end of a run as journal payloads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from quorate.agents.profile import AgentProfile
from quorate.agents.registry import to_payload
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts, money, number
from quorate.kernel.decision import Decision
from quorate.kernel.ids import BookName, ProfileName, RunId, Symbol, TaskId
from quorate.kernel.money import Usd


class RunEvent(StrEnum):
    """The types of the events on a run's stream, in the order of a run that completes."""

    REQUESTED = "run.requested"
    SNAPSHOT_FROZEN = "snapshot.frozen"
    AGENT_ANSWERED = "agent.answered"
    VOTE_CAST = "vote.cast"
    DECISION_MADE = "decision.made"
    SHADOWS_DRAWN = "shadows.drawn"
    COMPLETED = "run.completed"
    FAILED = "run.failed"
    CANCELLED = "run.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """What a run starts from: who asked for what, and the hashes of all it may depend on.

    `requested_as_of` is the date asked for (None = the latest), `as_of` the session used. The
    limits are those of the run's policy that its sentences name.
    """

    run_id: RunId
    task_id: TaskId
    cycle_id: str | None
    book: BookName
    book_mode: str
    mode: str
    symbols: tuple[Symbol, ...]
    profiles: tuple[ProfileName, ...]
    requested_as_of: date | None
    as_of: date
    config_hash: str
    book_state_hash: str
    learned_state_hash: str
    triggered_by: str
    quorum: int
    min_history_bars: int


def stream_of(run_id: RunId) -> str:
    """Return the stream of a run."""
    return f"run:{run_id}"


def requested_payload(header: RunHeader, profiles: Iterable[AgentProfile]) -> Payload:
    """Return the payload of `run.requested`; `profiles` are the header's, as they stand today."""
    return {
        "runId": header.run_id,
        "taskId": header.task_id,
        "cycleId": header.cycle_id,
        "book": header.book,
        "bookMode": header.book_mode,
        "mode": header.mode,
        "symbols": list(header.symbols),
        "profiles": [{**to_payload(profile), "voter": profile.voter} for profile in profiles],
        "requestedAsOf": header.requested_as_of.isoformat() if header.requested_as_of else None,
        "asOf": header.as_of.isoformat(),
        "configHash": header.config_hash,
        "bookStateHash": header.book_state_hash,
        "learnedStateHash": header.learned_state_hash,
        "triggeredBy": header.triggered_by,
        "quorum": header.quorum,
        "minHistoryBars": header.min_history_bars,
    }


def read_header(facts: Facts) -> RunHeader:
    """Return the header that `requested_payload` wrote."""
    return RunHeader(
        run_id=RunId(facts.text("runId")),
        task_id=TaskId(facts.text("taskId")),
        cycle_id=facts.optional("cycleId", str),
        book=BookName(facts.text("book")),
        book_mode=facts.text("bookMode"),
        mode=facts.text("mode"),
        symbols=tuple(Symbol(symbol) for symbol in facts.texts("symbols")),
        profiles=tuple(ProfileName(profile.text("name")) for profile in facts.items("profiles")),
        requested_as_of=facts.optional("requestedAsOf", date.fromisoformat),
        as_of=facts.value("asOf", date.fromisoformat),
        config_hash=facts.text("configHash"),
        book_state_hash=facts.text("bookStateHash"),
        learned_state_hash=facts.text("learnedStateHash"),
        triggered_by=facts.text("triggeredBy"),
        quorum=facts.count("quorum"),
        min_history_bars=facts.count("minHistoryBars"),
    )


def completed_payload(
    decisions: Iterable[Decision], *, cost: Usd | None, latency_ms: float
) -> Payload:
    """Return the payload of `run.completed`."""
    made = list(decisions)
    return {
        "costUsd": money(cost),
        "latencyMs": number(latency_ms),
        "finalActions": {decision.symbol: decision.action.value for decision in made},
        "escalated": any(decision.escalated for decision in made),
    }


def ended_payload(*, reason: str, detail: str) -> Payload:
    """Return the payload of `run.failed` and `run.cancelled`."""
    return {"reason": reason, "detail": detail}


def total_cost(costs: Iterable[Usd | None]) -> Usd | None:
    """Return what a run's calls cost together, None when the price of one is unknown."""
    total = Usd(Decimal(0))
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return total
