"""The cycle of a book: seven steps, one cycle at a time, what a step did durable before the next one works.

started -> six steps, each a message and a move -> audited, whatever happened -> waiting for the next
A step that found nothing to do shares the commit of the next one (ADR 25).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import structlog

from quorate.audit.auditor import audited
from quorate.cycle.alerting import failure_alerts, violation_alerts
from quorate.cycle.policy import MAX_FAILURES
from quorate.cycle.ports import (
    CycleTransaction,
    Step,
    StepResult,
    Watch,
)
from quorate.cycle.record import (
    BookStage,
    CycleFacts,
    RecordedCycle,
    Trigger,
    advanced,
    analysis_event,
    ended,
    ended_event,
    lease_name_of,
    read_cycle,
    skipped_event,
    started_cycle,
    started_event,
    stepped_event,
    stream_of,
)
from quorate.cycle.stage import AT_REST, CycleStage
from quorate.cycle.watch.alert import Alert, RaisedAlert, raised_event
from quorate.execution.broker import KeysRefusedError
from quorate.execution.recorded import trading_event
from quorate.kernel.canonical import JsonValue, as_json
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    QuorateError,
    RejectedError,
    UnavailableError,
)
from quorate.kernel.ids import BookName, CycleId, RunId, StrategyName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, acquired, lease_event, require_current
from quorate.kernel.ports import Clock, IdSource, Journal
from quorate.kernel.spans import span
from quorate.kernel.stamps import stamp
from quorate.kernel.step_message import ACTION_OF, StepMessage, StepName
from quorate.resilience.leasing import renewing
from quorate.risk import TRADING_TABLE, TradingEvent

STEP_AT: Final[Mapping[CycleStage, StepName]] = MappingProxyType(
    {
        CycleStage.FETCHING_DATA: StepName.DATA_FETCHING,
        CycleStage.ANALYZING_MARKET: StepName.MARKET_ANALYSIS,
        CycleStage.BACKTESTING: StepName.BACKTESTING,
        CycleStage.RISK_ASSESSMENT: StepName.RISK_MANAGEMENT,
        CycleStage.EXECUTING: StepName.EXECUTION,
        CycleStage.MONITORING: StepName.MONITORING,
    }
)
"""Which step works in which stage. Source: R-010, R-011."""

_LOG = structlog.get_logger()


class CycleRunningError(ConflictError):
    """A cycle of the book is under way; the start was counted as skipped. Source: R-012."""

    default_slug = "cycle-running"


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleWish:
    """A cycle that somebody wants; `session` is the REPLAY day to decide at the close of, None for now.

    `run_id` names the run that is its analysis already, None where it asks the arena itself.
    """

    trigger: Trigger
    symbols: tuple[Symbol, ...]
    session: date | None = None
    strategy: StrategyName | None = None
    run_id: RunId | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a step came to: its message, its rows, and why the book must halt, empty where it need not."""

    message: StepMessage
    result: StepResult
    halt: str = ""


@dataclass(frozen=True, slots=True)
class _Walked:
    """A step that was walked: the cycle before it, what it said, and how long it took, in milliseconds."""

    cycle: RecordedCycle
    said: _Said
    duration_ms: float


class CycleService:
    """Walks one book through its cycles; of several processes one at a time does, by the book's lease."""

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        journal: Journal[CycleTransaction],
        clock: Clock,
        ids: IdSource,
        owner: str,
        lease_time: timedelta,
        steps: Sequence[Step],
        watch: Watch,
    ) -> None:
        self._book = book
        self._journal = journal
        self._clock = clock
        self._ids = ids
        self._owner = owner
        self._lease_time = lease_time
        self._steps = {step.name: step for step in steps}
        self._watch = watch
        missing = sorted(set(STEP_AT.values()) - self._steps.keys())
        if missing:
            raise InvariantBrokenError(f"a cycle lacks steps: {', '.join(missing)}")
        _LOG.info("[OK] All 7 agents initialized and registered", book=book)

    async def once(self, wish: CycleWish) -> RecordedCycle:
        """Return the cycle after its end; a failed or halted one is a value, not an error.

        A cycle that a process left behind is finished first.

        Raises:
            CycleRunningError: one is under way; the start is counted as skipped.
            UnavailableError: the database gave no answer; what the journal holds is gone on with later.
        """
        await self.resumed()
        cycle, lease = await self._started(wish)
        return await self._walked(cycle, lease)

    async def resumed(self) -> RecordedCycle | None:
        """Return the cycle that a process left in the middle, finished; None where there is none.

        Raises:
            CycleRunningError: its process lives.
        """
        standing, lease = await self._taken()
        if lease is None or standing.cycle_id is None:
            return None
        cycle = read_cycle(await self._journal.entries(stream_of(standing.cycle_id)))
        _LOG.info("cycle_resumed", cycle_id=cycle.facts.cycle_id, stage=cycle.stage)
        return await self._walked(cycle, lease)

    async def _started(self, wish: CycleWish) -> tuple[RecordedCycle, Lease]:
        cycle_id = CycleId(self._ids.ulid("cyc_"))
        trace_id = self._ids.trace_id()
        taken: list[tuple[CycleFacts, Lease, BookStage]] = []

        def decide(tx: CycleTransaction) -> Sequence[Event]:
            standing = tx.book_stage(self._book)
            lease = self._lease(tx)
            facts = CycleFacts(
                cycle_id=cycle_id,
                book=self._book,
                number=standing.number + 1,
                trigger=wish.trigger,
                symbols=wish.symbols,
                trace_id=trace_id,
                token=lease.token,
                session=wish.session,
                strategy=wish.strategy,
            )
            taken[:] = [(facts, lease, standing)]
            rows = [lease_event("acquired", lease), started_event(facts, self._owner, standing)]
            return rows if wish.run_id is None else [*rows, analysis_event(facts, wish.run_id)]

        try:
            await self._journal.commit(decide)
        except ConflictError as error:
            raise await self._skipped(error) from error
        facts, lease, standing = taken[0]
        return started_cycle(facts, standing), lease

    async def _taken(self) -> tuple[BookStage, Lease | None]:
        """Return where the book stands, and the lease on the cycle that was left behind, None where none was."""
        found: list[tuple[BookStage, Lease | None]] = []

        def decide(tx: CycleTransaction) -> Sequence[Event]:
            standing = tx.book_stage(self._book)
            if standing.stage in AT_REST:
                found[:] = [(standing, None)]
                return []
            lease = self._lease(tx)
            found[:] = [(standing, lease)]
            return [lease_event("acquired", lease)]

        try:
            await self._journal.commit(decide)
        except ConflictError as error:
            raise await self._skipped(error) from error
        return found[0]

    def _lease(self, tx: CycleTransaction) -> Lease:
        name = lease_name_of(self._book)
        now = self._clock.now()
        return acquired(
            tx.lease(name), name=name, owner=self._owner, now=now, duration=self._lease_time
        )

    async def _skipped(self, error: ConflictError) -> CycleRunningError:
        """Count a start that did not come about, and return what to raise."""

        def decide(tx: CycleTransaction) -> Sequence[Event]:
            return [skipped_event(self._book, error.cause, tx.book_stage(self._book))]

        with suppress(ConflictError):
            await self._journal.commit(decide)
        return CycleRunningError(
            f"a cycle of {self._book} is under way: {error.cause}",
            effect="no second one was started, the start was counted as skipped",
            fix="quorate cycle status",
        )

    async def _walked(self, cycle: RecordedCycle, lease: Lease) -> RecordedCycle:
        with span("cycle", trace_id=cycle.facts.trace_id, cycleId=cycle.facts.cycle_id):
            return await self._walked_on(cycle, lease)

    async def _walked_on(self, cycle: RecordedCycle, lease: Lease) -> RecordedCycle:
        async with renewing(lease, self._journal, self._clock, self._lease_time):
            waiting: list[_Walked] = []
            while (name := STEP_AT.get(cycle.stage)) is not None:
                step = await self._stepped(cycle, self._steps[name])
                cycle = advanced(cycle, step.said.message)
                waiting.append(step)
                if not step.said.result.idle or cycle.stage not in STEP_AT:
                    await self._kept(waiting, lease)
                    waiting = []
        # The lease is let go with the audit's commit: a renewal beside it would take it up again.
        cycle = await self._audited(cycle, lease)
        await self._watch.logged(cycle.facts.cycle_id, cycle.trace)
        return cycle

    async def _stepped(self, cycle: RecordedCycle, step: Step) -> _Walked:
        begun = self._clock.monotonic()
        with span(f"step {step.name}"):
            said = await self._attempted(cycle, step)
        return _Walked(cycle, said, (self._clock.monotonic() - begun) * 1000)

    async def _kept(self, steps: Sequence[_Walked], lease: Lease) -> None:
        """Commit a step, with those before it that found nothing to do."""
        raised: list[RaisedAlert] = []

        def decide(tx: CycleTransaction) -> Sequence[Event]:
            require_current(tx.lease(lease.name), lease)
            standing, events = tx.book_stage(self._book), list[Event]()
            raised.clear()
            for step in steps:
                said = step.said
                told = stepped_event(
                    step.cycle, said.message, standing, duration_ms=step.duration_ms
                )
                halt = self._halted(tx, said.halt, said.result.events) if said.halt else ()
                failed = failure_alerts(step.cycle, said.message, halts=bool(said.halt))
                raised.extend(self._new(tx, [*said.result.alerts, *failed]))
                events += [*said.result.events, told, *halt]
                standing = replace(standing, version=standing.version + 1)
            return [*events, *map(raised_event, raised)]

        await self._journal.commit(decide)
        self._watch.announced(raised)

    async def _attempted(self, cycle: RecordedCycle, step: Step) -> _Said:
        """Return what a step says, its failure included. Source: DESIGN 8 (L4)."""
        try:
            result = await step.run(cycle)
            message = self._message(step.name, data=result.data)
        except ConflictError:
            raise
        except KeysRefusedError as error:
            return self._failed(
                step.name, error, halt=f"the broker refused the keys: {error.cause}"
            )
        except (UnavailableError, RejectedError) as error:
            return self._failed(step.name, error)
        except Exception as error:  # noqa: BLE001  (the step's edge: whatever broke is our bug, and halts)
            _LOG.exception("step_broke", step=step.name, cycle_id=cycle.facts.cycle_id)
            return self._failed(
                step.name, error, halt=f"{step.name} broke: {type(error).__name__}: {error}"
            )
        return _Said(message, result)

    def _failed(self, step: StepName, error: Exception, *, halt: str = "") -> _Said:
        said = str(error) if isinstance(error, QuorateError) else f"{type(error).__name__}: {error}"
        return _Said(self._message(step, error=said or type(error).__name__), StepResult(), halt)

    async def _audited(self, cycle: RecordedCycle, lease: Lease) -> RecordedCycle:
        """Judge the whole trace, end the cycle and let the book go, in one commit. Source: R-021, R-025."""
        violations = self._violations(cycle)
        message = self._message(
            StepName.AUDITOR,
            data={"audit_passed": not violations, "violations": list(violations)},
        )
        raised: list[RaisedAlert] = []

        def decide(tx: CycleTransaction) -> Sequence[Event]:
            require_current(tx.lease(lease.name), lease)
            standing = tx.book_stage(self._book)
            reasons = _reasons(cycle, violations, standing)
            moved = self._halted(tx, reasons[0]) if reasons else ()
            halts = reasons if moved else []
            raised[:] = self._new(tx, violation_alerts(cycle, violations, halts))
            released = lease_event("released", replace(lease, expires_at=self._clock.now()))
            over = ended_event(cycle, message, violations, standing)
            return [over, *moved, *map(raised_event, raised), released]

        await self._journal.commit(decide)
        self._watch.announced(raised)
        return ended(cycle, message, violations, at=stamp(self._clock.now()))

    def _new(self, tx: CycleTransaction, alerts: Sequence[Alert]) -> list[RaisedAlert]:
        """Return the alerts that nobody raised yet: they are committed with what they tell of."""
        return [each for each in self._watch.prepared(alerts) if tx.alert(each.alert_id) is None]

    def _violations(self, cycle: RecordedCycle) -> tuple[str, ...]:
        """Return what the auditor finds; its own failure is a finding. Source: DESIGN 8."""
        try:
            return audited([as_json(entry) for entry in cycle.trace]).violations
        except Exception as error:  # noqa: BLE001  (an auditor that broke has found nothing right)
            return (f"the auditor broke: {type(error).__name__}: {error}",)

    def _halted(
        self, tx: CycleTransaction, reason: str, beside: Sequence[Event] = ()
    ) -> Sequence[Event]:
        """Return the row that halts the book, none where it is halted or the step's own rows moved it."""
        before = tx.trading(self._book)
        if any(event.type == "trading.moved" for event in beside):
            return ()
        after = TRADING_TABLE.target(before.state, TradingEvent.HALT)
        if after is before.state:
            return ()
        return [trading_event(self._book, before, after, reason=reason, by="auditor")]

    def _message(
        self,
        step: StepName,
        *,
        data: Mapping[str, JsonValue] | None = None,
        error: str | None = None,
    ) -> StepMessage:
        tree = as_json(dict(data or {}))
        return StepMessage(
            agent=step,
            action=ACTION_OF[step],
            timestamp=stamp(self._clock.now()),
            success=error is None,
            data=tree if isinstance(tree, dict) else {},
            error=error,
        )


def _reasons(cycle: RecordedCycle, violations: Sequence[str], standing: BookStage) -> list[str]:
    """Return why the book must halt now."""
    if violations:
        return [f"the auditor found: {violations[0]}"]
    if cycle.failed and standing.failures + 1 >= MAX_FAILURES:
        return [f"{standing.failures + 1} cycles failed in a row"]
    return []
