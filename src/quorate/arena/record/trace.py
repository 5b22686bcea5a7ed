"""The trace of a run: its journal rows and its task's as spans, for a timeline, a tree or a log.

Nothing is timed for the trace's sake. A span ends when its row was written; it begins where the work before it ended,
or as long before its end as the row says that the work took.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from quorate.arena.record.facts import Facts
from quorate.arena.record.header import RunEvent
from quorate.kernel.ids import ProfileName
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import moment_of
from quorate.llm.call import Purpose

TASK_RECEIVED: Final = "task.received"
TASK_MOVED: Final = "task.moved"
TASK_ADOPTED: Final = "task.adopted"

VERIFYING: Final = "VERIFYING"
"""The state whose work is told by how it was left."""

RUN_ENDS: Final = frozenset({RunEvent.COMPLETED, RunEvent.FAILED, RunEvent.CANCELLED})


class SpanKind(StrEnum):
    """What a span is about: TASK is a state of the task, RULE what the arena's rules made of the answers."""

    RUN = "run"
    TASK = "task"
    TOOL = "tool"
    AGENT = "agent"
    RULE = "rule"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a run, in milliseconds since its first row; `seq` is the row that tells of it.

    `depth` is 0 for the run, 1 for its task's states, 2 for the work in them; a span belongs to the nearest one before
    it that is less deep. `cost_usd` is None where nothing is paid for, or where the price is unknown.
    """

    name: str
    kind: SpanKind
    depth: int
    start_ms: float
    end_ms: float
    seq: int
    cost_usd: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrace:
    """The spans of a run, parents before their children, and its length so far."""

    spans: tuple[Span, ...]
    total_ms: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its time since the first one."""

    seq: int
    type: str
    at_ms: float
    facts: Facts


@dataclass(frozen=True, slots=True)
class _State:
    """A state of the task: the row that entered it, the rows within, and the row that left it or is the newest.

    A state without work is entered and left by one row, which tells of several.
    """

    name: str
    entered: _Row
    within: tuple[_Row, ...]
    left: _Row


def read_trace(entries: Sequence[JournalEntry]) -> RunTrace:
    """Return the trace that the rows of a run and its task tell, in the order of their seq; empty without rows."""
    if not entries:
        return RunTrace(spans=(), total_ms=0.0)
    begin = moment_of(entries[0].ts)
    rows = [_row(entry, begin) for entry in entries]
    states = [span for state in _states(rows) for span in _state(state)]
    return RunTrace(spans=(_run(rows), *states), total_ms=rows[-1].at_ms)


def _row(entry: JournalEntry, begin: datetime) -> _Row:
    at_ms = (moment_of(entry.ts) - begin) / timedelta(milliseconds=1)
    return _Row(entry.seq, entry.type, at_ms, Facts(entry.facts))


def _run(rows: Sequence[_Row]) -> Span:
    end = next((row for row in rows if row.type in RUN_ENDS), None)
    return Span(
        name="run",
        kind=SpanKind.RUN,
        depth=0,
        start_ms=0.0,
        end_ms=rows[-1].at_ms,
        seq=rows[0].seq,
        cost_usd=end.facts.optional("costUsd", str) if end else None,
        detail=end.type.removeprefix("run.") if end else "running",
    )


def _states(rows: Sequence[_Row]) -> Iterator[_State]:
    places = [n for n, row in enumerate(rows) if row.type in {TASK_RECEIVED, TASK_MOVED}]
    for place, following in pairwise([*places, len(rows)]):
        entered, left = rows[place], rows[min(following, len(rows) - 1)]
        *passed, last = _entered_by(entered)
        yield from (_State(name, entered, (), entered) for name in passed)
        yield _State(last, entered, tuple(rows[place + 1 : following]), left)


def _entered_by(row: _Row) -> Sequence[str]:
    """Return the states that a row of the task tells of, in their order."""
    if row.type == TASK_RECEIVED:
        return [row.facts.text("state")]
    if "path" in row.facts.tree:
        return [step.text("to") for step in row.facts.items("path")]
    return [row.facts.text("to")]


def _state(state: _State) -> Iterator[Span]:
    """Yield the span of a state, then those of the work in it."""
    yield Span(
        name=state.name,
        kind=SpanKind.TASK,
        depth=1,
        start_ms=state.entered.at_ms,
        end_ms=state.left.at_ms,
        seq=state.entered.seq,
        detail=_detail(state),
    )
    yield from _work(state)
    if state.name == VERIFYING:
        yield from _check(state)


def _detail(state: _State) -> str:
    """Return why the state was entered, or that another process took the task over in it."""
    if any(row.type == TASK_ADOPTED for row in state.within):
        return "taken over by another process"
    return state.entered.facts.optional("reason", str) or ""


def _work(state: _State) -> Iterator[Span]:
    """Yield what was done to decide: the snapshot, each agent's answer, each decision."""
    frozen = _newest(state, RunEvent.SNAPSHOT_FROZEN, otherwise=state.entered.at_ms)
    answered = _newest(state, RunEvent.AGENT_ANSWERED, otherwise=frozen)
    for row in state.within:
        match row.type:
            case RunEvent.SNAPSHOT_FROZEN:
                yield _snapshot(row, state.entered.at_ms)
            case RunEvent.AGENT_ANSWERED:
                yield _agent(row, frozen)
            case RunEvent.DECISION_MADE:
                yield _decision(row, answered)
            case _:
                continue


def _newest(state: _State, kind: RunEvent, *, otherwise: float) -> float:
    """Return when the last row of a kind was written."""
    return max((row.at_ms for row in state.within if row.type == kind), default=otherwise)


def _snapshot(row: _Row, start: float) -> Span:
    symbols = row.facts.part("symbols") or Facts({})
    return Span(
        name="snapshot",
        kind=SpanKind.TOOL,
        depth=2,
        start_ms=start,
        end_ms=row.at_ms,
        seq=row.seq,
        detail=f"{', '.join(symbols.tree)} at {row.facts.text('asOf')}",
    )


def _agent(row: _Row, asked: float) -> Span:
    answers = (f"{a.text('symbol')} {a.text('action')}" for a in row.facts.items("answers"))
    return Span(
        name=f"{row.facts.text('profile')}{_part(row.facts)}",
        kind=SpanKind.AGENT,
        depth=2,
        start_ms=max(asked, row.at_ms - row.facts.value("latencyMs", float)),
        end_ms=row.at_ms,
        seq=row.seq,
        cost_usd=row.facts.optional("costUsd", str),
        detail=f"{row.facts.text('model')}: {', '.join(answers) or 'nothing to say'}",
    )


def _part(facts: Facts) -> str:
    """Return what an answer was for, where it was more than a vote: ", round 1", ", power panel"."""
    match facts.tree.get("purpose"):
        case Purpose.ARGUE:
            return f", round {facts.count('round')}"
        case Purpose.PANEL:
            return ", power panel"
        case _:
            return ""


def _decision(row: _Row, answered: float) -> Span:
    action, reason = row.facts.text("finalAction"), row.facts.text("reasonCode")
    whose = row.facts.optional("profile", ProfileName)
    return Span(
        name=f"decide {row.facts.text('symbol')}{f', {whose}' if whose else ''}",
        kind=SpanKind.RULE,
        depth=2,
        start_ms=answered,
        end_ms=row.at_ms,
        seq=row.seq,
        detail=f"{action}, {reason}",
    )


def _check(state: _State) -> Iterator[Span]:
    """Yield the post-check once it has an end: only then is there anything to tell of it."""
    if state.left.type != TASK_MOVED or state.left is state.entered:
        return
    facts = state.left.facts
    yield Span(
        name="post-check",
        kind=SpanKind.CHECK,
        depth=2,
        start_ms=state.entered.at_ms,
        end_ms=state.left.at_ms,
        seq=state.left.seq,
        detail=facts.optional("reason", str) or facts.text("event").replace("_", " "),
    )
