"""A cycle as the journal keeps it: what it began with, every step's message verbatim, every move, and its end.

The rows are read in two ways: the messages are the workflow trace, the moves are the workflow history. Source: R-014,
R-015.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple, cast

from quorate.arena.record.facts import Facts
from quorate.cycle.stage import CYCLE_TABLE, CycleEvent, CycleStage
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, CycleId, RunId, StrategyName, Symbol, TraceId
from quorate.kernel.journal import Event, JournalEntry
from quorate.kernel.step_message import StepMessage, StepName, read_message


class CycleFact(StrEnum):
    """The types of the journal rows that tell of cycles."""

    STARTED = "cycle.started"
    ANALYSIS = "cycle.analysis"
    """Which run the cycle asked for, committed with the run's first row."""
    STEPPED = "cycle.stepped"
    ENDED = "cycle.ended"
    SKIPPED = "cycle.skipped"


class Trigger(StrEnum):
    """What started a cycle."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    REPLAY = "replay"


class Move(NamedTuple):
    """One move of the workflow history."""

    before: CycleStage
    after: CycleStage
    event: CycleEvent
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookStage:
    """Where a book's cycles stand; `number` counts its cycles, `failures` those that failed in a row."""

    stage: CycleStage = CycleStage.IDLE
    cycle_id: CycleId | None = None
    number: int = 0
    skipped: int = 0
    failures: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFacts:
    """What a cycle began with; `session` is the REPLAY day that it decides at the close of, None for now."""

    cycle_id: CycleId
    book: BookName
    number: int
    trigger: Trigger
    symbols: tuple[Symbol, ...]
    trace_id: TraceId
    token: int
    session: date | None = None
    strategy: StrategyName | None = None
    started_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCycle:
    """A cycle read back; `messages` are the steps' in their order, the auditor's last when it ended."""

    facts: CycleFacts
    stage: CycleStage
    messages: tuple[StepMessage, ...] = ()
    history: tuple[Move, ...] = ()
    run_id: RunId | None = None
    failed: bool = False
    audit_passed: bool | None = None
    violations: tuple[str, ...] = ()
    ended_at: str | None = None

    @property
    def trace(self) -> list[dict[str, JsonValue]]:
        """Return the messages as they were recorded. Source: R-014."""
        return [message.payload() for message in self.messages]

    @property
    def said(self) -> Mapping[StepName, StepMessage]:
        """Return the messages by their step."""
        return {message.agent: message for message in self.messages}

    def told(self, step: StepName) -> Facts:
        """Return the data that a step said, which it did."""
        return Facts(cast("Mapping[str, Json]", self.said[step].data))

    @property
    def is_over(self) -> bool:
        """Return whether the cycle ended."""
        return self.ended_at is not None


def stream_of(cycle_id: CycleId) -> str:
    """Return the stream of a cycle."""
    return f"cycle:{cycle_id}"


def lease_name_of(book: BookName) -> str:
    """Return the name of the lease under which a book's cycles run, one at a time. Source: R-012."""
    return f"cycle:{book}"


def started_event(facts: CycleFacts, owner: str, standing: BookStage) -> Event:
    """Return the first row of a cycle.

    Raises:
        ConflictError: the book is in the middle of another cycle.
    """
    moves = tuple(_begun(standing.stage))
    return _event(
        facts,
        CycleFact.STARTED,
        {
            "number": facts.number,
            "trigger": facts.trigger,
            "session": None if facts.session is None else facts.session.isoformat(),
            "symbols": list(facts.symbols),
            "strategy": facts.strategy,
            "owner": owner,
            "token": facts.token,
            "to": moves[-1].after,
            "failures": standing.failures,
            "version": standing.version + 1,
            "transitions": [
                {"from": move.before, "to": move.after, "event": move.event} for move in moves
            ],
        },
    )


def analysis_event(facts: CycleFacts, run_id: RunId) -> Event:
    """Return the row that ties a run to its cycle."""
    return _event(facts, CycleFact.ANALYSIS, {"runId": run_id})


def stepped_event(
    cycle: RecordedCycle, message: StepMessage, standing: BookStage, *, duration_ms: float
) -> Event:
    """Return the row of a step: its message verbatim, and the move that it made."""
    event = CycleEvent.STEP_DONE if message.success else CycleEvent.STEP_FAILED
    return _event(
        cycle.facts,
        CycleFact.STEPPED,
        {
            **_moved(cycle, event, standing),
            "step": message.agent,
            "durationMs": f"{duration_ms:.3f}",
            "message": message.payload(),
            "failed": cycle.failed or not message.success,
            "failures": standing.failures,
        },
    )


def ended_event(
    cycle: RecordedCycle, message: StepMessage, violations: Sequence[str], standing: BookStage
) -> Event:
    """Return the last row of a cycle: what the auditor found."""
    return _event(
        cycle.facts,
        CycleFact.ENDED,
        {
            **_moved(cycle, CycleEvent.AUDITED, standing),
            "message": message.payload(),
            "auditPassed": not violations,
            "violations": list(violations),
            "failed": cycle.failed,
            "failures": standing.failures + 1 if cycle.failed else 0,
        },
    )


def skipped_event(book: BookName, reason: str, standing: BookStage) -> Event:
    """Return the row of a start that did not come about. Source: R-012."""
    return Event(
        stream=f"cycles:{book}",
        type=CycleFact.SKIPPED,
        book=book,
        payload={"book": book, "reason": reason, "skipped": standing.skipped + 1},
    )


def started_cycle(facts: CycleFacts, standing: BookStage) -> RecordedCycle:
    """Return a cycle at its start, on a book that stood so."""
    moves = tuple(_begun(standing.stage))
    return RecordedCycle(facts=facts, stage=moves[-1].after, history=moves)


def advanced(cycle: RecordedCycle, message: StepMessage, at: str = "") -> RecordedCycle:
    """Return the cycle after a step said its message."""
    event = CycleEvent.STEP_DONE if message.success else CycleEvent.STEP_FAILED
    return _said(cycle, message, event, at)


def ended(
    cycle: RecordedCycle, message: StepMessage, violations: Sequence[str], at: str
) -> RecordedCycle:
    """Return the cycle after its audit."""
    return replace(
        _said(cycle, message, CycleEvent.AUDITED, at),
        audit_passed=not violations,
        violations=tuple(violations),
        ended_at=at,
    )


def read_cycle(entries: Sequence[JournalEntry]) -> RecordedCycle:
    """Return the cycle that its rows tell.

    Raises:
        InvariantBrokenError: they tell none.
    """
    if not entries or entries[0].type != CycleFact.STARTED:
        raise InvariantBrokenError("a cycle's rows begin with its start")
    cycle = _read_start(entries[0])
    for entry in entries[1:]:
        cycle = _after(cycle, entry)
    return cycle


def _begun(stage: CycleStage) -> Sequence[Move]:
    """Return the moves that begin a cycle: out of waiting, where the book waits, and to the first step."""
    moves = []
    if stage is CycleStage.WAITING_FOR_NEXT_CYCLE:
        moves.append(Move(stage, CYCLE_TABLE.target(stage, CycleEvent.READY), CycleEvent.READY))
        stage = moves[0].after
    return [*moves, Move(stage, CYCLE_TABLE.target(stage, CycleEvent.START), CycleEvent.START)]


def _moved(cycle: RecordedCycle, event: CycleEvent, standing: BookStage) -> dict[str, JsonValue]:
    return {
        "number": cycle.facts.number,
        "from": cycle.stage,
        "to": CYCLE_TABLE.target(cycle.stage, event),
        "event": event,
        "version": standing.version + 1,
    }


def _event(facts: CycleFacts, kind: CycleFact, told: dict[str, JsonValue]) -> Event:
    return Event(
        stream=stream_of(facts.cycle_id),
        type=kind,
        book=facts.book,
        trace_id=facts.trace_id,
        payload={"cycleId": facts.cycle_id, "book": facts.book, **told},
    )


def _read_start(entry: JournalEntry) -> RecordedCycle:
    told = Facts(entry.facts)
    moves = tuple(_read_move(move, entry.ts) for move in told.items("transitions"))
    facts = CycleFacts(
        cycle_id=CycleId(told.text("cycleId")),
        book=entry.book,
        number=told.count("number"),
        trigger=told.value("trigger", Trigger),
        symbols=tuple(map(Symbol, told.texts("symbols"))),
        trace_id=entry.trace_id,
        token=told.count("token"),
        session=told.optional("session", date.fromisoformat),
        strategy=told.optional("strategy", StrategyName),
        started_at=entry.ts,
    )
    return RecordedCycle(facts=facts, stage=moves[-1].after, history=moves)


def _read_move(told: Facts, at: str) -> Move:
    return Move(
        told.value("from", CycleStage),
        told.value("to", CycleStage),
        told.value("event", CycleEvent),
        at,
    )


def _after(cycle: RecordedCycle, entry: JournalEntry) -> RecordedCycle:
    told = Facts(entry.facts)
    if entry.type == CycleFact.ANALYSIS:
        return replace(cycle, run_id=RunId(told.text("runId")))
    message = read_message(entry.facts["message"])
    if entry.type == CycleFact.ENDED:
        return ended(cycle, message, told.texts("violations"), entry.ts)
    return advanced(cycle, message, entry.ts)


def _said(cycle: RecordedCycle, message: StepMessage, event: CycleEvent, at: str) -> RecordedCycle:
    after = CYCLE_TABLE.target(cycle.stage, event)
    return replace(
        cycle,
        stage=after,
        history=(*cycle.history, Move(cycle.stage, after, event, at)),
        messages=(*cycle.messages, message),
        failed=cycle.failed or after is CycleStage.FAILED,
    )
