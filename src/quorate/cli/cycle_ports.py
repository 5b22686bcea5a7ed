"""What the command line needs of trading: cycles, schedule and replays."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.trading.Trading`)

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from quorate.bootstrap.trading import ReplayTerms
    from quorate.cycle.record import BookStage, RecordedCycle
    from quorate.cycle.schedule import Schedule
    from quorate.execution.outcome_link import OutcomeTotals
    from quorate.kernel.canonical import JsonValue
    from quorate.kernel.ids import BookName, RunId, Symbol
    from quorate.portfolio.book import BookMode


class CycleStatus(Protocol):
    """Where the cycles of a book stand."""

    @property
    def book(self) -> BookName: ...
    @property
    def mode(self) -> BookMode: ...
    @property
    def stage(self) -> BookStage: ...
    @property
    def schedule(self) -> Schedule: ...
    @property
    def session(self) -> date | None: ...


class ReplayedBook(Protocol):
    """What a replay left behind."""

    @property
    def book(self) -> BookName: ...
    @property
    def run_ids(self) -> Sequence[RunId]: ...
    @property
    def cycles(self) -> Sequence[RecordedCycle]: ...
    @property
    def failed(self) -> int: ...
    @property
    def violations(self) -> Sequence[str]: ...
    @property
    def placed(self) -> Counter[str]: ...
    @property
    def refused(self) -> Counter[str]: ...
    @property
    def stops(self) -> int: ...
    @property
    def outcomes(self) -> OutcomeTotals: ...
    @property
    def began_with(self) -> Decimal: ...
    @property
    def equity(self) -> Decimal: ...
    @property
    def gap(self) -> Decimal: ...
    @property
    def held(self) -> Mapping[Symbol, Decimal]: ...
    @property
    def state(self) -> str: ...
    def as_json(self) -> dict[str, JsonValue]: ...


class Trading(Protocol):
    """The books and who walks them."""

    async def once(self) -> RecordedCycle: ...
    async def status(self, name: BookName | None = None) -> CycleStatus: ...
    async def start(self, every_s: float | None = None) -> CycleStatus: ...
    async def stop(self) -> CycleStatus: ...
    async def replay(
        self,
        terms: ReplayTerms,
        on_cycle: Callable[[RecordedCycle], None] = ...,
        is_enough: Callable[[], bool] = ...,
    ) -> ReplayedBook: ...
