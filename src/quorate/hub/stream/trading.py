"""What the stream tells of trading: cycles, orders, positions, outcomes, the trading state and alerts.

The messages of steps and the reasons of checks stand in the database: a page that wants them asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quorate.arena.record.facts import Facts
from quorate.execution import OrderState
from quorate.hub.stream.told import Telling, Told
from quorate.risk import TradingState

_ORDERS: Final[Mapping[str, str]] = {
    OrderState.SUBMITTED: "order.submitted",
    OrderState.FILLED: "order.filled",
    OrderState.REJECTED: "order.rejected",
    OrderState.DENIED: "order.rejected",
}
"""States that have a type of their own; every other one is an update."""

VIOLATION: Final = "audit_violation"
"""The kind of alert that tells what the auditor found."""


def _cycle_started(facts: Facts) -> Told:
    data: dict[str, object] = {
        "state": facts.text("to"),
        "number": facts.count("number"),
        "book": facts.text("book"),
        "trigger": facts.text("trigger"),
        "session": facts.optional("session", str),
        "symbols": list(facts.texts("symbols")),
    }
    return Told(data, cycle_id=facts.text("cycleId"), symbols=facts.texts("symbols"))


def _cycle_stepped(facts: Facts) -> Told:
    data: dict[str, object] = {
        "state": facts.text("to"),
        "from": facts.text("from"),
        "number": facts.count("number"),
        "book": facts.text("book"),
        "step": facts.text("step"),
        "success": _success(facts),
    }
    return Told(data, cycle_id=facts.text("cycleId"))


def _cycle_ended(facts: Facts) -> Told:
    data: dict[str, object] = {
        "state": facts.text("to"),
        "from": facts.text("from"),
        "number": facts.count("number"),
        "book": facts.text("book"),
        "failed": facts.flag("failed"),
        "auditPassed": facts.flag("auditPassed"),
        "violations": len(facts.texts("violations")),
    }
    return Told(data, cycle_id=facts.text("cycleId"))


def _cycle_skipped(facts: Facts) -> Told:
    data: dict[str, object] = {
        "state": "skipped",
        "book": facts.text("book"),
        "reason": facts.text("reason"),
        "skipped": facts.count("skipped"),
    }
    return Told(data)


def _scheduled(facts: Facts) -> Told:
    data: dict[str, object] = {
        "state": f"scheduler {facts.text('state')}",
        "nextStartAt": facts.optional("nextStartAt", str),
    }
    return Told(data)


def _intended(facts: Facts) -> Told:
    request = facts.part("request") or Facts({})
    data: dict[str, object] = {
        "orderId": facts.text("clientOrderId"),
        "state": facts.text("state"),
        "from": None,
        "side": request.text("side"),
        "leg": request.text("leg"),
        "quantity": request.text("quantity"),
    }
    return Told(data, symbol=facts.text("symbol"), decision_id=facts.text("decisionId"))


def _order_moved(facts: Facts) -> Told:
    state = facts.text("to")
    data: dict[str, object] = {
        "orderId": facts.text("clientOrderId"),
        "state": state,
        "from": facts.text("from"),
        "filled": facts.text("filled"),
        "averagePrice": facts.optional("averagePrice", str),
        "reason": facts.text("reason"),
    }
    moved = state != facts.text("from")
    return Told(data, symbol=facts.text("symbol"), type=_ORDERS.get(state, "") if moved else "")


def _order_resized(facts: Facts) -> Told:
    data: dict[str, object] = {
        "orderId": facts.text("clientOrderId"),
        "quantity": facts.text("quantity"),
    }
    return Told(data, symbol=facts.text("symbol"))


def _traded(facts: Facts) -> Told:
    state = facts.text("to")
    data: dict[str, object] = {
        "state": state,
        "from": facts.text("from"),
        "reason": facts.text("reason"),
        "by": facts.text("by"),
    }
    return Told(data, type="safety.resumed" if state == TradingState.ACTIVE else "")


def _settled(facts: Facts) -> Told:
    left = ("unconfirmed", "notClosed", "unprotected")
    data: dict[str, object] = {
        "haltId": facts.text("haltId"),
        "scope": facts.text("scope"),
        "cancelled": len(facts.texts("cancelled")),
        "unconfirmed": sum(len(facts.items(name)) for name in left),
    }
    return Told(data)


def _drilled(facts: Facts) -> Told:
    return Told({"haltId": facts.text("haltId"), "passed": facts.flag("passed")})


def _locked(state: str) -> Telling:
    def tell(facts: Facts) -> Told:
        symbol = facts.text("symbol")
        data: dict[str, object] = {
            "name": facts.text("kind"),
            "state": state,
            "reason": facts.optional("reason", str),
            "until": facts.optional("untilSession", str),
        }
        return Told(data, symbol=None if symbol == "*" else symbol)

    return (("breaker.state",), tell)


def _marked(facts: Facts) -> Told:
    positions = facts.part("positions") or Facts({})
    data: dict[str, object] = {
        "snapshotId": facts.text("snapshotId"),
        "session": facts.optional("session", str),
        "cash": facts.text("cash"),
        "equity": facts.text("equity"),
        "positions": len(positions.tree),
    }
    symbols = tuple(positions.tree)
    return Told(data, cycle_id=facts.optional("cycleId", str), symbols=symbols)


def _came_out(facts: Facts) -> Told:
    data: dict[str, object] = {
        "status": facts.text("status"),
        "pnl": facts.optional("pnl", str),
        "book": facts.text("book"),
    }
    return Told(data, symbol=facts.text("symbol"), decision_id=facts.text("decisionId"))


def _alerted(facts: Facts) -> Told:
    kind = facts.text("kind")
    data: dict[str, object] = {
        "alertId": facts.text("alertId"),
        "kind": kind,
        "severity": facts.text("severity"),
        "text": facts.text("text"),
    }
    return Told(
        data,
        cycle_id=facts.optional("cycleId", str),
        decision_id=facts.optional("decisionId", str),
        type="audit.violation" if kind == VIOLATION else "",
    )


def _acknowledged(facts: Facts) -> Told:
    data: dict[str, object] = {
        "alertId": facts.text("alertId"),
        "acknowledgedBy": facts.text("by"),
    }
    return Told(data)


def _success(facts: Facts) -> bool:
    message = facts.part("message")
    return message is not None and message.flag("success")


_STATES: Final = ("cycle.state",)
_UPDATES: Final = ("order.updated", *sorted(set(_ORDERS.values())))

TRADING: Final[Mapping[str, Telling]] = {
    "cycle.started": (_STATES, _cycle_started),
    "cycle.stepped": (_STATES, _cycle_stepped),
    "cycle.ended": (_STATES, _cycle_ended),
    "cycle.skipped": (_STATES, _cycle_skipped),
    "scheduler.moved": (_STATES, _scheduled),
    "order.intended": (_UPDATES, _intended),
    "order.moved": (_UPDATES, _order_moved),
    "order.resized": (_UPDATES, _order_resized),
    "trading.moved": (("safety.halted", "safety.resumed"), _traded),
    "halt.ended": (("safety.settled",), _settled),
    "halt.drilled": (("safety.drilled",), _drilled),
    "lock.set": _locked("open"),
    "lock.lifted": _locked("closed"),
    "book.marked": (("position.snapshot",), _marked),
    "outcome.moved": (("outcome.updated",), _came_out),
    "alert.raised": (("notice", "audit.violation"), _alerted),
    "alert.acknowledged": (("notice",), _acknowledged),
}
