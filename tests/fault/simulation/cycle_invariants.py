"""The invariants of whole cycles: verdicts, leases, exposure, decisions, data, traces and outcomes.

As `invariants`: plain values and exact decimals, nothing of quorate.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.fault.simulation.invariants import CENT, FIRST_CASH, OVER, ZERO, Seen

Tree = Any
STEPS = (
    *("DataFetching", "MarketAnalysis", "Backtesting"),
    *("RiskManagement", "Execution", "Monitoring"),
)
MAX_ORDER_USD, MAX_ORDER, MAX_POSITION = Decimal(5000), Decimal("0.05"), Decimal("0.10")
MAX_GROSS, MAX_RISK = Decimal(1), Decimal("0.01")
MIN_CONFIDENCE, MAX_DISAGREEMENT = Decimal("0.62"), Decimal("0.34")
NANO = Decimal("1e-9")
QUORUM = 2
TRADED = {"win", "loss", "breakeven"}
ENDED = {"rejected", "cancelled", *TRADED}
CYCLE_ROWS = {"cycle.started", "cycle.stepped", "cycle.ended"}


def ledger_in(rows: Sequence[Mapping[str, Tree]]) -> tuple[list[dict[str, Tree]], Tree]:
    """Return what happened at the simulated broker as its rows tell it, and its account at the end."""
    ledger: list[dict[str, Tree]] = []
    known: dict[str, Tree] = {}
    intents, account = {}, None
    for row in rows:
        told = json.loads(row["payload"])
        if row["type"] == "order.intended":
            intents[told["clientOrderId"]] = told["request"]
        if row["type"] != "broker.moved":
            continue
        account = told
        for order in told["orders"]:
            id_ = order["client_order_id"]
            request = intents.get(id_, {})
            facts = {
                "head": row["seq"] - 1,
                "id": id_,
                "symbol": order["symbol"],
                "side": order["side"],
                "decision": request.get("decisionId", ""),
                "leg": request.get("leg", ""),
                "quantity": order["quantity"],
            }
            if id_ not in known:
                ledger += [{"kind": "sent", **facts}, {"kind": "accepted", **facts}]
            before = len(known[id_]["executions"]) if id_ in known else 0
            ledger += [
                {"kind": "filled", **facts, "execution": e["id"], "part": e["quantity"]}
                for e in order["executions"][before:]
            ]
            known[id_] = order
    return ledger, {**(account or {}), "orders": known}


def broken(seen: Seen, writers: Mapping[int, str]) -> Iterator[str]:
    """Yield every invariant of cycles that does not hold, by its number."""
    for check in CHECKS:
        number = check.__name__.split("_")[1]
        for said in check(seen):
            yield f"{number}: {said}"
    yield from (f"9: {said}" for said in _overlaps(seen, writers))


def _1_marks(seen: Seen) -> Iterator[str]:
    """Every mark's cash is what executions left of the first cash, to the cent, and the broker's."""
    cash = FIRST_CASH
    for seq, kind, told, _ in seen.facts:
        if kind == "order.moved":
            way = 1 if seen.intents[told["clientOrderId"]][1]["request"]["side"] == "sell" else -1
            for each in told["executions"]:
                worth = Decimal(each["quantity"]) * Decimal(each["price"])
                cash += way * worth.quantize(CENT)
        if kind == "book.marked":
            if abs(Decimal(told["cash"]) - cash) > NANO:
                yield f"the mark at row {seq} has {told['cash']}, executions leave {cash}"
            if told["brokerCash"] != told["cash"]:
                yield f"the mark at row {seq} has {told['cash']}, the broker {told['brokerCash']}"
            if sum(map(Decimal, told["ledger"].values()), ZERO) != 0:
                yield f"the ledger of row {seq} does not balance"


def _6_verdicts(seen: Seen) -> Iterator[str]:
    """Every order that was sent has a signed, approving, unexpired verdict on exactly what is ordered."""
    keys = _keys(seen)
    verdicts = [(seq, told) for seq, kind, told, _ in seen.facts if kind == "risk.judged"]
    for _, told in verdicts:
        yield from _unsigned(told, keys)
    for id_, (_, intent) in seen.intents.items():
        sent = [seq for seq, move in seen.moves.get(id_, ()) if move["to"] == "SUBMITTED"]
        if not sent:
            continue
        wanted = _order_hash(intent["request"])
        found = [
            told
            for seq, told in verdicts
            if seq < sent[0] and told["orderHash"] == wanted and told["outcome"] == "approved"
        ]
        if not found:
            yield f"{id_} ({intent['request']['leg']}) was sent without a verdict on it"


@dataclass
class _AtWork:
    """Which cycle is under way, and who may write its rows."""

    running: str = ""
    holder: str = ""
    token: int = 0

    def taken(self, seq: int, told: Tree) -> Iterator[str]:
        """Yield what is wrong with a process that takes the book."""
        if told["token"] <= self.token:
            yield f"the token fell to {told['token']} at row {seq}"
        self.holder, self.token = told["owner"], told["token"]

    def told(self, seq: int, kind: str, cycle: str, writer: str) -> Iterator[str]:
        """Yield what is wrong with a row of a cycle."""
        if writer != self.holder:
            yield f"{writer} wrote {kind} at row {seq}, {self.holder} holds the book"
        if kind == "cycle.started" and self.running:
            yield f"{cycle} began while {self.running} was under way"
        if kind != "cycle.started" and cycle != self.running:
            yield f"a row of {cycle} while {self.running or 'nothing'} was under way"
        self.running = "" if kind == "cycle.ended" else cycle


def _overlaps(seen: Seen, writers: Mapping[int, str]) -> Iterator[str]:
    """Cycles of a book do not overlap, tokens only rise, and whoever writes a cycle's row holds its lease."""
    at_work = _AtWork()
    for seq, kind, told, _ in seen.facts:
        if kind == "lease.acquired" and str(told["name"]).startswith("cycle:"):
            yield from at_work.taken(seq, told)
        elif kind in CYCLE_ROWS:
            yield from at_work.told(seq, kind, told["cycleId"], writers.get(seq, ""))
    if at_work.running:
        yield f"{at_work.running} never ended"


def _14_exposure(seen: Seen) -> Iterator[str]:
    """What is entered stays within the limits, open orders counted."""
    for cycle in _cycles(seen).values():
        risk, fetch = cycle.get("RiskManagement"), cycle.get("DataFetching")
        if not risk or not fetch or not risk["success"]:
            continue
        equity = Decimal(risk["data"]["equity"])
        closes = {
            symbol: Decimal(each["close"]) for symbol, each in fetch["data"]["symbols"].items()
        }
        worth, gross = _exposed(seen, cycle["at"]["RiskManagement"], closes)
        for order in risk["data"]["orders"]:
            if order["leg"] != "entry" or not order["approved"]:
                continue
            value = Decimal(order["quantity"]) * Decimal(order["price"])
            loss = Decimal(order["quantity"]) * (
                Decimal(order["price"]) - Decimal(order["protectiveStop"])
            )
            worth[order["symbol"]] += value
            gross += value
            for holds, rule in (
                (value <= min(MAX_ORDER_USD, MAX_ORDER * equity), f"{value} is ordered"),
                (0 < loss <= MAX_RISK * equity, f"{loss} is risked"),
                (worth[order["symbol"]] <= MAX_POSITION * equity, f"{worth} would be held"),
                (gross <= MAX_GROSS * equity, f"{gross} would be held in all"),
            ):
                if not holds:
                    yield f"{order['symbol']} {order['decisionId']}: {rule} of {equity}"


def _17_decided(seen: Seen) -> Iterator[str]:
    """New risk only with a quorum that agrees, confident enough, and without a veto."""
    votes: dict[tuple[str, str], list[Tree]] = defaultdict(list)
    made: dict[str, tuple[str, Tree]] = {}
    for _, kind, told, row in seen.facts:
        if kind == "vote.cast":
            votes[row["stream"], told["symbol"]].append(told)
        if kind == "decision.made":
            made[told["decisionId"]] = (row["stream"], told)
    for id_, (_, intent) in seen.intents.items():
        request = intent["request"]
        if request["leg"] != "entry":
            continue
        stream, decision = made.get(request["decisionId"], ("", {}))
        for rule in _undecided(decision, votes[stream, request["symbol"]]):
            yield f"{id_} entered although {rule}"


def _undecided(decision: Mapping[str, Tree], heard: Sequence[Tree]) -> Iterator[str]:
    """Yield every rule by which a decision is no reason to enter."""
    valid = [vote for vote in heard if vote["voter"] and vote["action"] != "ABSTAIN"]
    agreed = Decimal(sum(vote["action"] == "BUY" for vote in valid))
    disagreement = 1 - agreed / len(valid) if valid else Decimal(1)
    confidence = decision.get("confidence")
    for holds, rule in (
        (decision.get("finalAction") == "BUY", f"{decision.get('finalAction')} was decided"),
        (len(valid) >= QUORUM, f"{len(valid)} voted"),
        (disagreement <= MAX_DISAGREEMENT, f"the disagreement is {disagreement}"),
        (not any(vote["veto"] for vote in heard), "it was vetoed"),
        (Decimal(str(confidence or 0)) >= MIN_CONFIDENCE, f"its confidence is {confidence}"),
    ):
        if not holds:
            yield rule


def _18_data(seen: Seen) -> Iterator[str]:
    """No entry on data that is stale or in quarantine; the verdict's snapshot is the analysed one."""
    snapshots = {
        row["stream"].partition(":")[2]: told["snapshotHash"]
        for _, kind, told, row in seen.facts
        if kind == "snapshot.frozen"
    }
    verdicts = {told["verdictId"]: told for _, kind, told, _ in seen.facts if kind == "risk.judged"}
    for cycle in _cycles(seen).values():
        execution, risk = cycle.get("Execution"), cycle.get("RiskManagement")
        if not execution or not execution["success"]:
            continue
        fetch, analysis = cycle["DataFetching"]["data"], cycle["MarketAnalysis"]["data"]
        judged = {(o["decisionId"], o["leg"]): o["verdictId"] for o in risk["data"]["orders"]}
        for order in execution["data"]["orders"]:
            if order["leg"] != "entry":
                continue
            told = fetch["symbols"].get(order["symbol"])
            if told is None or told["stale"] is not None:
                yield f"{order['symbol']} was entered on {told or fetch['leftOut']}"
            run = analysis["analysis"]["runId"]
            verdict = verdicts[judged[order["decisionId"], "entry"]]
            if not fetch["snapshotHash"] == snapshots.get(run) == verdict["snapshotHash"]:
                yield f"{order['symbol']} was judged on another snapshot than the analysed one"


def _19_traces(seen: Seen) -> Iterator[str]:
    """A cycle has each of its steps once, in order, to its end; the stages follow on each other."""
    walks: dict[str, list[Tree]] = defaultdict(list)
    for _, kind, told, _ in seen.facts:
        if kind in CYCLE_ROWS:
            walks[told["cycleId"]].append({"kind": kind, **told})
    for cycle, rows in walks.items():
        kinds = Counter(row["kind"] for row in rows)
        if kinds["cycle.started"] != 1 or kinds["cycle.ended"] > 1:
            yield f"{cycle} has {dict(kinds)}"
        steps = tuple(row["step"] for row in rows if row["kind"] == "cycle.stepped")
        if steps != STEPS[: len(steps)]:
            yield f"{cycle} walked {steps}"
        stage = rows[0]["transitions"][-1]["to"]
        for row in rows[1:]:
            if row["from"] != stage:
                yield f"{cycle} went from {row['from']}, it was in {stage}"
            stage = row["to"]


def _20_outcomes(seen: Seen) -> Iterator[str]:
    """An outcome ends as its orders did; none is pending for an entry of which nothing is open or held."""
    newest = {
        told["decisionId"]: told for _, kind, told, _ in seen.facts if kind == "outcome.moved"
    }
    marks = [(seq, told) for seq, kind, told, _ in seen.facts if kind == "book.marked"]
    if not marks:
        return
    marked, mark = marks[-1]
    lots = {lot["decisionId"] for lot in mark["lots"]}
    for id_, (seq, intent) in seen.intents.items():
        request = intent["request"]
        if request["leg"] not in {"entry", "exit"} or seq > marked:
            continue
        moves = [move for at, move in seen.moves.get(id_, ()) if at <= marked]
        outcome = newest.get(request["decisionId"])
        if outcome is None:
            yield f"{id_} has no outcome"
        else:
            held = request["decisionId"] in lots
            yield from _misjudged(id_, request["leg"], outcome["status"], moves, held=held)


def _misjudged(
    id_: str, leg: str, status: str, moves: Sequence[Tree], *, held: bool
) -> Iterator[str]:
    """Yield where an outcome is not what its order came to."""
    state = moves[-1]["to"] if moves else "INITIALIZED"
    filled = Decimal(moves[-1]["filled"]) if moves else ZERO
    is_open = state not in OVER or held
    if leg == "entry" and is_open == (status in ENDED):
        yield f"{id_} is {state}, {filled} filled, its outcome is {status}"
    if not filled and status in TRADED:
        yield f"{id_} filled nothing, its outcome is {status}"


def _cycles(seen: Seen) -> dict[str, Tree]:
    """Return the messages of every cycle by their step, and at which row each stands."""
    found: dict[str, Tree] = defaultdict(lambda: {"at": {}})
    for seq, kind, told, _ in seen.facts:
        if kind == "cycle.stepped":
            found[told["cycleId"]][told["step"]] = told["message"]
            found[told["cycleId"]]["at"][told["step"]] = seq
    return found


def _exposed(
    seen: Seen, at: int, closes: Mapping[str, Decimal]
) -> tuple[dict[str, Decimal], Decimal]:
    """Return what is held and being bought by row `at`, by symbol and in all."""
    worth: dict[str, Decimal] = defaultdict(Decimal)
    for id_, (seq, intent) in seen.intents.items():
        if seq > at or intent["request"]["side"] != "buy":
            continue
        moves = [move for row, move in seen.moves.get(id_, ()) if row < at]
        state = moves[-1]["to"] if moves else "INITIALIZED"
        if state in OVER or state == "INITIALIZED":
            continue
        rest = Decimal(intent["request"]["quantity"]) - Decimal(moves[-1]["filled"])
        symbol = intent["request"]["symbol"]
        worth[symbol] += rest * closes.get(symbol, ZERO)
    for symbol, shares in _held_at(seen, at).items():
        worth[symbol] += shares * closes.get(symbol, ZERO)
    return worth, sum(worth.values(), ZERO)


def _held_at(seen: Seen, at: int) -> dict[str, Decimal]:
    held: dict[str, Decimal] = {}
    for seq, _, told, _ in seen.facts:
        if seq < at and "held" in told:
            held[told["symbol"]] = Decimal(told["held"]["quantity"])
    return held


def _keys(seen: Seen) -> dict[str, bytes]:
    return {
        told["keyId"]: bytes.fromhex(told["publicKey"])
        for _, kind, told, _ in seen.facts
        if kind == "key.registered"
    }


def _unsigned(told: Tree, keys: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with a verdict's envelope: DSSE over an in-toto statement on its decision."""
    envelope = told["envelope"]
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    signed = envelope["signatures"][0]
    try:
        key = Ed25519PublicKey.from_public_bytes(keys[signed["keyid"]])
        key.verify(base64.b64decode(signed["sig"]), message)
    except (InvalidSignature, KeyError):
        yield f"the verdict {told['verdictId']} is not signed"
        return
    statement = json.loads(payload)
    found = statement["predicate"]
    subject = {"name": told["decisionId"], "digest": {"sha256": told["decisionHash"]}}
    if statement["subject"] != [subject] or any(
        found[name] != told[name] for name in ("orderHash", "outcome", "snapshotHash", "validUntil")
    ):
        yield f"the verdict {told['verdictId']} says otherwise than what is signed"


def _order_hash(request: Mapping[str, Tree]) -> str:
    told = json.dumps(dict(request), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


CHECKS = (
    _1_marks,
    _6_verdicts,
    _14_exposure,
    _17_decided,
    _18_data,
    _19_traces,
    _20_outcomes,
)
