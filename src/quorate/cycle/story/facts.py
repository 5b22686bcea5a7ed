"""What the journal holds on one decision beyond its run: the gate, the verdicts, the orders and what came of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from quorate.arena.record import Facts
from quorate.cycle.record import RecordedCycle
from quorate.execution.order_table import TERMINAL, OrderState
from quorate.execution.recorded import OrderFact
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.ids import DecisionId, Symbol
from quorate.kernel.journal import JournalEntry
from quorate.kernel.step_message import StepMessage, StepName
from quorate.risk import Leg, OrderKind, Side
from quorate.risk.finding import Outcome

ZERO: Final = Decimal(0)
OUTCOME_MOVED: Final = "outcome.moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What entries in this setting came to before; figures are None where the row tells none."""

    seq: int
    passed: bool
    trades: int | None = None
    win_rate: float | None = None
    max_drawdown: float | None = None
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one of the 28 checks found; `code` is empty unless it denied."""

    number: int
    name: str
    outcome: Outcome
    code: str = ""
    value: str = ""
    limit: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the risk room said to an order, and whose signatures it carries."""

    seq: int
    verdict_id: str
    leg: Leg
    side: Side
    quantity: Decimal
    approved: bool
    code: str
    checks: tuple[CheckResult, ...]
    signed_by: tuple[str, ...] = ()

    @property
    def denial(self) -> CheckResult | None:
        """Return the check that denied it, None where it was approved."""
        return next((each for each in self.checks if each.outcome is Outcome.DENIED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Shares that changed hands; `session` is that of a REPLAY book, empty outside of REPLAY."""

    seq: int
    at: str
    id: str
    quantity: Decimal
    price: Decimal
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A move of an order, and the row that tells it."""

    seq: int
    at: str
    state: OrderState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTale:
    """An order from its intent to its end, as its rows tell it."""

    client_order_id: str
    leg: Leg
    side: Side
    kind: OrderKind
    quantity: Decimal
    price: Decimal | None
    protective_stop: Decimal | None
    steps: tuple[Step, ...]
    fills: tuple[Fill, ...] = ()
    broker_order_id: str = ""

    @property
    def seq(self) -> int:
        """Return the row of its intent."""
        return self.steps[0].seq

    @property
    def last(self) -> Step:
        """Return its newest move."""
        return self.steps[-1]

    @property
    def state(self) -> OrderState:
        """Return where it is."""
        return self.last.state

    @property
    def is_over(self) -> bool:
        """Return whether nothing more is expected of it."""
        return self.state in TERMINAL

    @property
    def filled(self) -> Decimal:
        """Return the shares filled."""
        return sum((fill.quantity for fill in self.fills), ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """Return the price of a share over all fills, None before the first."""
        spent = sum((fill.quantity * fill.price for fill in self.fills), ZERO)
        return spent / self.filled if self.filled else None

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the rows that tell of it: intent, newest move, fills."""
        return tuple(dict.fromkeys((self.seq, *(fill.seq for fill in self.fills), self.last.seq)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeTale:
    """The newest row of the decision's outcome."""

    seq: int
    told: Mapping[str, Json] = field(default_factory=dict)


def gate_of(
    cycle: RecordedCycle | None, rows: Mapping[str, int], symbol: Symbol
) -> GateResult | None:
    """Return what the backtest gate found on a symbol in a cycle, None where it was not asked.

    `rows` maps each step of the cycle to its journal row.
    """
    message = cycle.said.get(StepName.BACKTESTING) if cycle else None
    results = message.data.get("backtest_results") if message and message.success else None
    told = results.get(symbol) if isinstance(results, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    trades, refusals = told.get("trades"), told.get("refusals")
    return GateResult(
        seq=rows[StepName.BACKTESTING],
        passed=told.get("passed") is True,
        trades=trades if isinstance(trades, int) else None,
        win_rate=_ratio(told.get("winRate")),
        max_drawdown=_ratio(told.get("maxDrawdown")),
        refusals=tuple(map(str, refusals)) if isinstance(refusals, Sequence) else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a cycle made no order of a decision: the first thing that stood against it, and the row that says so."""

    seq: int
    code: str
    detail: str = ""


def refusal_of(
    cycle: RecordedCycle | None, rows: Mapping[str, int], decision_id: DecisionId
) -> Refused | None:
    """Return why the cycle made no order of a decision, None where it did, or says nothing of it."""
    for step in (StepName.RISK_MANAGEMENT, StepName.EXECUTION):
        message = cycle.said.get(step) if cycle else None
        for told in _refusals(message):
            if told.get("decisionId") == decision_id:
                detail = str(told.get("detail") or "")
                return Refused(seq=rows[step], code=str(told.get("code") or ""), detail=detail)
    return None


def _refusals(message: StepMessage | None) -> Iterator[Mapping[str, JsonValue]]:
    """Yield the orders that a step refused: risk among its orders, execution apart from them."""
    if message is None or not message.success:
        return
    for key in ("orders", "refused"):
        listed = message.data.get(key)
        for told in listed if isinstance(listed, Sequence) else ():
            if isinstance(told, Mapping) and (key == "refused" or told.get("approved") is False):
                yield told


def verdict_of(entry: JournalEntry) -> Verdict:
    """Return the verdict that a row `risk.judged` holds."""
    facts = Facts(entry.facts)
    envelope = facts.part("envelope")
    signatures = envelope.items("signatures") if envelope else ()
    return Verdict(
        seq=entry.seq,
        verdict_id=facts.text("verdictId"),
        leg=facts.value("leg", Leg),
        side=facts.value("side", Side),
        quantity=facts.value("quantity", Decimal),
        approved=facts.text("outcome") == "approved",
        code=facts.optional("code", str) or "",
        checks=tuple(_check(each) for each in facts.items("checks")),
        signed_by=tuple(each.text("keyid") for each in signatures),
    )


def order_of(entries: Sequence[JournalEntry], sessions: Mapping[int, str]) -> OrderTale:
    """Return the order that the rows of its stream tell; `sessions` maps rows with fills to REPLAY sessions."""
    first = Facts(entries[0].facts)
    request = first.part("request") or Facts({})
    tale = OrderTale(
        client_order_id=first.text("clientOrderId"),
        leg=request.value("leg", Leg),
        side=request.value("side", Side),
        kind=request.value("kind", OrderKind),
        quantity=request.value("quantity", Decimal),
        price=request.optional("price", Decimal),
        protective_stop=request.optional("protectiveStop", Decimal),
        steps=(Step(seq=entries[0].seq, at=entries[0].ts, state=OrderState.INITIALIZED),),
    )
    for entry in entries[1:]:
        tale = _after(tale, entry, sessions)
    return tale


def _after(tale: OrderTale, entry: JournalEntry, sessions: Mapping[int, str]) -> OrderTale:
    facts = Facts(entry.facts)
    if entry.type == OrderFact.RESIZED:
        return replace(
            tale,
            quantity=facts.value("quantity", Decimal),
            price=facts.optional("price", Decimal),
            protective_stop=facts.optional("protectiveStop", Decimal),
        )
    if entry.type != OrderFact.MOVED:
        return tale
    step = Step(
        seq=entry.seq,
        at=entry.ts,
        state=facts.value("to", OrderState),
        reason=facts.text("reason"),
    )
    fills = tuple(
        Fill(
            seq=entry.seq,
            at=entry.ts,
            id=each.text("id"),
            quantity=each.value("quantity", Decimal),
            price=each.value("price", Decimal),
            session=sessions.get(entry.seq, ""),
        )
        for each in facts.items("executions")
    )
    return replace(
        tale,
        steps=(*tale.steps, step),
        fills=(*tale.fills, *fills),
        broker_order_id=facts.text("brokerOrderId") or tale.broker_order_id,
    )


def _check(facts: Facts) -> CheckResult:
    return CheckResult(
        number=facts.count("number"),
        name=facts.text("name"),
        outcome=facts.value("outcome", Outcome),
        code=facts.optional("code", str) or "",
        value=facts.optional("value", str) or "",
        limit=facts.optional("limit", str) or "",
        detail=facts.optional("detail", str) or "",
    )


def _ratio(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
