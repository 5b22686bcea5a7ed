"""Facts of cycles: one that failed, one that was left, skips, a schedule, alerts, former acts on orders, usage."""

from __future__ import annotations

from dataclasses import replace

from quorate.adapters.sql.usage import Counted, usage_event
from quorate.cycle.record import (
    BookStage,
    CycleFacts,
    Trigger,
    advanced,
    analysis_event,
    ended_event,
    skipped_event,
    started_cycle,
    started_event,
    stepped_event,
)
from quorate.cycle.schedule import Schedule, ScheduleState, gone_on, started
from quorate.cycle.stage import CycleStage
from quorate.cycle.watch.alert import acknowledged_event, delivered_event, raised_event
from quorate.kernel.ids import CycleId, RunId, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from quorate.kernel.step_message import ACTION_OF, StepMessage, StepName
from quorate.market.fetching import Usage
from tests.fakes.alerts import raised
from tests.fakes.clock import NOON
from tests.integration import former_work
from tests.integration.order_facts import BOOK
from tests.unit.risk.orders import AAPL

FAILED = "the host is silent"


def cycle_events() -> list[Event]:
    """Return rows that put something into every table of cycles, alerts, work and fetched data."""
    return [
        *_cycles(),
        skipped_event(BOOK, "one is under way", BookStage()),
        skipped_event(BOOK, "one is under way", BookStage(skipped=1)),
        started(BOOK, Schedule(), 900.0, NOON),
        gone_on(
            BOOK,
            Schedule(state=ScheduleState.RUNNING, next_start_at=NOON, every_s=900.0, version=1),
            NOON,
        ),
        *_alerts(),
        *(row for rows in former_work.lives().values() for row in rows),
        usage_event("alpaca-data", "2026-11-20", Usage(requests=2), Counted(Usage(), 0)),
        usage_event("alpaca-data", "2026-11-20", Usage(hits=3), Counted(Usage(requests=2), 1)),
    ]


def _cycles() -> list[Event]:
    """Return a cycle that failed in its second step and was audited, and the beginning of the next."""
    standing = BookStage()
    facts = CycleFacts(
        cycle_id=CycleId("cyc_1"),
        book=BOOK,
        number=1,
        trigger=Trigger.MANUAL,
        symbols=(AAPL,),
        trace_id=TraceId("a" * 32),
        token=1,
    )
    rows = [started_event(facts, "one", standing)]
    cycle = started_cycle(facts, standing)
    for version, (step, error) in enumerate(
        ((StepName.DATA_FETCHING, None), (StepName.MARKET_ANALYSIS, FAILED)), start=1
    ):
        message = _said(step, error)
        now = replace(standing, number=1, version=version)
        rows.append(stepped_event(cycle, message, now, duration_ms=1.5))
        cycle = advanced(cycle, message)
    rows.insert(2, analysis_event(facts, RunId("run_1")))
    auditor = _said(StepName.AUDITOR, None)
    rows.append(ended_event(cycle, auditor, ["missing"], replace(standing, number=1, version=3)))
    waiting = BookStage(
        stage=CycleStage.WAITING_FOR_NEXT_CYCLE,
        cycle_id=facts.cycle_id,
        number=1,
        failures=1,
        version=4,
    )
    again = replace(facts, cycle_id=CycleId("cyc_2"), number=2, token=2)
    return [*rows, started_event(again, "two", waiting)]


def _said(step: StepName, error: str | None) -> StepMessage:
    return StepMessage(
        agent=step,
        action=ACTION_OF[step],
        timestamp=stamp(NOON),
        success=error is None,
        error=error,
    )


def _alerts() -> list[Event]:
    first, second = raised("alr_1"), raised("alr_2", kind="step_failed")
    return [
        raised_event(first),
        delivered_event(first, sent=True, tries=1, cause=""),
        acknowledged_event(first, "a person"),
        raised_event(second),
    ]
