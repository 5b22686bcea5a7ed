"""The strip of a cycle: its seven steps, each with where it stands, when it spoke and what it said. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.arena.record.facts import Facts
from quorate.cycle.record import CycleFact, RecordedCycle
from quorate.cycle.stage import CycleStage
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import moment_of
from quorate.kernel.step_message import StepMessage, StepName


class StepState(StrEnum):
    """Where a step of a cycle stands."""

    DONE = "done"
    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"
    """Its turn has not come."""
    LEFT_OUT = "left_out"
    """A step before it failed, so it never ran."""


STAGE_OF: Final[Mapping[StepName, CycleStage]] = MappingProxyType(
    {
        StepName.DATA_FETCHING: CycleStage.FETCHING_DATA,
        StepName.MARKET_ANALYSIS: CycleStage.ANALYZING_MARKET,
        StepName.BACKTESTING: CycleStage.BACKTESTING,
        StepName.RISK_MANAGEMENT: CycleStage.RISK_ASSESSMENT,
        StepName.EXECUTION: CycleStage.EXECUTING,
        StepName.MONITORING: CycleStage.MONITORING,
        StepName.AUDITOR: CycleStage.AUDITING,
    }
)
"""The stage in which each step works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStanding:
    """A step of a cycle; `at` is when its message was durable, `took` how long it worked, None where nobody knows."""

    name: StepName
    state: StepState
    at: str = ""
    took: timedelta | None = None
    message: StepMessage | None = None
    seq: int = 0


def steps_of(cycle: RecordedCycle, entries: Sequence[JournalEntry]) -> tuple[StepStanding, ...]:
    """Return the seven steps of a cycle in their order; `entries` are the rows that it was read from."""
    rows = {
        message.text("agent"): entry
        for entry in entries
        if (message := Facts(entry.facts).part("message")) is not None
    }
    return tuple(_standing(name, cycle, rows.get(name), entries) for name in StepName)


def _standing(
    name: StepName,
    cycle: RecordedCycle,
    row: JournalEntry | None,
    entries: Sequence[JournalEntry],
) -> StepStanding:
    if row is None:
        return StepStanding(name=name, state=_unheard(name, cycle))
    message = cycle.said[name]
    return StepStanding(
        name=name,
        state=StepState.DONE if message.success else StepState.FAILED,
        at=row.ts,
        took=_took(row, entries),
        message=message,
        seq=row.seq,
    )


def _unheard(name: StepName, cycle: RecordedCycle) -> StepState:
    """Return where a step stands that said nothing: a failed cycle goes on with its auditor alone."""
    if cycle.is_over:
        return StepState.LEFT_OUT
    if cycle.stage is CycleStage.FAILED:
        return StepState.RUNNING if name is StepName.AUDITOR else StepState.LEFT_OUT
    return StepState.RUNNING if cycle.stage is STAGE_OF[name] else StepState.WAITING


def _took(row: JournalEntry, entries: Sequence[JournalEntry]) -> timedelta | None:
    """Return how long a step worked: what it measured, or for the auditor since the row before its own."""
    told = Facts(row.facts)
    if row.type == CycleFact.STEPPED:
        return timedelta(milliseconds=told.value("durationMs", float))
    before = [entry for entry in entries if entry.seq < row.seq]
    return moment_of(row.ts) - moment_of(before[-1].ts) if before else None
