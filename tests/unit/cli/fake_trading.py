"""Trading in memory: enough of it to see what the command line makes of cycles and replays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from quorate.arena.request import RunRequest
from quorate.bootstrap.trading import CycleStatus, ReplayedBook
from quorate.cycle.record import BookStage, RecordedCycle
from quorate.cycle.schedule import Schedule, ScheduleState
from quorate.cycle.stage import CycleStage
from quorate.execution.outcome_link import OutcomeStatus, OutcomeTotals
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName
from quorate.portfolio.book import BookMode
from quorate.risk import TradingState
from tests.fakes.clock import NOON

CAPITAL = Decimal(100_000)


@dataclass(frozen=True, kw_only=True)
class FakeReplayed(ReplayedBook):
    """A replay whose cycles are counted alone."""

    runs: tuple[str, ...] = ()

    @property
    def run_ids(self):
        return self.runs

    @property
    def placed(self):
        return Counter(entry=2, target=1)

    @property
    def refused(self):
        return Counter(COOLDOWN=3)


@dataclass
class FakeTrading:
    """Books whose cycles run the fake application's arena, and nothing else."""

    app: object = None
    wanted: list = field(default_factory=list)
    cycle: RecordedCycle | None = None
    failure: Exception | None = None
    schedule: Schedule = field(default_factory=Schedule)
    skipped: int = 0

    async def once(self, _name=None):
        if self.failure is not None:
            raise self.failure
        return self.cycle

    async def status(self, name=None):
        if name == "none-such":
            raise RejectedError("there is no book 'none-such'", slug="not-found")
        return CycleStatus(
            book=BookName(name or "replay"),
            mode=BookMode.REPLAY,
            stage=BookStage(
                stage=CycleStage.WAITING_FOR_NEXT_CYCLE, number=3, skipped=self.skipped
            ),
            schedule=self.schedule,
        )

    async def start(self, every_s=None):
        self.schedule = Schedule(
            state=ScheduleState.RUNNING, next_start_at=NOON, every_s=every_s or 900.0
        )
        return await self.status()

    async def stop(self):
        self.schedule = Schedule()
        return await self.status()

    async def replay(self, terms, on_cycle=lambda _: None, is_enough=lambda: False):
        self.wanted.append(terms)
        runs = []
        days = await self.app.last_sessions(terms.symbols, 5000)
        for day in days:
            if terms.first <= day <= terms.last and not is_enough():
                request = RunRequest(symbols=terms.symbols, as_of=date.fromisoformat(str(day)))
                run = await self.app.run_arena(request)
                runs.append(run.tree["runId"])
                on_cycle(None)
        return FakeReplayed(
            book=BookName("replay-1"),
            cycles=(),
            began_with=CAPITAL,
            cash=CAPITAL,
            equity=CAPITAL + 50,
            gap=Decimal(0),
            held=MappingProxyType({}),
            outcomes=OutcomeTotals(
                counts={OutcomeStatus.WIN: 1, OutcomeStatus.LOSS: 1},
                pnl=Decimal("50.00"),
                entries={OutcomeStatus.WIN: 1, OutcomeStatus.LOSS: 1},
            ),
            stops=1,
            state=TradingState.ACTIVE,
            runs=tuple(runs),
        )
