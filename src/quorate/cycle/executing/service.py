"""Executing: what risk approved is placed, sales before entries; nothing else is, and nothing twice."""

from __future__ import annotations

from typing import Final, Protocol

from quorate.cycle.analysis import analysis_of
from quorate.cycle.ports import Desk, StepResult
from quorate.cycle.record import RecordedCycle
from quorate.cycle.trade import Refusal, Trade, trades_of
from quorate.cycle.watch.alert import Alert, Severity
from quorate.execution.order_table import OrderState
from quorate.execution.recorded import RecordedOrder
from quorate.execution.sending import Intent
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.kernel.step_message import StepName
from quorate.risk import ApprovedOrder, OrderRequest

NOT_EXECUTED: Final = frozenset({OrderState.INITIALIZED, OrderState.DENIED, OrderState.REJECTED})
"""States in which nothing was, or will be, at the broker."""


class Placing(Protocol):
    """The part of the execution service that places and leaves."""

    async def place(self, approved: ApprovedOrder, intent: Intent) -> RecordedOrder:
        """Return the order after it was sent once."""
        ...

    async def leave(self, request: OrderRequest, intent: Intent) -> RecordedOrder | None:
        """Return the sale that closes or reduces a position, None where nothing is held any more."""
        ...


class Executing:
    """The fifth step. Source: R-010, DESIGN 8 (Orders)."""

    name: Final = StepName.EXECUTION

    def __init__(self, desk: Desk, execution: Placing) -> None:
        self._desk = desk
        self._execution = execution

    async def run(self, cycle: RecordedCycle) -> StepResult:
        """Say which orders stand at the broker now, and which do not, with why.

        An order that is refused, or whose stop could not be cancelled, is a value; the others go on.
        """
        executed: list[dict[str, JsonValue]] = []
        refused: list[Refusal] = []
        trades = trades_of(cycle)
        for trade in trades:
            outcome = await self._placed(trade, cycle)
            if isinstance(outcome, Refusal):
                refused.append(outcome)
            else:
                executed.append(trade.executed(outcome))
        return StepResult(
            data={
                "trade_executed": bool(executed),
                "orders": executed,
                "refused": [each.payload() for each in refused],
            },
            alerts=tuple(_alert(cycle, each) for each in refused),
            idle=not trades,
        )

    async def _placed(self, trade: Trade, cycle: RecordedCycle) -> RecordedOrder | Refusal:
        intent = Intent(
            decided_at=analysis_of(cycle).decided_at,
            trace_id=cycle.facts.trace_id,
            generation=trade.generation,
        )
        try:
            placed = await self._sent(trade, intent)
        except RejectedError as error:
            return _refusal(trade, "DENIED", str(error))
        except UnavailableError as error:
            if not trade.request.reduce_only:
                raise
            return _refusal(trade, "UNAVAILABLE", str(error))
        if placed is None:
            return _refusal(trade, "NOTHING_TO_SELL", "nothing is held any more")
        if placed.order.state in NOT_EXECUTED:
            return _refusal(trade, placed.order.state, placed.order.reason)
        return placed

    async def _sent(self, trade: Trade, intent: Intent) -> RecordedOrder | None:
        if trade.request.reduce_only:
            return await self._execution.leave(trade.request, intent)
        return await self._execution.place(await self._desk.approved(trade.request), intent)


def _refusal(trade: Trade, code: str, detail: str) -> Refusal:
    request = trade.request
    return Refusal(
        decision_id=request.decision_id,
        symbol=request.symbol,
        leg=request.leg,
        code=code,
        detail=detail,
        verdict_id=trade.verdict_id,
    )


def _alert(cycle: RecordedCycle, refused: Refusal) -> Alert:
    return Alert(
        kind="order_refused",
        book=cycle.facts.book,
        severity=Severity.WARNING,
        text=f"The {refused.leg} of {refused.symbol} was not placed: {refused.detail}",
        cycle_id=cycle.facts.cycle_id,
        decision_id=refused.decision_id,
        trace_id=cycle.facts.trace_id,
    )
