"""Safety in memory: books that are halted and resumed at a word, and whatever a test says of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from quorate.bootstrap.safety import (
    BreakerChange,
    BreakerLine,
    DrillReport,
    DrillStep,
    HaltOutcome,
    LimitLine,
    Resumption,
    SafetyView,
)
from quorate.bootstrap.safety.breakers import TRADING, trading_breaker
from quorate.cycle.risk_desk.locks import Lock
from quorate.execution.halting import (
    BookHalt,
    Halt,
    HaltId,
    HaltReport,
    Reach,
    TradingLine,
    Trip,
    checked_reason,
)
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import BookName
from quorate.risk import TradingState

REPLAY = BookName("replay")
SINCE = "2026-11-21T14:44:07.000000Z"
ACTIVE = TradingLine(book=REPLAY, mode="REPLAY")
HALTED = replace(ACTIVE, state=TradingState.HALTED, reason="odd fills", by="operator", since=SINCE)
MODEL = BreakerLine(
    name="openrouter~openai~gpt",
    dependency="openrouter/openai/gpt",
    circuit="open",
    failures=3.0,
    threshold=3.0,
    left_s=42.0,
    detail="",
)
LIMITS = (
    LimitLine(key="", name="Risk", note="a constant", unit="percent", limit=Decimal("0.01")),
    LimitLine(
        key="risk.reducing_day_loss",
        name="Day loss",
        note="then REDUCING",
        unit="percent",
        limit=Decimal("0.02"),
        now=Decimal("0.018"),
    ),
    LimitLine(key="risk.max_order_usd", name="Max order", note="", unit="usd", limit=Decimal(5000)),
)
DRILL = DrillReport(
    halt_id="hlt_1",
    book=BookName("drill-1"),
    steps=(DrillStep(name="a halt is on record", ok=True, detail="HALTED", ms=4),),
    at=SINCE,
)


@dataclass
class FakeSafety:
    """`report` is what becomes of a halt, None while it goes on; `failure` is raised instead by every method."""

    books: list[TradingLine] = field(default_factory=lambda: [ACTIVE])
    reach: Reach = field(default_factory=lambda: Reach(2, ("AAPL",), 1))
    report: HaltReport | None = field(default_factory=HaltReport)
    models: list[BreakerLine] = field(default_factory=lambda: [MODEL])
    locks: list[Lock] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)
    unfinished: str = ""
    drilled: DrillReport | None = None
    failure: QuorateError | None = None
    asked: list[object] = field(default_factory=list)
    limits_etag: str = '"limits"'
    home_halted: bool = False

    def _answer(self) -> None:
        if self.failure is not None:
            raise self.failure

    async def standings(self, book: BookName | None = None) -> Sequence[TradingLine]:
        self._answer()
        found = [each for each in self.books if book in (None, each.book)]
        if not found:
            raise RejectedError(f"there is no book '{book}'", slug="not-found")
        return found

    async def view(self, book: BookName | None = None) -> SafetyView:
        shown, *also = await self.standings(book)
        return SafetyView(
            standing=shown,
            reach=self.reach,
            locks=self.locks,
            trips=self.trips,
            unfinished=self.unfinished,
            also=also,
        )

    async def halt(self, wish, on_halted=None) -> HaltOutcome:
        self._answer()
        self.asked.append(wish)
        reason = checked_reason(wish.reason)
        before = await self.standings(wish.book)
        if on_halted is not None:
            on_halted(before)
        self.books = [
            replace(each, state=TradingState.HALTED, reason=reason, by=wish.by, since=SINCE)
            if each in before
            else each
            for each in self.books
        ]
        return HaltOutcome(
            books=tuple(
                BookHalt(
                    halt=Halt(
                        id=HaltId("hlt_1"),
                        book=was.book,
                        scope=wish.scope,
                        reason=reason,
                        by=wish.by,
                    ),
                    standing=now,
                    applied=was.state is not TradingState.HALTED,
                    reach=self.reach,
                    report=self.report,
                )
                for was, now in zip(before, await self.standings(wish.book), strict=True)
            )
        )

    async def halted(self, halt_id) -> HaltOutcome:
        found = [each for each in self.asked if halt_id == "hlt_1"]
        return await self.halt(found[-1]) if found else HaltOutcome(books=())

    async def resume(self, reason, by, book=None) -> Resumption:
        self._answer()
        checked_reason(reason)
        self.asked.append((reason, by, book))
        before = await self.standings(book)
        resumed = tuple(each.book for each in before if not each.trades)
        self.books = [
            replace(each, state=TradingState.ACTIVE, reason=reason, by=by)
            if each.book in resumed
            else each
            for each in self.books
        ]
        return Resumption(books=tuple(await self.standings(book)), resumed=resumed)

    async def is_home_halted(self) -> bool:
        self._answer()
        return self.home_halted

    async def limits(self, book=None) -> Sequence[LimitLine]:
        await self.standings(book)
        return LIMITS

    async def breakers(self) -> Sequence[BreakerLine]:
        self._answer()
        return [trading_breaker(self.books), *self.models]

    async def reset_breaker(self, name, reason, by) -> BreakerChange:
        checked_reason(reason)
        lines = {line.name: line for line in await self.breakers()}
        if name not in lines:
            raise RejectedError(f"there is no breaker '{name}'", slug="not-found")
        if lines[name].closed:
            return BreakerChange(line=lines[name], applied=False)
        if name == TRADING:
            await self.resume(reason, by)
        self.models = [
            replace(each, circuit="closed", left_s=None) if each.name == name else each
            for each in self.models
        ]
        (line,) = [each for each in await self.breakers() if each.name == name]
        return BreakerChange(line=line, applied=True)

    async def drill(self, by) -> DrillReport:
        self._answer()
        self.asked.append(by)
        self.drilled = self.drilled or DRILL
        return self.drilled

    async def last_drill(self) -> DrillReport | None:
        self._answer()
        return self.drilled

    async def lift_lock(self, lock, reason, by, book) -> None:
        checked_reason(reason)
        self.asked.append((lock, reason, by, book))
