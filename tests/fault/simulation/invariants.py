"""The invariants of RELIABILITY 4.2, from the journal's rows and the venue's ledger alone.

Shares no line with what it checks: plain values and exact decimals, nothing of quorate.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

Tree = Any
ZERO = Decimal(0)
CENT = Decimal("0.01")
FIRST_CASH = Decimal(100_000)
TABLES = ("orders", "executions", "held_shares", "trading_states")
OVER = {"CANCELED", "EXPIRED", "REPLACED", "FILLED", "REJECTED", "DENIED"}
DOUBT = {"SUBMITTED", "SUBMIT_UNKNOWN"}
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Seen:
    """A world at its end: rows and tables as plain values, the venue's ledger and what it stands at."""

    rows: Sequence[Mapping[str, Tree]]
    ledger: Sequence[Mapping[str, Tree]]
    cash: str
    held: Mapping[str, str]
    open_orders: Mapping[str, str]
    statuses: Mapping[str, str]
    tables: Mapping[str, Sequence[Mapping[str, Tree]]] = field(default_factory=dict)
    is_replay: bool = False
    """Whether the broker is the simulated one: every fill is settled to the cent, orders expire on the book's clock."""

    @cached_property
    def facts(self) -> list[tuple[int, str, Tree, Mapping[str, Tree]]]:
        """Return seq, type, payload and row of every row."""
        return [(row["seq"], row["type"], json.loads(row["payload"]), row) for row in self.rows]

    @cached_property
    def intents(self) -> dict[str, tuple[int, Tree]]:
        """Return seq and payload of every order's first row."""
        return {
            told["clientOrderId"]: (seq, told)
            for seq, kind, told, _ in self.facts
            if kind == "order.intended"
        }

    @cached_property
    def moves(self) -> dict[str, list[tuple[int, Tree]]]:
        """Return the later rows of every order."""
        found: dict[str, list[tuple[int, Tree]]] = defaultdict(list)
        for seq, kind, told, _ in self.facts:
            if kind == "order.moved":
                found[told["clientOrderId"]].append((seq, told))
        return found

    def ordered(self, id_: str) -> Decimal:
        """Return the shares of an order, as the last split left them."""
        told = [
            told["quantity"]
            for _, kind, told, _ in self.facts
            if kind == "order.resized" and told["clientOrderId"] == id_
        ]
        return Decimal((told or [self.intents[id_][1]["request"]["quantity"]])[-1])

    def of_kind(self, kind: str) -> list[Mapping[str, Tree]]:
        """Return the ledger's entries of one kind."""
        return [entry for entry in self.ledger if entry["kind"] == kind]

    def state_of(self, id_: str) -> str:
        """Return where an order stands."""
        moves = self.moves.get(id_)
        return str(moves[-1][1]["to"]) if moves else "INITIALIZED"

    @cached_property
    def states(self) -> list[tuple[int, str]]:
        """Return the moves of the trading state."""
        return [(seq, told["to"]) for seq, kind, told, _ in self.facts if kind == "trading.moved"]

    def trading_at(self, seq: int) -> str:
        """Return the trading state as row `seq` was written."""
        before = [state for moved, state in self.states if moved < seq]
        return before[-1] if before else "ACTIVE"


def broken(seen: Seen) -> Iterator[str]:
    """Yield every invariant that does not hold, by its number."""
    for check in CHECKS:
        number = check.__name__.split("_")[1]
        for said in check(seen):
            yield f"{number}: {said}"


def _1_cash(seen: Seen) -> Iterator[str]:
    """Cash is what it was, less what was bought, plus what was sold; at rest it is the broker's."""
    cash = FIRST_CASH
    for id_, told in _executions(seen):
        worth = Decimal(told["quantity"]) * Decimal(told["price"])
        cash -= _way(seen, id_) * (worth.quantize(CENT) if seen.is_replay else worth)
    # A fill that was made up has the price that an average implies, which no decimal states exactly.
    if not _is_told(seen) and abs(cash - Decimal(seen.cash)) > Decimal("1e-9"):
        yield f"our executions leave {cash}, the broker has {seen.cash}"


def _2_positions(seen: Seen) -> Iterator[str]:
    """What is held is the signed sum of executions, row by row; at rest it is the broker's."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    for _, kind, told, _ in seen.facts:
        yield from _held_after(seen, kind, told, held)
    for row in seen.tables.get("held_shares", ()):
        if Decimal(row["quantity"]) != held[row["symbol"]]:
            yield f"the table holds {row['quantity']} {row['symbol']}, the rows {held[row['symbol']]}"
    for symbol in sorted({*held, *seen.held}):
        brokers = Decimal(seen.held.get(symbol, "0"))
        if brokers != held[symbol] and not _is_told(seen):
            yield f"we hold {held[symbol]} {symbol}, the broker {brokers}"


def _held_after(seen: Seen, kind: str, told: Tree, held: dict[str, Decimal]) -> Iterator[str]:
    """Bring what is held up to a row, and yield where the row says otherwise."""
    if kind == "position.split":
        held[told["symbol"]] = Decimal(told["held"]["quantity"])
    if kind != "order.moved":
        return
    way = _way(seen, told["clientOrderId"])
    held[told["symbol"]] += way * sum((Decimal(e["quantity"]) for e in told["executions"]), ZERO)
    if "held" in told and Decimal(told["held"]["quantity"]) != held[told["symbol"]]:
        yield f"{told['clientOrderId']} says that {told['held']} is held"


def _3_fills(seen: Seen) -> Iterator[str]:
    """What is filled only grows, is the sum of distinct executions, and no more than was ordered."""
    for id_ in seen.intents:
        known: dict[str, Decimal] = {}
        before = ZERO
        for _, told in seen.moves.get(id_, ()):
            for each in told["executions"]:
                if each["id"] in known:
                    yield f"{id_} booked {each['id']} twice"
                known[each["id"]] = Decimal(each["quantity"])
            filled = Decimal(told["filled"])
            if filled < before or filled != sum(known.values(), ZERO):
                yield f"{id_} says {filled} filled after {before}, its executions {known}"
            before = filled
        if before > seen.ordered(id_):
            yield f"{id_} filled {before} of {seen.ordered(id_)}"
        brokers = sum((Decimal(e["part"]) for e in seen.of_kind("filled") if e["id"] == id_), ZERO)
        if brokers != before and not _is_told(seen):
            yield f"{id_} filled {before} here, {brokers} at the broker"


def _4_one_to_one(seen: Seen) -> Iterator[str]:
    """Every order at the broker has its one intent, whose decision its id is made of."""
    ids = Counter(
        told["clientOrderId"] for _, kind, told, _ in seen.facts if kind == "order.intended"
    )
    yield from (f"{id_} was intended {count} times" for id_, count in ids.items() if count > 1)
    for entry in seen.of_kind("accepted"):
        intent = seen.intents.get(entry["id"])
        if intent is None:
            yield f"{entry['id']} is at the broker, nobody intended it"
            continue
        request = intent[1]["request"]
        same = (request["decisionId"], request["symbol"], request["side"], request["leg"])
        if same != (entry["decision"], entry["symbol"], entry["side"], entry["leg"]):
            yield f"{entry['id']} is another order at the broker"
        if Decimal(request["quantity"]) != Decimal(entry["quantity"]):
            yield f"{entry['id']} is of {entry['quantity']}, {request['quantity']} was intended"
        if entry["id"] != _id(*same, intent[1]["generation"]):
            yield f"{entry['id']} is not made of its decision {same}"


def _5_intent_first(seen: Seen) -> Iterator[str]:
    """Intent and sending are committed before the first byte leaves, and no sending is used twice."""
    sent: Counter[str] = Counter()
    for entry in seen.of_kind("sent"):
        id_ = entry["id"]
        sent[id_] += 1
        intent = seen.intents.get(id_)
        if intent is None or intent[0] > entry["head"]:
            yield f"{id_} was sent before its intent"
        sendings = [
            seq
            for seq, told in seen.moves.get(id_, ())
            if told["to"] == "SUBMITTED" and seq <= entry["head"]
        ]
        if len(sendings) < sent[id_]:
            yield f"{id_} left {sent[id_]} times after {len(sendings)} sendings"


def _7_repeats(seen: Seen) -> Iterator[str]:
    """What is done again has the same id and sends nothing new."""
    for entry in seen.of_kind("repeated"):
        if not entry["same"]:
            yield f"{entry['id']} was placed again under another id"
        if entry["sent_after"] > entry["sent_before"] and not entry["was_in_doubt"]:
            yield f"{entry['id']} was sent again"


def _8_once(seen: Seen) -> Iterator[str]:
    """At most one order at the broker for each decision, leg and generation."""
    counts = Counter(
        (entry["decision"], entry["leg"], entry["id"][-2:]) for entry in seen.of_kind("accepted")
    )
    entries = Counter(
        (entry["decision"], entry["symbol"], entry["leg"])
        for entry in seen.of_kind("accepted")
        if entry["leg"] in {"entry", "exit"}
    )
    for what, count in (*counts.items(), *entries.items()):
        if count > 1:
            yield f"{what} is at the broker {count} times"


def _13_halted(seen: Seen) -> Iterator[str]:
    """No order that takes risk is sent by a row that stands behind the halt."""
    for id_, (_, intent) in seen.intents.items():
        if intent["request"]["side"] != "buy":
            continue
        for seq, told in seen.moves.get(id_, ()):
            if told["to"] == "SUBMITTED" and seen.trading_at(seq) != "ACTIVE":
                yield f"{id_} was sent at row {seq} while {seen.trading_at(seq)}"


def _23_resolved(seen: Seen) -> Iterator[str]:
    """At rest no order is in doubt, what is open is open on both sides, and what was never taken is not there."""
    taken = {entry["id"] for entry in seen.of_kind("accepted")}
    for id_ in seen.intents:
        state = seen.state_of(id_)
        if state in {"REJECTED", "DENIED"} and id_ in taken:
            yield f"{id_} is {state} here, and the broker has it"
        if state in DOUBT:
            yield f"{id_} is {state} for ever"
        is_open = id_ in seen.open_orders
        if (state not in OVER) != is_open and state != "INITIALIZED":
            yield f"{id_} is {state} here and {seen.statuses.get(id_)} at the broker"


def _30_protected(seen: Seen) -> Iterator[str]:
    """At rest every share held is being sold by a stop, and no share twice. Source: DESIGN 8 (Exits)."""
    promised: dict[str, Decimal] = defaultdict(Decimal)
    for id_, rest in seen.open_orders.items():
        request = seen.intents[id_][1]["request"] if id_ in seen.intents else None
        if request is not None and request["side"] == "sell":
            promised[request["symbol"]] += Decimal(rest)
    for symbol in sorted({*promised, *seen.held}):
        held = Decimal(seen.held.get(symbol, "0"))
        if promised[symbol] != max(held, ZERO):
            yield f"{held} {symbol} are held, {promised[symbol]} are protected"


def _31_in_time(seen: Seen) -> Iterator[str]:
    """No entry leaves after its decision's time. Source: RELIABILITY 1.3 (0 orders older than TTL)."""
    for id_, (_, intent) in seen.intents.items():
        if intent["request"]["side"] != "buy" or seen.is_replay:
            continue
        for _, told, row in _rows_of(seen, id_):
            late = _moment(row["ts"]) - _moment(intent["expiresAt"])
            if told.get("to") == "SUBMITTED" and late.total_seconds() > 1:
                yield f"{id_} was sent {late} after its time"


def _32_sellable(seen: Seen) -> Iterator[str]:
    """No sale asks for more than is free: its stop is gone before, and what it left is known."""
    canceled: set[str] = set()
    for entry in seen.ledger:
        if entry["kind"] == "canceled":
            canceled.add(entry["id"])
        elif entry["kind"] == "filled" and entry["id"] in canceled:
            return  # the exchange filled what it had cancelled: nobody could know
    for entry in seen.of_kind("refused"):
        yield f"{entry['id']} ({entry['leg']}) was of more than could be sold"


def _executions(seen: Seen) -> Iterator[tuple[str, Tree]]:
    for id_, moves in seen.moves.items():
        for _, told in moves:
            for each in told["executions"]:
                yield id_, each


def _rows_of(seen: Seen, id_: str) -> Iterator[tuple[int, Tree, Mapping[str, Tree]]]:
    for seq, _, told, row in seen.facts:
        if row["stream"] == f"order:{id_}":
            yield seq, told, row


def _way(seen: Seen, id_: str) -> int:
    return 1 if seen.intents[id_][1]["request"]["side"] == "buy" else -1


def _is_told(seen: Seen) -> bool:
    """Return whether the last comparison says that broker and book differ: a person was told, and trading waits."""
    found = [told for _, kind, told, _ in seen.facts if kind == "orders.reconciled"]
    state = seen.states[-1][1] if seen.states else "ACTIVE"
    return bool(found) and not found[-1]["agrees"] and state != "ACTIVE"


def _id(decision: str, symbol: str, side: str, leg: str, generation: int) -> str:
    said = "\n".join((decision, symbol, side, leg, str(generation)))
    number = int(hashlib.sha256(said.encode()).hexdigest()[:32], 16)
    text = ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        text = BASE32[digit] + text
    return f"a1-{text}-{generation:02d}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


CHECKS = (
    _1_cash,
    _2_positions,
    _3_fills,
    _4_one_to_one,
    _5_intent_first,
    _7_repeats,
    _8_once,
    _13_halted,
    _23_resolved,
    _30_protected,
    _31_in_time,
    _32_sellable,
)
