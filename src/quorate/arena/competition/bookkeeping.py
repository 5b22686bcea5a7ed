"""Virtual books, fills and outcomes as journal payloads, and back without loss."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from quorate.arena.competition.trading import BookRound
from quorate.arena.record.answers import Payload
from quorate.arena.record.decisions import decision_payload, read_decision
from quorate.arena.record.facts import Facts, amount
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import DecisionId, Symbol
from quorate.portfolio import (
    Account,
    CheckCode,
    Fill,
    FillReason,
    Ledger,
    Lot,
    Order,
    Outcome,
    Refusal,
    Side,
    VirtualBook,
)


def round_payload(played: BookRound) -> Payload:
    """Return one book after a round, with what the round did to it."""
    return {
        **book_payload(played.book),
        "equityUsd": amount(played.book.equity),
        "fills": [_fill_payload(fill) for fill in played.fills],
        "outcomes": [_outcome_payload(outcome) for outcome in played.outcomes],
        "refusals": [_refusal_payload(refusal) for refusal in played.refusals],
        "costUsd": amount(played.cost),
        "decisions": played.decisions,
        "errors": played.errors,
        **({"decided": list(map(decision_payload, played.decided))} if played.decided else {}),
    }


def read_book_round(facts: Facts) -> BookRound:
    """Return what `round_payload` wrote."""
    return BookRound(
        book=read_book(facts),
        fills=tuple(map(_read_fill, facts.items("fills"))),
        outcomes=tuple(map(_read_outcome, facts.items("outcomes"))),
        refusals=tuple(map(_read_refusal, facts.items("refusals"))),
        cost=facts.optional("costUsd", Decimal),
        decisions=facts.count("decisions"),
        errors=facts.count("errors"),
        decided=tuple(map(read_decision, facts.items("decided")))
        if "decided" in facts.tree
        else (),
    )


def book_payload(book: VirtualBook) -> Payload:
    """Return all that a virtual book's next session depends on."""
    return {
        "name": book.name,
        "ledger": _amounts({account.value: sum_ for account, sum_ in book.ledger.balances.items()}),
        "lots": [_lot_payload(lot) for lot in book.lots],
        "orders": [_order_payload(order) for order in book.orders],
        "closes": _amounts({str(symbol): close for symbol, close in book.closes.items()}),
        "dayStart": amount(book.day_start),
        "peak": amount(book.peak),
    }


def read_book(facts: Facts) -> VirtualBook:
    """Return the book that `book_payload` wrote."""
    balances = _read_amounts(facts, "ledger")
    closes = _read_amounts(facts, "closes")
    return VirtualBook(
        name=facts.text("name"),
        ledger=Ledger(MappingProxyType({Account(key): each for key, each in balances.items()})),
        lots=tuple(map(_read_lot, facts.items("lots"))),
        orders=tuple(map(_read_order, facts.items("orders"))),
        closes=MappingProxyType({Symbol(key): close for key, close in closes.items()}),
        day_start=facts.value("dayStart", Decimal),
        peak=facts.value("peak", Decimal),
    )


def _lot_payload(lot: Lot) -> Payload:
    return {
        "decisionId": lot.decision_id,
        "symbol": lot.symbol,
        "opened": lot.opened,
        "quantity": amount(lot.quantity),
        "cost": amount(lot.cost),
        "fee": amount(lot.fee),
        "income": amount(lot.income),
        "stop": amount(lot.stop),
        "target": amount(lot.target),
        "horizon": lot.horizon,
        "sessions": lot.sessions,
    }


def _read_lot(facts: Facts) -> Lot:
    return Lot(
        decision_id=DecisionId(facts.text("decisionId")),
        symbol=Symbol(facts.text("symbol")),
        opened=facts.value("opened", date.fromisoformat),
        quantity=facts.value("quantity", Decimal),
        cost=facts.value("cost", Decimal),
        fee=facts.value("fee", Decimal),
        income=facts.value("income", Decimal),
        stop=facts.optional("stop", Decimal),
        target=facts.optional("target", Decimal),
        horizon=_optional_count(facts, "horizon"),
        sessions=facts.count("sessions"),
    )


def _order_payload(order: Order) -> Payload:
    return {
        "decisionId": order.decision_id,
        "symbol": order.symbol,
        "side": order.side.name,
        "quantity": amount(order.quantity),
        "stop": amount(order.stop),
        "target": amount(order.target),
        "horizon": order.horizon,
    }


def _read_order(facts: Facts) -> Order:
    return Order(
        decision_id=DecisionId(facts.text("decisionId")),
        symbol=Symbol(facts.text("symbol")),
        side=facts.value("side", _read_side),
        quantity=facts.value("quantity", Decimal),
        stop=facts.optional("stop", Decimal),
        target=facts.optional("target", Decimal),
        horizon=_optional_count(facts, "horizon"),
    )


def _fill_payload(fill: Fill) -> Payload:
    return {
        "session": fill.session,
        "decisionId": fill.decision_id,
        "symbol": fill.symbol,
        "side": fill.side.name,
        "reason": fill.reason.value,
        "quantity": amount(fill.quantity),
        "price": amount(fill.price),
        "notional": amount(fill.notional),
        "fee": amount(fill.fee),
    }


def _read_fill(facts: Facts) -> Fill:
    return Fill(
        session=facts.value("session", date.fromisoformat),
        decision_id=DecisionId(facts.text("decisionId")),
        symbol=Symbol(facts.text("symbol")),
        side=facts.value("side", _read_side),
        reason=facts.value("reason", FillReason),
        quantity=facts.value("quantity", Decimal),
        price=facts.value("price", Decimal),
        notional=facts.value("notional", Decimal),
        fee=facts.value("fee", Decimal),
    )


def _outcome_payload(outcome: Outcome) -> Payload:
    return {
        "decisionId": outcome.decision_id,
        "symbol": outcome.symbol,
        "opened": outcome.opened,
        "closed": outcome.closed,
        "sessions": outcome.sessions,
        "reason": outcome.reason.value,
        "pnlUsd": amount(outcome.pnl),
        "result": outcome.result.value,
    }


def _read_outcome(facts: Facts) -> Outcome:
    return Outcome(
        decision_id=DecisionId(facts.text("decisionId")),
        symbol=Symbol(facts.text("symbol")),
        opened=facts.value("opened", date.fromisoformat),
        closed=facts.value("closed", date.fromisoformat),
        sessions=facts.count("sessions"),
        reason=facts.value("reason", FillReason),
        pnl=facts.value("pnlUsd", Decimal),
    )


def _refusal_payload(refusal: Refusal) -> Payload:
    return {
        "decisionId": refusal.decision_id,
        "symbol": refusal.symbol,
        "code": refusal.code.value,
    }


def _read_refusal(facts: Facts) -> Refusal:
    return Refusal(
        decision_id=DecisionId(facts.text("decisionId")),
        symbol=Symbol(facts.text("symbol")),
        code=facts.value("code", CheckCode),
    )


def _read_side(name: str) -> Side:
    return Side(name.lower())


def _amounts(amounts: Mapping[str, Decimal]) -> dict[str, JsonValue]:
    return {name: amount(each) for name, each in amounts.items()}


def _read_amounts(facts: Facts, key: str) -> dict[str, Decimal]:
    told = facts.part(key) or Facts({})
    return {name: told.value(name, Decimal) for name in told.tree}


def _optional_count(facts: Facts, key: str) -> int | None:
    return None if facts.tree.get(key) is None else facts.count(key)
