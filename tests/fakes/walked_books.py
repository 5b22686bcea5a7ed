"""A book that cycles walk, in memory: leases, stages, trading state, and steps that say what a test tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from quorate.cycle.ports import StepResult
from quorate.cycle.record import CycleFact, RecordedCycle, Trigger
from quorate.cycle.service import STEP_AT, CycleService, CycleWish
from quorate.cycle.watch.alert import RaisedAlert, alert_id_of
from quorate.execution.recorded import TradingStanding
from quorate.kernel.ids import BookName, Symbol, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease
from quorate.kernel.stamps import moment_of
from quorate.kernel.step_message import StepName
from quorate.risk import TradingState
from tests.fakes.rows_of_cycles import CycleJournal

BOOK = BookName("replay")
AAPL = Symbol("AAPL")
LEASE_TIME = timedelta(seconds=45)
WISH = CycleWish(trigger=Trigger.MANUAL, symbols=(AAPL,))

QUIET: Mapping[StepName, Mapping[str, object]] = {
    StepName.DATA_FETCHING: {
        "asOf": "2012-03-01",
        "snapshotHash": "s",
        "symbols": {"AAPL": {"close": "101", "previousClose": "100"}},
    },
    StepName.MARKET_ANALYSIS: {
        "analysis": {"runId": "run_1", "decidedAt": "2012-03-01T21:00:00Z", "decisions": []},
        "regime": {"overall": "bullish", "symbols": {"AAPL": "bullish"}},
        "downtrend_detected": False,
    },
    StepName.BACKTESTING: {"backtest_results": {}},
    StepName.RISK_MANAGEMENT: {"position_approved": False, "equity": "100000", "orders": []},
    StepName.EXECUTION: {"trade_executed": False, "orders": [], "refused": []},
    StepName.MONITORING: {"equity": "100000", "gap": "0", "protected": []},
}
"""What the six steps say on a day on which nothing is to be done."""


@dataclass
class WalkedJournal(CycleJournal):
    """The journal of a book: stages, leases and the trading state, each guarded as the database guards them."""

    leases: dict[str, Lease] = field(default_factory=dict)
    standing: TradingStanding = field(default_factory=TradingStanding)

    def lease(self, name: str) -> Lease | None:
        return self.leases.get(name)

    def trading(self, book: BookName) -> TradingStanding:
        assert book == BOOK
        return self.standing

    def alert(self, alert_id: str) -> str | None:
        raised = [row.facts["alertId"] for row in self.rows if row.type == "alert.raised"]
        return alert_id if alert_id in raised else None

    def _add(self, event: Event) -> None:
        super()._add(event)
        told = event.payload
        if event.type.startswith("lease."):
            self.leases[told["name"]] = Lease(
                name=told["name"],
                owner=told["owner"],
                token=told["token"],
                expires_at=moment_of(told["expiresAt"]),
            )
        elif event.type == "trading.moved":
            assert told["version"] == self.standing.version + 1
            self.standing = TradingStanding(
                state=TradingState(told["to"]), reason=told["reason"], version=told["version"]
            )
        elif event.type == CycleFact.SKIPPED:
            stage = self.book_stage(event.book)
            assert told["skipped"] == stage.skipped + 1
            self.stages[event.book] = replace(stage, skipped=told["skipped"])

    def of_type(self, kind: str) -> list[Mapping[str, object]]:
        return [row.facts for row in self.rows if row.type == kind]


@dataclass
class ScriptedStep:
    """A step that says what it was told to, or raises it; `ran` counts how often."""

    name: StepName
    says: StepResult | BaseException
    ran: int = 0

    async def run(self, _cycle: RecordedCycle) -> StepResult:
        self.ran += 1
        if isinstance(self.says, BaseException):
            raise self.says
        return self.says


@dataclass
class MemoryWatch:
    """What was told and logged."""

    alerts: list = field(default_factory=list)
    traces: dict = field(default_factory=dict)

    async def told(self, alerts) -> None:
        self.alerts += alerts

    def prepared(self, alerts):
        return [
            RaisedAlert(
                alert_id=alert_id_of(alert, date(2012, 3, 1)), alert=alert, raised_at="2012-03-01"
            )
            for alert in alerts
        ]

    def announced(self, raised) -> None:
        self.alerts += [each.alert for each in raised]

    async def logged(self, cycle_id, trace) -> None:
        self.traces[cycle_id] = list(trace)


@dataclass
class CountedIds:
    """Ids that count."""

    count: int = 0

    def ulid(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def trace_id(self) -> TraceId:
        return TraceId(f"{self.count:032x}")


@dataclass
class WalkedBook:
    """A book with its cycles, as a process has it."""

    journal: WalkedJournal = field(default_factory=WalkedJournal)
    watch: MemoryWatch = field(default_factory=MemoryWatch)
    steps: dict[StepName, ScriptedStep] = field(
        default_factory=lambda: {
            name: ScriptedStep(name, StepResult(data=QUIET[name])) for name in STEP_AT.values()
        }
    )
    ids: CountedIds = field(default_factory=CountedIds)

    def cycles(self, owner: str = "one") -> CycleService:
        """Return the cycles as a process of that name has them."""
        return CycleService(
            book=BOOK,
            journal=self.journal,
            clock=self.journal.clock,
            ids=self.ids,
            owner=owner,
            lease_time=LEASE_TIME,
            steps=tuple(self.steps.values()),
            watch=self.watch,
        )

    def says(self, step: StepName, said: StepResult | BaseException) -> None:
        """Have a step say this from now on."""
        self.steps[step].says = said
