"""Shapes of cycles and alerts: the messages of the steps verbatim, the moves beside them, and what was raised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from quorate.bootstrap.cycling import BookView, CycleLine, CycleView
from quorate.cycle.equity import EquityPoint
from quorate.cycle.record import Move
from quorate.cycle.strip import STAGE_OF, StepStanding
from quorate.cycle.watch import RaisedAlert
from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Day, Given, Moment, Shape
from quorate.kernel.canonical import as_json
from quorate.kernel.stamps import stamp
from quorate.kernel.step_message import StepMessage


class StepMessageShape(Shape):
    """What a step said, its six keys as they were recorded."""

    agent: str
    action: str
    timestamp: Moment
    success: bool
    data: dict[str, object]
    error: str | None


class MoveShape(Shape):
    """One move of the workflow history."""

    from_: str = msgspec.field(name="from")
    to: str
    event: str
    at: Moment


class StepShape(Shape):
    """A step of the strip: `state` is done, failed, running, waiting or left_out."""

    step: str
    stage: str
    state: str
    at: Moment | None
    duration_ms: float | None
    error: str | None
    seq: int | None


class AlertShape(Shape):
    """An alert; `hook` is what became of it at the webhook: none, waiting, sent or failed."""

    alert_id: str
    kind: str
    severity: str
    text: str
    book: str
    cycle_id: str | None
    decision_id: str | None
    trace_id: str | None
    raised_at: Moment
    open: bool
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    hook: str
    hook_cause: str | None


class AlertList(Shape):
    """Alerts, the newest first."""

    read_at: Moment
    items: tuple[AlertShape, ...]
    next_cursor: str | None = None


class AlertChanged(Shape):
    """What became of a wish to acknowledge an alert; not `applied` when somebody had before."""

    target: str
    applied: bool
    alert: AlertShape


class CycleItem(Shape):
    """A cycle in a list; `auditPassed` is null until it was audited, `session` outside of REPLAY."""

    cycle_id: str
    book: str
    number: int
    stage: str
    trigger: str
    session: Day | None
    run_id: str | None
    trace_id: str
    started_at: Moment
    changed_at: Moment
    ended_at: Moment | None
    failed: bool
    audit_passed: bool | None


class CycleList(Shape):
    """The cycles of one book, the newest first."""

    read_at: Moment
    book: str
    items: tuple[CycleItem, ...]
    next_cursor: str | None
    total: Total = None


class AuditShape(Shape):
    """What the auditor found; `passed` is null until it has spoken."""

    passed: bool | None
    violations: tuple[str, ...]


class CycleShape(Shape):
    """A cycle in its two readings: `trace` are the messages, `history` the moves. Source: R-014, R-015."""

    cycle: CycleItem
    symbols: tuple[str, ...]
    strategy: str | None
    steps: tuple[StepShape, ...]
    trace: tuple[StepMessageShape, ...]
    history: tuple[MoveShape, ...]
    audit: AuditShape
    alerts: tuple[AlertShape, ...]


class TradingShape(Shape):
    """Whether a book may trade: ACTIVE, REDUCING or HALTED, why, by whom and since when."""

    state: str
    reason: str
    by: str
    since: Moment | None


class CurrentCycle(Shape):
    """Where a book's cycles stand now; `cycle` is the newest, null before the first."""

    read_at: Moment
    book: str
    book_mode: str | None
    state: str
    cycle_id: str | None
    skipped: int
    failures: int
    schedule: str
    every_seconds: float | None
    next_start_at: Moment | None
    trading: TradingShape
    steps: tuple[StepShape, ...]
    cycle: CycleItem | None


class NewCycle(Given):
    """A cycle that is asked for; nothing needs to be told, what it trades stands in the settings."""


class NewSchedule(Given):
    """How often cycles are to start; without it as the settings say."""

    every_seconds: Annotated[float, msgspec.Meta(ge=1, le=604_800)] | None = None


class EquityShape(Shape):
    """A book as it was marked, in US dollars."""

    day: Day
    at: Moment
    cash: str
    equity: str


def cycle_item(line: CycleLine) -> CycleItem:
    """Return a cycle as lists give it."""
    return CycleItem(
        cycle_id=line.cycle_id,
        book=line.book,
        number=line.number,
        stage=line.stage.value,
        trigger=line.trigger,
        session=line.session.isoformat() if line.session else None,
        run_id=line.run_id or None,
        trace_id=line.trace_id,
        started_at=line.started_at,
        changed_at=line.changed_at,
        ended_at=line.ended_at or None,
        failed=line.failed,
        audit_passed=line.audit_passed,
    )


def cycle_shape(view: CycleView) -> CycleShape:
    """Return everything about a cycle."""
    cycle = view.cycle
    return CycleShape(
        cycle=cycle_item(view.line),
        symbols=tuple(cycle.facts.symbols),
        strategy=cycle.facts.strategy,
        steps=tuple(map(_step, view.steps)),
        trace=tuple(map(_message, cycle.messages)),
        history=tuple(map(_move, cycle.history)),
        audit=AuditShape(passed=cycle.audit_passed, violations=cycle.violations),
        alerts=alert_shapes(view.alerts),
    )


def current_shape(view: BookView, read_at: str) -> CurrentCycle:
    """Return where a book stands."""
    standing, stage, schedule, newest = view.standing, view.stage, view.schedule, view.newest
    return CurrentCycle(
        read_at=read_at,
        book=standing.book,
        book_mode=standing.mode or None,
        state=stage.stage.value,
        cycle_id=stage.cycle_id,
        skipped=stage.skipped,
        failures=stage.failures,
        schedule=schedule.state.value,
        every_seconds=schedule.every_s or None,
        next_start_at=stamp(schedule.next_start_at) if schedule.next_start_at else None,
        trading=TradingShape(
            state=standing.state.value,
            reason=standing.reason,
            by=standing.by,
            since=standing.since or None,
        ),
        steps=tuple(map(_step, newest.steps)) if newest else (),
        cycle=cycle_item(newest.line) if newest else None,
    )


def equity_shapes(points: Sequence[EquityPoint]) -> tuple[EquityShape, ...]:
    """Return an equity curve."""
    return tuple(
        EquityShape(
            day=point.day,
            at=point.at,
            cash=format(point.cash, "f"),
            equity=format(point.equity, "f"),
        )
        for point in points
    )


def alert_shapes(raised: Sequence[RaisedAlert]) -> tuple[AlertShape, ...]:
    """Return alerts in their order."""
    return tuple(map(alert_shape, raised))


def alert_shape(raised: RaisedAlert) -> AlertShape:
    """Return an alert."""
    alert = raised.alert
    return AlertShape(
        alert_id=raised.alert_id,
        kind=alert.kind,
        severity=alert.severity.value,
        text=alert.text,
        book=alert.book,
        cycle_id=alert.cycle_id,
        decision_id=alert.decision_id,
        trace_id=alert.trace_id or None,
        raised_at=raised.raised_at,
        open=raised.is_open,
        acknowledged_at=raised.acknowledged_at or None,
        acknowledged_by=raised.acknowledged_by or None,
        hook=raised.hook.value,
        hook_cause=raised.hook_cause or None,
    )


def _step(step: StepStanding) -> StepShape:
    return StepShape(
        step=step.name.value,
        stage=STAGE_OF[step.name].value,
        state=step.state.value,
        at=step.at or None,
        duration_ms=None if step.took is None else 1000 * step.took.total_seconds(),
        error=step.message.error if step.message else None,
        seq=step.seq or None,
    )


def _message(message: StepMessage) -> StepMessageShape:
    return msgspec.convert(as_json(message.payload()), StepMessageShape)


def _move(move: Move) -> MoveShape:
    return MoveShape(
        from_=move.before.value, to=move.after.value, event=move.event.value, at=move.at
    )
