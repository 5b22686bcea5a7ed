"""What lists and summaries of runs show: one line a run, the filters over them, the figures of the overview.

Everything here is read from the state tables; nothing is estimated. Source: UI 1 (Runs, Overview).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from quorate.arena.record.run import RunRow, RunStatus
from quorate.kernel.action import FinalAction
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd


class RunView(StrEnum):
    """The views of the runs list, each with a count. Source: UI 1."""

    ALL = "all"
    RUNNING = "running"
    TRADED = "traded"
    HELD = "held"
    NO_TRADE = "no_trade"
    FAILED = "failed"
    """Failed or cancelled."""

    WHAT_IF = "what_if"
    """Runs that ask what another one had come to with something swapped; no other view holds them."""


class RunPosition(NamedTuple):
    """A place in the list: newest first, by start and id."""

    started_at: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs a list shows; None asks for nothing. All that is asked for must hold.

    `symbol` is one that the run was asked about; `trigger` fired in one of its decisions, in that of `symbol` where
    both are asked for; `profile` was asked in it. The dates are of the data (`as_of`), both inclusive.
    """

    view: RunView = RunView.ALL
    symbol: Symbol | None = None
    trigger: TriggerName | None = None
    escalated: bool | None = None
    profile: ProfileName | None = None
    as_of_from: date | None = None
    as_of_to: date | None = None
    debated: bool | None = None
    """Whether a dispute was heard in it: somebody argued, or the panel was asked. Source: R-116."""

    rounds: bool | None = None
    """Whether it is a round of a competition, which fills virtual books and says nothing of the book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """One decision as a list shows it: `supporters` of `valid_votes` stand behind the plurality action."""

    decision_id: str
    symbol: Symbol
    action: FinalAction
    reason: str
    confidence: float | None
    disagreement: float | None
    triggers: tuple[TriggerName, ...]
    escalated: bool
    supporters: int
    valid_votes: int
    confidence_limit: float | None = None
    """The threshold of the low_confidence trigger as it stood then; None where none is recorded."""

    profile: ProfileName | None = None
    """Whose decision it is where every profile decides for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run as a list shows it; `decisions` stand in the order of its symbols, as far as made.

    `seconds` is the wall-clock time from its request to its end, None while it runs.
    """

    row: RunRow
    as_of: date
    triggered_by: str
    seconds: float | None
    decisions: tuple[DecisionLine, ...]


class SessionActions(NamedTuple):
    """How many decisions of one session ended how."""

    session: date
    actions: Mapping[FinalAction, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The middle and the upper end of a set of figures; None where there are none."""

    median: float | None = None
    p95: float | None = None


class CostToday(NamedTuple):
    """What models cost this UTC day: what the priced calls cost, and how many runs ended without a known cost."""

    priced: Usd
    unpriced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The arena at a glance.

    "Today" is the UTC day, and a run is of the day on which it began. Decisions are those of completed runs: nobody
    vouches for the others. `cost_today` sums the priced calls; `unpriced_today` counts the ended runs whose cost is
    unknown, which are never shown as $0. What a run costs and takes is told of the newest 500 that completed; the
    `sessions` are the newest 60 of the data, oldest first.
    """

    runs: Mapping[RunView, int]
    runs_today: Mapping[RunView, int]
    decisions: int
    escalated_today: int
    cost_today: Usd
    unpriced_today: int
    cost_per_run: Spread
    seconds_per_run: Spread
    actions: Mapping[FinalAction, int]
    reasons: Sequence[tuple[str, int]]
    """Reason codes with how many decisions ended so, most frequent first."""

    triggers: Mapping[TriggerName, int]
    """How often each fired, of `decisions`."""

    sessions: Sequence[SessionActions] = field(default=())


def outcome_of(status: RunStatus, final_actions: Iterable[str]) -> str:
    """Return the view that a run which ended belongs to by its decisions; "" unless it completed."""
    if status is not RunStatus.COMPLETED:
        return ""
    actions = set(final_actions)
    if actions & {FinalAction.BUY, FinalAction.SELL}:
        return RunView.TRADED
    return RunView.HELD if FinalAction.HOLD in actions else RunView.NO_TRADE


def spread_of(figures: Mapping[float, int]) -> Spread:
    """Return the spread of figures that occurred so often, by nearest rank: each end is one that occurred."""
    return Spread(median=_at_rank(figures, 0.5), p95=_at_rank(figures, 0.95))


def _at_rank(figures: Mapping[float, int], share: float) -> float | None:
    wanted, seen = share * sum(figures.values()), 0
    for figure in sorted(figures):
        seen += figures[figure]
        if seen >= wanted:
            return figure
    return None
