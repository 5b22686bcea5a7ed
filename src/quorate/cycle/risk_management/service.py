"""Risk management: every wish is sized and judged by the 28 checks; what passes is approved, and risk only shrinks.

losses and locks -> exits -> is new risk allowed at all (L2)? -> entries: gate, size, checks, signed verdict
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from quorate.arena.record.facts import Facts
from quorate.cycle.analysis import Analysed, Analysis, analysis_of, fetch_of
from quorate.cycle.entry_exits import EntryExits, read_exits
from quorate.cycle.ports import Desk, ExitDue, Keeper, Market, StepResult
from quorate.cycle.record import RecordedCycle
from quorate.cycle.risk_desk.locks import LockFact
from quorate.cycle.risk_management.wishes import (
    Wanted,
    entry_request,
    entry_wish,
    names,
    sales,
)
from quorate.cycle.trade import Refusal, Trade
from quorate.cycle.watch.alert import Alert, Severity
from quorate.execution.broker import Instrument
from quorate.execution.listing import exact
from quorate.execution.ports import Broker, Orders
from quorate.execution.recorded import OrderFact
from quorate.kernel.action import FinalAction
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.kernel.step_message import StepName
from quorate.risk import CheckCode, Leg, OrderRequest
from quorate.risk.situation import DecisionFacts, MarketFacts

GATE: Final = "BACKTEST_GATE"
PAUSED: Final = "NEW_RISK_PAUSED"
NO_ENTRY: Final = "NO_ENTRY"
NOTHING_TO_SELL: Final = "NOTHING_TO_SELL"
ALREADY_HELD: Final = "ALREADY_HELD"
"""A BUY of what is held. Nothing is added to a position: its stop rests, and a broker refuses an order that could fill
against one's own. Source: RELIABILITY 3 (19)."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the step stands on; `instruments` has the symbols that the broker knows."""

    cycle: RecordedCycle
    analysis: Analysis
    market: Mapping[Symbol, MarketFacts]
    held: Mapping[Symbol, Decimal]
    instruments: Mapping[Symbol, Instrument]


@dataclass(slots=True)
class _Found:
    """What the step found so far."""

    orders: list[Trade | Refusal] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class RiskManagement:
    """The fourth step. Source: R-010, DESIGN 8 (Risk, Exits)."""

    name: Final = StepName.RISK_MANAGEMENT

    def __init__(  # noqa: PLR0913  (what it stands on, each named)
        self,
        *,
        book: BookName,
        desk: Desk,
        keeper: Keeper,
        market: Market,
        broker: Broker,
        orders: Orders,
        clock: Clock,
    ) -> None:
        self._book = book
        self._desk = desk
        self._keeper = keeper
        self._market = market
        self._broker = broker
        self._orders = orders
        self._clock = clock

    async def run(self, cycle: RecordedCycle) -> StepResult:
        """Say which orders may be sent, which not and why; the signed verdicts are committed with it.

        Raises:
            UnavailableError: the broker or the market told nothing.
        """
        fetch, analysis = fetch_of(cycle), analysis_of(cycle)
        held = await self._orders.held(self._book)
        due = await self._due(held, cycle)
        sold = analysis.of(FinalAction.SELL)
        symbols = {*names(due, sold), *held, *fetch.closes}
        market = await self._market.facts(symbols, fetch.as_of)
        await self._desk.open(self._facts(analysis, due), market, fetch.snapshot_hash)
        moved = await self._desk.guarded()
        known = _Known(cycle, analysis, market, held, await self._instruments(symbols))
        found = _Found()
        await self._sell(known, due, sold, found)
        paused = await self._desk.new_risk(fetch.fell, analysis.bearish)
        for made in analysis.of(FinalAction.BUY):
            await self._buy(made, known, paused, found)
        equity = (await self._desk.account()).equity
        approved = [each for each in found.orders if isinstance(each, Trade)]
        return StepResult(
            data={
                "position_approved": bool(approved),
                "equity": format(equity, "f"),
                "paused": paused or None,
                "orders": [each.payload() for each in found.orders],
            },
            events=tuple(found.events),
            alerts=tuple(self._alert(cycle, event) for event in moved),
            idle=not (found.orders or found.events or moved),
        )

    async def _due(self, held: Mapping[Symbol, Decimal], cycle: RecordedCycle) -> Sequence[ExitDue]:
        if not held:
            return ()
        as_of = fetch_of(cycle).as_of
        return await self._keeper.due(await self._market.bars(held, as_of), as_of)

    def _facts(
        self, analysis: Analysis, due: Sequence[ExitDue]
    ) -> Mapping[DecisionId, DecisionFacts]:
        """Return what is known of the cycle's own decisions, and of those whose time has come."""
        age = self._clock.now() - analysis.decided_at
        earlier = {
            exit_.decision_id: DecisionFacts(
                decision_id=exit_.decision_id,
                hash=exit_.decision_hash,
                acts=True,
                age_s=Decimal(str(age.total_seconds())),
                confidence=None,
                escalated=False,
                vetoed=False,
            )
            for exit_ in due
        }
        own = {made.decision.decision_id: made.facts(age) for made in analysis.decisions}
        return {**earlier, **own}

    async def _instruments(self, symbols: set[Symbol]) -> Mapping[Symbol, Instrument]:
        known = {symbol: await self._broker.instrument(symbol) for symbol in sorted(symbols)}
        return {symbol: each for symbol, each in known.items() if each is not None}

    async def _sell(
        self, known: _Known, due: Sequence[ExitDue], sold: Sequence[Analysed], found: _Found
    ) -> None:
        orders = {
            symbol: await self._orders.orders_of(self._book, symbol)
            for symbol in sorted(names(due, sold) & known.held.keys())
        }
        wanted = sales(due, sold, known.held, orders, known.market, known.instruments)
        for exit_ in wanted:
            await self._judge(exit_, known, found)
        leaving = {exit_.request.symbol for exit_ in wanted}
        found.orders += [
            Refusal(
                decision_id=made.decision.decision_id,
                symbol=made.decision.symbol,
                leg=Leg.EXIT,
                code=NOTHING_TO_SELL,
                detail="nothing is held, or its sale is under way",
            )
            for made in sold
            if made.decision.symbol not in leaving
        ]

    async def _buy(self, made: Analysed, known: _Known, paused: str, found: _Found) -> None:
        """Judge one entry; the first of pause, gate, size and checks that objects refuses it."""
        symbol = made.decision.symbol
        refusal = self._objection(made, known, paused)
        market, instrument = known.market.get(symbol), known.instruments.get(symbol)
        if refusal or market is None or instrument is None:
            code, detail = refusal or (
                CheckCode.INSTRUMENT_NOT_FOUND.value,
                "the broker does not know the symbol",
            )
            found.orders.append(_refused(made, code, detail))
            return
        equity = (await self._desk.account()).equity
        leaving = _exits(made, known)
        wish = entry_wish(made, leaving.stop, market, instrument, equity)
        if isinstance(wish, str):
            found.orders.append(_refused(made, NO_ENTRY, wish))
            return
        sized = await self._desk.wished(wish)
        if sized.quantity <= 0:
            code = NO_ENTRY if sized.bound is None else sized.bound.value
            found.orders.append(_refused(made, code, "no share is left of it under the limits"))
            return
        request = entry_request(
            made, wish, sized.quantity, market, instrument, target=leaving.target
        )
        await self._judge(Wanted(request=request, exits=leaving), known, found)

    def _objection(self, made: Analysed, known: _Known, paused: str) -> tuple[str, str] | None:
        """Return what stands against new risk before its size is asked for."""
        held = known.held.get(made.decision.symbol, Decimal(0))
        if held > 0:
            return ALREADY_HELD, held_words(held, made.decision.symbol)
        if paused:
            return PAUSED, paused
        result = _tested(made, known)
        return None if result.flag("passed") else (GATE, "; ".join(result.texts("refusals")))

    async def _judge(self, wanted: Wanted, known: _Known, found: _Found) -> None:
        request = wanted.request
        judged = await self._desk.judged(request)
        found.events.append(judged.event)
        denial = judged.assessment.denial
        if denial is None:
            found.orders.append(
                Trade(
                    request=request,
                    generation=wanted.generation,
                    reference=_worth(request, known.market[request.symbol]),
                    verdict_id=judged.verdict_id,
                    exits=wanted.exits,
                )
            )
            return
        found.orders.append(
            Refusal(
                decision_id=request.decision_id,
                symbol=request.symbol,
                leg=request.leg,
                code=str(denial.code),
                detail=denial.reason,
                verdict_id=judged.verdict_id,
            )
        )

    def _alert(self, cycle: RecordedCycle, moved: Event) -> Alert:
        return Alert(
            kind="guarded",
            book=self._book,
            severity=Severity.WARNING if moved.type == OrderFact.TRADING else Severity.INFO,
            text=guarded_text(moved),
            cycle_id=cycle.facts.cycle_id,
            trace_id=cycle.facts.trace_id,
        )


def held_words(held: Decimal, symbol: Symbol) -> str:
    """Return why a BUY of what is held comes to nothing."""
    return f"the book holds {exact(held)} {symbol} already, and nothing is added to a position"


def guarded_text(moved: Event) -> str:
    """Return what a person reads of a move of the desk: whose lock it was, or what trading is now, and why."""
    told: Mapping[str, JsonValue] = moved.payload
    if moved.type == OrderFact.TRADING:
        return f"trading is {told.get('to', '')}: {told.get('reason', '')}"
    named = told.get("symbol", "")
    symbol = "all symbols" if named == "*" else named
    if moved.type == LockFact.LIFTED:
        return f"{symbol} unlocked, {told.get('kind', '')}: {told.get('reason', '')}"
    day = told.get("untilSession")
    until = f" (until {day})" if day else ""
    return f"{symbol} locked, {told.get('kind', '')}: {told.get('reason', '')}{until}"


def _tested(made: Analysed, known: _Known) -> Facts:
    """Return what the gate said of a BUY."""
    results = known.cycle.told(StepName.BACKTESTING).part("backtest_results") or Facts({})
    return results.part(made.decision.symbol) or Facts({})


def _exits(made: Analysed, known: _Known) -> EntryExits:
    """Return the exits of a BUY that passed the gate."""
    return read_exits(_tested(made, known).part("exits") or Facts({}))


def _worth(request: OrderRequest, market: MarketFacts) -> Decimal | None:
    """Return what a share is valued at: the limit of an entry, else the reference."""
    return market.reference if request.price is None else request.price


def _refused(made: Analysed, code: str, detail: str) -> Refusal:
    return Refusal(
        decision_id=made.decision.decision_id,
        symbol=made.decision.symbol,
        leg=Leg.ENTRY,
        code=code,
        detail=detail,
    )
