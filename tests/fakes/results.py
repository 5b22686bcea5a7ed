"""Results, and the places that keep them: a list for the database, a list for the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from quorate.kernel.action import FinalAction
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.stamps import stamp
from quorate.results.ordering import Newest
from quorate.results.ports import Delivery, Entry
from quorate.results.result import PLACES, TradingAnalysisResult
from quorate.results.standing import Moment, ResultFilter, ResultLine, ResultPage
from tests.fakes.clock import NOON

AAPL = TradingAnalysisResult(
    result_id="res_1",
    result_seq=7 * PLACES,
    run_id="run_1",
    task_id="tsk_1",
    trace_id="0" * 32,
    decision_id="dec_1",
    book=BookName("replay"),
    book_mode="REPLAY",
    symbol=Symbol("AAPL"),
    timeframe="1Day",
    as_of="2013-03-01",
    signal=FinalAction.BUY,
    reason_code="consensus",
    confidence=0.68,
    original_confidence=0.85,
    risk_score=0.32,
    reasoning="Uptrend",
    wyckoff_phase="markup",
    degraded_inference=False,
    conflict=False,
    hidden_hand_warning=None,
    escalated=False,
    supporters=3,
    valid_votes=4,
    triggers=(),
    confidence_limit=0.62,
    completed_by=("momentum", "trend", "wyckoff"),
    analyzed_at=stamp(NOON),
    persisted_at=stamp(NOON),
)


def result(number: int = 7, symbol: str = "AAPL", **changes: Any) -> TradingAnalysisResult:
    """Return result `number` on a symbol, analysed so many seconds after noon unless told otherwise."""
    told = {
        "result_id": f"res_{number}",
        "decision_id": f"dec_{number}",
        "result_seq": number * PLACES,
        "symbol": Symbol(symbol),
        "analyzed_at": stamp(NOON + timedelta(seconds=number)),
    }
    return replace(AAPL, **(told | changes))


def line_of(result: TradingAnalysisResult, *, is_newest: bool = True) -> ResultLine:
    """Return how a result stands at noon."""
    return Moment(NOON, {}).line(result, is_newest=is_newest)


@dataclass
class FakeResults:
    """The facet as pages ask it."""

    lines: list[ResultLine] = field(default_factory=list)

    async def newest(self, symbol: Symbol | None = None) -> Sequence[ResultLine]:
        return [each for each in self.lines if symbol in (None, each.result.symbol)]

    async def page(self, wanted: ResultFilter, most: int, after: object) -> ResultPage:  # noqa: ARG002
        return ResultPage(tuple(self.lines[:most]), None)


class MemoryResults:
    """The database: what is committed, and word of it."""

    def __init__(self, *kept: TradingAnalysisResult) -> None:
        self.kept = list(kept)
        self.is_down = False
        self._wakes: set[asyncio.Event] = set()

    def commit(self, *results: TradingAnalysisResult) -> None:
        self.kept += results
        for wake in self._wakes:
            wake.set()

    async def head(self) -> int:
        self._answer()
        return max((each.result_seq for each in self.kept), default=0)

    async def after(self, number: int, most: int) -> Sequence[TradingAnalysisResult]:
        self._answer()
        behind = [each for each in self.kept if each.result_seq > number]
        return sorted(behind, key=lambda each: each.result_seq)[:most]

    async def start_of_last(self, most: int) -> int:
        numbers = sorted((each.result_seq for each in self.kept), reverse=True)
        return numbers[most] if len(numbers) > most else 0

    async def newest(self) -> Sequence[TradingAnalysisResult]:
        return list(Newest(self.kept).by_key.values())

    @asynccontextmanager
    async def following(self) -> AsyncIterator[AsyncIterator[None]]:
        wake = asyncio.Event()
        wake.set()
        self._wakes.add(wake)
        try:
            yield _wakes(wake)
        finally:
            self._wakes.discard(wake)

    def _answer(self) -> None:
        if self.is_down:
            raise UnavailableError("the database gave no answer", source="database")


async def _wakes(wake: asyncio.Event) -> AsyncIterator[None]:
    while True:
        await wake.wait()
        wake.clear()
        yield


class MemoryStream:
    """A stream with one group; `is_down` makes every question fail."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.dead: list[tuple[str, str]] = []
        self.pending: dict[str, int] = {}
        self.at: int | None = None
        self.is_down = False
        self._read = 0
        self._numbered = 0
        self._grown = asyncio.Event()

    def put(self, body: bytes) -> str:
        self._numbered += 1
        self.entries[str(self._numbered)] = body
        self._grown.set()
        return str(self._numbered)

    def flush(self) -> None:
        """Forget everything, as FLUSHALL does."""
        self.entries.clear()
        self.pending.clear()
        self.at = None

    async def cursor(self) -> int | None:
        self._answer()
        return self.at

    async def publish(self, after: int | None, upto: int, entries: Sequence[Entry]) -> bool:
        self._answer()
        if self.at != after:
            return False
        for entry in entries:
            self.put(entry.body)
        self.at = upto
        return True

    async def prepare(self) -> None:
        self._answer()

    async def fresh(self, most: int, wait_seconds: float) -> Sequence[Delivery]:
        self._answer()
        new = [each for each in self.entries if int(each) > self._read][:most]
        if not new:
            self._grown.clear()
            await self._grown.wait()
            return await self.fresh(most, wait_seconds)
        self._read = int(new[-1])
        self.pending |= dict.fromkeys(new, 1)
        return [Delivery(each, self.entries[each], 1) for each in new]

    async def abandoned(self, idle_seconds: float, most: int) -> Sequence[Delivery]:  # noqa: ARG002
        self._answer()
        for each in list(self.pending):
            self.pending[each] += 1
        left = list(self.pending.items())[:most]
        return [Delivery(each, self.entries[each], times) for each, times in left]

    async def acknowledge(self, entry_ids: Sequence[str]) -> None:
        self._answer()
        for each in entry_ids:
            self.pending.pop(each, None)

    async def bury(self, delivery: Delivery, why: str) -> None:
        self.dead.append((delivery.entry_id, why))
        self.pending.pop(delivery.entry_id, None)

    def _answer(self) -> None:
        if self.is_down:
            raise UnavailableError("no answer", source="redis")


@dataclass
class FakeTrouble:
    """Keeps what was raised."""

    raised: list[str] = field(default_factory=list)

    async def poisoned(self, entry_id: str, why: str) -> None:  # noqa: ARG002
        self.raised.append(entry_id)
