"""Cycles as the journal keeps them, with the messages that steps of a REPLAY book say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from quorate.cycle.record import (
    BookStage,
    CycleFacts,
    RecordedCycle,
    Trigger,
    advanced,
    analysis_event,
    ended_event,
    started_cycle,
    started_event,
    stepped_event,
)
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, CycleId, RunId, Symbol, TraceId
from quorate.kernel.journal import Committed, Event
from quorate.kernel.step_message import ACTION_OF, StepMessage, StepName

BOOK = BookName("replay-1")
SESSION = date(2012, 6, 29)
SYMBOLS = (Symbol("AAPL"), Symbol("IBM"))
TIME = "2026-11-20T12:00:00.000000Z"
WORK = tuple(name for name in StepName if name is not StepName.AUDITOR)

ORDER: Mapping[str, JsonValue] = {
    "decisionId": "dec_1",
    "symbol": "AAPL",
    "leg": "entry",
    "quantity": "3",
    "price": "584.00",
    "protectiveStop": "560.00",
}

DATA: Mapping[StepName, Mapping[str, JsonValue]] = {
    StepName.DATA_FETCHING: {
        "asOf": SESSION.isoformat(),
        "snapshotHash": "a" * 64,
        "source": "stored bars",
        "fetchedAt": TIME,
        "symbols": {
            "AAPL": {"close": "584.00", "previousClose": "569.05", "stale": None},
            "IBM": {"close": "195.58", "previousClose": "198.00", "stale": None},
        },
        "leftOut": {"FB": "31 bars, 252 are needed"},
    },
    StepName.MARKET_ANALYSIS: {
        "analysis": {
            "runId": "run_1",
            "decidedAt": TIME,
            "decisions": [{"finalAction": "BUY"}, {"finalAction": "HOLD"}],
        },
        "regime": {"overall": "mixed", "symbols": {"AAPL": "bullish", "IBM": "sideways"}},
        "downtrend_detected": False,
    },
    StepName.BACKTESTING: {"backtest_results": {"AAPL": {"passed": True, "trades": 31}}},
    StepName.RISK_MANAGEMENT: {
        "position_approved": True,
        "equity": "100000.00",
        "paused": None,
        "orders": [{**ORDER, "approved": True, "code": None, "verdictId": "vrd_1"}],
    },
    StepName.EXECUTION: {
        "trade_executed": True,
        "orders": [{**ORDER, "clientOrderId": "q-1"}],
        "refused": [],
    },
    StepName.MONITORING: {
        "session": "2012-07-02",
        "snapshotId": "psn_1",
        "cash": "98248.00",
        "equity": "100025.50",
        "gap": "0",
        "protected": [{"symbol": "AAPL", "clientOrderId": "q-2", "stop": "560.00"}],
        "outcomesResolved": 0,
        "lastSession": False,
    },
}


def message(step: StepName, *, error: str | None = None, **changes: JsonValue) -> StepMessage:
    """Return what a step says, or that it failed."""
    data = {} if error else {**DATA.get(step, {}), **changes}
    return StepMessage(
        agent=step,
        action=ACTION_OF[step],
        timestamp=TIME,
        success=error is None,
        data=data,
        error=error,
    )


def audit(violations: Sequence[str] = ()) -> StepMessage:
    """Return what the auditor says."""
    told: dict[str, JsonValue] = {
        "audit_passed": not violations,
        "violations": list(violations),
    }
    return replace(message(StepName.AUDITOR), data=told)


class Keeping(Protocol):
    """A journal whose use cases see where books stand."""

    async def commit(self, decide: Callable[[Any], Sequence[Event]]) -> Committed: ...


@dataclass
class Walk:
    """One cycle on its way through a journal, a commit for each step as the service does it."""

    journal: Keeping
    number: int = 1
    book: BookName = BOOK
    session: date | None = SESSION
    run_id: str = ""
    cycle: RecordedCycle = field(init=False)

    @property
    def facts(self) -> CycleFacts:
        return CycleFacts(
            cycle_id=CycleId(f"cyc_{self.book.replace('-', '_')}_{self.number:04d}"),
            book=self.book,
            number=self.number,
            trigger=Trigger.REPLAY if self.session else Trigger.MANUAL,
            symbols=SYMBOLS,
            trace_id=TraceId(f"{self.number:032x}"),
            token=self.number,
            session=self.session,
        )

    async def begin(self) -> None:
        stages: list[BookStage] = []

        def decide(tx: Any) -> Sequence[Event]:
            stages[:] = [tx.book_stage(self.book)]
            return [started_event(self.facts, "host:1", stages[0])]

        await self.journal.commit(decide)
        self.cycle = started_cycle(self.facts, stages[0])
        if self.run_id:
            event = analysis_event(self.facts, RunId(self.run_id))
            await self.journal.commit(lambda _tx: [event])

    async def say(self, said: StepMessage, *, took_ms: float = 12.5) -> None:
        """Record a step's message."""
        await self.journal.commit(
            lambda tx: [
                stepped_event(self.cycle, said, tx.book_stage(self.book), duration_ms=took_ms)
            ]
        )
        self.cycle = advanced(self.cycle, said)

    async def end(self, violations: Sequence[str] = ()) -> None:
        await self.journal.commit(
            lambda tx: [
                ended_event(self.cycle, audit(violations), violations, tx.book_stage(self.book))
            ]
        )

    async def whole(
        self,
        *,
        until: StepName | None = None,
        error: str | None = None,
        violations: Sequence[str] = (),
    ) -> CycleId:
        """Walk the cycle to its end, or fail at the step `until` with `error`, or stop before it without one."""
        await self.begin()
        for said in _messages(until, error):
            await self.say(said)
        if until is None or error is not None:
            await self.end(violations)
        return self.facts.cycle_id


def _messages(until: StepName | None, error: str | None) -> Iterator[StepMessage]:
    for step in WORK:
        if step is until:
            if error is not None:
                yield message(step, error=error)
            return
        yield message(step)
