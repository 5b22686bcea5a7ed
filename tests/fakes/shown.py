"""Cycles and alerts as pages ask for them: what a test says, or a failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from quorate.bootstrap.cycling import BookView, CycleLine, CycleView
from quorate.bootstrap.fleet.facet import FleetOverview, WorkerLine
from quorate.cycle.equity import EquityPoint
from quorate.cycle.record import BookStage
from quorate.cycle.schedule import Schedule
from quorate.cycle.watch import RaisedAlert
from quorate.execution.halting import TradingLine
from quorate.fleet.policy import Analyses
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import BookName

REPLAY = BookName("replay")


@dataclass
class FakeAlertDesk:
    """The alerts of a home; the open ones are asked for by every page."""

    raised: Sequence[RaisedAlert] = ()
    failure: QuorateError | None = None

    async def newest(self, most: int, *, only_open: bool = False) -> Sequence[RaisedAlert]:
        if self.failure is not None:
            raise self.failure
        found = [each for each in self.raised if each.is_open or not only_open]
        return found[:most]


@dataclass
class FakeCycleShelf:
    """The cycles of one book."""

    lines: Sequence[CycleLine] = ()
    newest: CycleView | None = None
    points: Sequence[EquityPoint] = ()
    stage: BookStage = field(default_factory=BookStage)
    failure: QuorateError | None = None

    async def book(self, book: BookName) -> BookView:
        if self.failure is not None:
            raise self.failure
        return BookView(
            standing=TradingLine(book=book, mode="REPLAY"),
            stage=self.stage,
            schedule=Schedule(),
            newest=self.newest,
        )

    async def equity(self, _book: BookName) -> Sequence[EquityPoint]:
        return self.points

    async def began_with(self, _book: BookName) -> Decimal | None:
        return self.points[0].equity if self.points else None


@dataclass
class FakeTrading:
    """The book that is shown where nobody names one."""

    shown: BookName = REPLAY

    async def current_book(self) -> BookName:
        return self.shown

    async def working_book(self) -> BookName:
        return self.shown


@dataclass
class FakeFleet:
    """A fleet of which `needing` workers need a person; its figures raise what stands in `failure`."""

    needing: int = 0
    workers: tuple[WorkerLine, ...] = ()
    failure: QuorateError | None = None

    async def troubled(self) -> int:
        if self.failure is not None:
            raise self.failure
        return self.needing

    async def overview(self) -> FleetOverview:
        if self.failure is not None:
            raise self.failure
        return FleetOverview(
            nodes=(),
            workers=self.workers,
            leases_held=0,
            waiting=0,
            waiting_p95_s=None,
            recoveries=0,
            dead_after_s=45.0,
            analyses=Analyses.AUTO,
        )
