"""The story of one decision, folded from journal rows alone: from the bars that were seen to what came of it.

run -> votes -> consensus -> gate -> risk -> orders -> fills -> stop -> exit -> outcome -> audit
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from quorate.arena.record import Case, Facts, RecordedRun, read_run
from quorate.cycle.record import CycleFact, RecordedCycle, read_cycle
from quorate.cycle.story.facts import (
    OUTCOME_MOVED,
    GateResult,
    OrderTale,
    Refused,
    Verdict,
    gate_of,
    order_of,
    refusal_of,
    verdict_of,
)
from quorate.execution.outcome_link import OutcomeLink, read_link
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import DecisionId
from quorate.kernel.journal import JournalEntry
from quorate.kernel.step_message import StepName
from quorate.risk import Leg
from quorate.risk.verdict import JUDGED

EXITS: Final = frozenset({Leg.TARGET, Leg.HORIZON, Leg.EXIT, Leg.FLATTEN})
"""The sales that are asked for; a protective stop rests until its price comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRows:
    """The rows that tell of a decision, each stream by seq; what did not happen has none.

    `sessions` maps the rows that brought fills to the sessions of a REPLAY book.
    """

    run: Sequence[JournalEntry]
    cycle: Sequence[JournalEntry] = ()
    verdicts: Sequence[Sequence[JournalEntry]] = ()
    orders: Sequence[Sequence[JournalEntry]] = ()
    outcome: Sequence[JournalEntry] = ()
    sessions: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that the journal holds about a decision; None and nothing where a hop did not happen.

    `steps` maps each step of the cycle to its row.
    """

    run: RecordedRun
    case: Case
    cycle: RecordedCycle | None
    steps: Mapping[str, int]
    gate: GateResult | None
    refused: Refused | None
    verdicts: tuple[Verdict, ...]
    orders: tuple[OrderTale, ...]
    outcome: OutcomeLink | None
    outcome_seq: int

    @property
    def entry(self) -> OrderTale | None:
        """Return the newest order that was to open the position."""
        return next((each for each in reversed(self.orders) if each.leg is Leg.ENTRY), None)

    @property
    def stops(self) -> tuple[OrderTale, ...]:
        """Return the protective stops, oldest first."""
        return tuple(each for each in self.orders if each.leg is Leg.STOP)

    @property
    def sales(self) -> tuple[OrderTale, ...]:
        """Return the sales that were asked for, oldest first."""
        return tuple(each for each in self.orders if each.leg in EXITS)

    @property
    def ends(self) -> tuple[OrderTale, ...]:
        """Return the orders that sold anything, oldest first."""
        return tuple(each for each in self.orders if each.leg is not Leg.ENTRY and each.filled)

    def verdict_on(self, leg: Leg) -> Verdict | None:
        """Return the newest verdict on an order of this leg."""
        return next((each for each in reversed(self.verdicts) if each.leg is leg), None)


def read_story(decision_id: DecisionId, rows: StoryRows) -> Story:
    """Return the story that the rows tell.

    Raises:
        InvariantBrokenError: the run's rows hold no such decision, or are not what was written.
    """
    run = read_run(rows.run)
    made = next((one for one in run.decisions if one.fact.decision_id == decision_id), None)
    if made is None:
        raise InvariantBrokenError(f"run {run.run_id} holds no decision {decision_id}")
    cycle = read_cycle(rows.cycle) if rows.cycle else None
    steps = _steps(rows.cycle)
    outcomes = [entry for entry in rows.outcome if entry.type == OUTCOME_MOVED]
    newest = outcomes[-1] if outcomes else None
    return Story(
        run=run,
        case=run.case_of(made),
        cycle=cycle,
        steps=steps,
        gate=gate_of(cycle, steps, made.fact.symbol),
        refused=refusal_of(cycle, steps, decision_id),
        verdicts=tuple(_verdicts(rows.verdicts)),
        orders=tuple(
            sorted(
                (order_of(each, rows.sessions) for each in rows.orders if each),
                key=lambda order: order.seq,
            )
        ),
        outcome=None if newest is None else read_link(newest.facts, run_id=run.run_id),
        outcome_seq=0 if newest is None else newest.seq,
    )


def _verdicts(streams: Sequence[Sequence[JournalEntry]]) -> list[Verdict]:
    rows = [entry for stream in streams for entry in stream if entry.type == JUDGED]
    return [verdict_of(entry) for entry in sorted(rows, key=lambda entry: entry.seq)]


def _steps(entries: Sequence[JournalEntry]) -> dict[str, int]:
    """Return the row of each step, the auditor's being the cycle's last."""
    found: dict[str, int] = {}
    for entry in entries:
        if entry.type == CycleFact.STEPPED:
            found[Facts(entry.facts).text("step")] = entry.seq
        elif entry.type == CycleFact.ENDED:
            found[StepName.AUDITOR] = entry.seq
    return found
