"""Runs as the API gives them: a line of the list, and everything about one."""

from __future__ import annotations

from quorate.arena.record.listing import DecisionLine, RunLine
from quorate.hub.api.shape import Day, Moment, Ratio, Shape, Usd


class DecisionItem(Shape):
    """A decision in a list; `supporters` of `validVotes` stand behind the plurality action."""

    decision_id: str
    symbol: str
    final_action: str
    reason_code: str
    confidence: Ratio
    disagreement: Ratio
    triggers: tuple[str, ...]
    escalated: bool
    supporters: int
    valid_votes: int
    profile: str | None = None


class RunItem(Shape):
    """A run in a list; `seconds` is null while it runs."""

    run_id: str
    trace_id: str
    book: str
    mode: str
    symbols: tuple[str, ...]
    started_at: Moment
    as_of: Day
    triggered_by: str
    final_actions: dict[str, str]
    cost_usd: Usd
    seconds: float | None
    escalated: bool
    status: str
    decisions: tuple[DecisionItem, ...]


class RunList(Shape):
    """A page of runs, newest first; `total` and `counts` (by view) only where `count=1` asked for them."""

    read_at: Moment
    items: tuple[RunItem, ...]
    next_cursor: str | None
    total: int | None = None
    counts: dict[str, int] | None = None


class Step(Shape):
    """One link of the confidence chain."""

    kind: str
    factor: float | None
    value: float
    reason: str


class SizingShape(Shape):
    """How much: a share of equity, or a quantity."""

    kind: str
    value: float


class Ballot(Shape):
    """What one profile said about one symbol, and what it was worth."""

    profile: str
    role: str
    provider: str
    model: str
    voter: bool
    panel: bool
    symbol: str
    action: str
    confidence: Ratio
    confidence_steps: tuple[Step, ...]
    skill_weight: float
    reason_code: str | None
    rationale: str
    veto: bool
    sizing: SizingShape | None
    stop: str | None
    target: str | None
    time_horizon: str | None
    risk_flags: tuple[str, ...]
    key_signals: tuple[str, ...]
    latency_ms: float
    cost_usd: Usd
    degraded_inference: bool
    original_confidence: Ratio
    degradation_reason: str | None
    phase_signal_conflict: bool
    hidden_hand_warning: str | None


class TriggerShape(Shape):
    """An escalation rule with what it saw."""

    name: str
    value: float | None
    threshold: float
    fired: bool


class Reason(Shape):
    """One sentence of the why, with the journal rows that it stands on."""

    text: str
    evidence: tuple[str, ...]


class DecisionShape(Shape):
    """What was concluded on one symbol, from which votes, and why; `profile` says whose it is in a competition."""

    decision_id: str
    symbol: str
    final_action: str
    reason_code: str
    confidence: Ratio
    disagreement: Ratio
    regime: str
    wyckoff_phase: str
    volume_trend: str
    escalated: bool
    sizing: SizingShape | None
    stop: str | None
    target: str | None
    time_horizon: str | None
    triggers: tuple[TriggerShape, ...]
    votes: tuple[Ballot, ...]
    why: tuple[Reason, ...]
    profile: str | None = None


class ShadowShape(Shape):
    """What another arm would have done; null where nobody recorded it."""

    arm: str
    symbol: str
    action: str | None


class Failure(Shape):
    """Why a run ended without a result."""

    reason: str
    detail: str


class RunStrategyShape(Shape):
    """The strategy that a run followed, and the hash of all that it said then."""

    name: str
    hash: str


class ReplayOfShape(Shape):
    """The run whose record a what-if stands on, and what it has otherwise; a free one bought nothing."""

    run_id: str
    swaps: tuple[str, ...]
    free: bool


class RunShape(Shape):
    """A run: what it started from, what was said, what was concluded."""

    run_id: str
    task_id: str
    trace_id: str
    cycle_id: str | None
    book: str
    book_mode: str
    mode: str
    status: str
    triggered_by: str
    requested_at: Moment
    requested_as_of: Day | None
    as_of: Day
    symbols: tuple[str, ...]
    profiles: tuple[str, ...]
    snapshot_hash: str | None
    max_cost_usd: Usd
    thresholds: dict[str, str]
    replay_of: ReplayOfShape | None
    config_hash: str
    book_state_hash: str
    learned_state_hash: str
    cost_usd: Usd
    latency_ms: float | None
    failure: Failure | None
    strategy: RunStrategyShape | None
    decisions: tuple[DecisionShape, ...]
    shadows: tuple[ShadowShape, ...]


class WhyOf(Shape):
    """The why of one decision."""

    symbol: str
    why: tuple[Reason, ...]
    profile: str | None = None


class WhyShape(Shape):
    """The why of a run."""

    run_id: str
    decisions: tuple[WhyOf, ...]


class SpanShape(Shape):
    """A stretch of a run in milliseconds since its first row; `seq` is the row that tells of it."""

    name: str
    kind: str
    depth: int
    start_ms: float
    end_ms: float
    seq: int
    cost_usd: Usd
    detail: str


class TraceShape(Shape):
    """A run as spans, parents before their children."""

    run_id: str
    trace_id: str
    total_ms: float
    spans: tuple[SpanShape, ...]


def run_item(line: RunLine) -> RunItem:
    """Return a run's line as the API gives it."""
    row = line.row
    return RunItem(
        run_id=row.run_id,
        trace_id=row.trace_id,
        book=row.book,
        mode=row.mode,
        symbols=row.symbols,
        started_at=row.started_at,
        as_of=line.as_of.isoformat(),
        triggered_by=line.triggered_by,
        final_actions=dict(row.final_actions),
        cost_usd=row.cost_usd,
        seconds=line.seconds,
        escalated=row.escalated,
        status=row.status,
        decisions=tuple(map(decision_item, line.decisions)),
    )


def decision_item(line: DecisionLine) -> DecisionItem:
    """Return a decision's line as the API gives it."""
    return DecisionItem(
        decision_id=line.decision_id,
        symbol=line.symbol,
        final_action=line.action.value,
        reason_code=line.reason,
        confidence=line.confidence,
        disagreement=line.disagreement,
        triggers=tuple(trigger.value for trigger in line.triggers),
        escalated=line.escalated,
        supporters=line.supporters,
        valid_votes=line.valid_votes,
        profile=line.profile,
    )
