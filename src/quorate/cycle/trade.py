"""Trades as the messages of a cycle carry them: what risk approved or refused, and what execution made of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from quorate.arena.record.facts import Facts
from quorate.cycle.entry_exits import EntryExits
from quorate.cycle.record import RecordedCycle
from quorate.execution.recorded import RecordedOrder, read_request, request_payload
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import DecisionId, Symbol
from quorate.kernel.step_message import StepName
from quorate.risk import Leg, OrderRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """An order that risk approved; `reference` is what a share was valued at, in USD, `exits` are an entry's."""

    request: OrderRequest
    generation: int
    reference: Decimal | None
    verdict_id: str
    exits: EntryExits | None = None

    def payload(self) -> dict[str, JsonValue]:
        """Return it as the risk step's message has it."""
        return {
            **_key(self.request),
            "approved": True,
            "code": None,
            "detail": None,
            "quantity": _text(self.request.quantity),
            "price": _text(self.reference),
            "protectiveStop": _text(self.request.protective_stop),
            "target": None if self.exits is None else _text(self.exits.target),
            "horizon": None if self.exits is None else self.exits.horizon,
            "generation": self.generation,
            "verdictId": self.verdict_id,
            "request": request_payload(self.request),
        }

    def executed(self, placed: RecordedOrder) -> dict[str, JsonValue]:
        """Return it as the execution step's message has it."""
        request = placed.order.request
        return {
            **_key(request),
            "quantity": _text(request.quantity),
            "price": _text(self.reference),
            "protectiveStop": _text(request.protective_stop),
            "clientOrderId": placed.order.client_order_id,
            "state": placed.order.state,
            "filled": _text(placed.order.filled),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An order that was not to be, and why: the first thing that stood against it."""

    decision_id: DecisionId
    symbol: Symbol
    leg: Leg
    code: str
    detail: str
    verdict_id: str | None = None

    def payload(self) -> dict[str, JsonValue]:
        """Return it as a step's message has it."""
        return {
            "decisionId": self.decision_id,
            "symbol": self.symbol,
            "leg": self.leg,
            "approved": False,
            "code": self.code,
            "detail": self.detail,
            "quantity": "0",
            "price": None,
            "protectiveStop": None,
            "verdictId": self.verdict_id,
        }


def trades_of(cycle: RecordedCycle) -> list[Trade]:
    """Return what the risk step approved, sales before entries."""
    told = cycle.told(StepName.RISK_MANAGEMENT)
    trades = [_read(each) for each in told.items("orders") if each.flag("approved")]
    return sorted(trades, key=lambda trade: not trade.request.reduce_only)


def _read(told: Facts) -> Trade:
    request: Mapping[str, object] = (told.part("request") or Facts({})).tree
    return Trade(
        request=read_request(request),
        generation=told.count("generation"),
        reference=told.optional("price", Decimal),
        verdict_id=told.text("verdictId"),
    )


def _key(request: OrderRequest) -> dict[str, JsonValue]:
    return {
        "decisionId": request.decision_id,
        "symbol": request.symbol,
        "side": request.side,
        "leg": request.leg,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
