"""What the steps of a cycle said, each in a sentence, and the figures that the auditor recomputed. Pure.

Every sentence is made of the message as it was recorded; what a message does not tell is not said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.cycle.record import RecordedCycle
from quorate.cycle.strip import StepStanding
from quorate.hub.pages.wording import MINUS, money
from quorate.kernel.canonical import JsonValue
from quorate.kernel.step_message import StepMessage, StepName

Data = Mapping[str, JsonValue]

ENTRY: Final = "entry"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A figure that the auditor recomputes: what it is, what it came to, and whether it is within its limit."""

    name: str
    figure: str
    within: bool


def sentence_of(step: StepStanding) -> str:
    """Return what a step said in one sentence, its error where it failed, nothing where it said nothing."""
    message = step.message
    if message is None:
        return ""
    return message.error or _SENTENCES[step.name](message.data)


def decisions_of(cycle: RecordedCycle) -> str:
    """Return how the cycle's decisions ended: "1 BUY, 3 HOLD"; nothing where the arena has not spoken."""
    message = cycle.said.get(StepName.MARKET_ANALYSIS)
    return _decisions(message.data) if message is not None and message.success else ""


def recomputed(cycle: RecordedCycle) -> tuple[Recomputed, ...]:
    """Return the figures behind the audit, of the steps that came so far."""
    said = {name: each for name, each in cycle.said.items() if each.success}
    found = (_fall(said), _risk(said), _approvals(said))
    return tuple(each for each in found if each is not None)


def _fetched(data: Data) -> str:
    symbols, out = _part(data, "symbols"), _part(data, "leftOut")
    stale = [name for name in symbols if _part(symbols, name).get("stale")]
    text = f"{count(len(symbols), 'symbol')} as of {data.get('asOf')}"
    text += f", {enumeration(stale)} stale" if stale else ""
    return f"{text}; {enumeration(list(out))} left out." if out else f"{text}."


def _analysed(data: Data) -> str:
    overall = str(_part(data, "regime").get("overall", "unknown"))
    fell = ", and a fall of more than 5 %" if data.get("downtrend_detected") is True else ""
    return f"{_decisions(data) or 'No decision'}; the regime is {spaced(overall)}{fell}."


def _tested(data: Data) -> str:
    results = _part(data, "backtest_results")
    passed = [name for name in results if _part(results, name).get("passed") is True]
    if not results:
        return "Nothing to test: no BUY."
    if len(passed) == len(results):
        return f"{enumeration(passed)} passed the gate."
    refused = [name for name in results if name not in passed]
    also = f", {enumeration(passed)} passed" if passed else ""
    return f"The gate refused {enumeration(refused)}{also}."


def _assessed(data: Data) -> str:
    orders = _orders(data)
    approved = [order for order in orders if order.get("approved") is True]
    text = "Nothing to order" if not orders else f"{len(approved)} of {len(orders)} orders approved"
    denied = Counter(str(order.get("code")) for order in orders if order.get("approved") is False)
    if denied:
        text += f" ({', '.join(denied)})"
    paused = data.get("paused")
    return f"{text}. New risk is paused: {paused}." if paused else f"{text}."


def _executed(data: Data) -> str:
    orders = _orders(data)
    placed = [f"{order.get('leg')} of {order.get('symbol')}" for order in orders]
    refused = len(_listed(data, "refused"))
    text = f"Placed the {enumeration(placed)}" if placed else "Nothing was placed"
    return f"{text}; {count(refused, 'order')} refused." if refused else f"{text}."


def _monitored(data: Data) -> str:
    protected = len(_listed(data, "protected"))
    equity, gap = _number(data.get("equity")), _number(data.get("gap"))
    text = f"The book is worth {money(equity)}" if equity is not None else "The book was marked"
    text += f", {count(protected, 'stop')} placed" if protected else ""
    return f"{text}. The broker's cash differs by {money(gap)}." if gap else f"{text}."


def _audited(data: Data) -> str:
    violations = _listed(data, "violations")
    if data.get("audit_passed") is True:
        return "Every check holds on the raw trace."
    return f"{count(len(violations), 'violation')}: {'; '.join(map(str, violations))}."


_SENTENCES: Final[Mapping[StepName, Callable[[Data], str]]] = {
    StepName.DATA_FETCHING: _fetched,
    StepName.MARKET_ANALYSIS: _analysed,
    StepName.BACKTESTING: _tested,
    StepName.RISK_MANAGEMENT: _assessed,
    StepName.EXECUTION: _executed,
    StepName.MONITORING: _monitored,
    StepName.AUDITOR: _audited,
}

_Said = Mapping[StepName, StepMessage]


def _fall(said: _Said) -> Recomputed | None:
    """Return the largest loss from one close to the next; beyond 5 % nothing may be entered. Source: R-022."""
    fetched = said.get(StepName.DATA_FETCHING)
    symbols = {} if fetched is None else _part(fetched.data, "symbols")
    changes = []
    for name in symbols:
        one = _part(symbols, name)
        close, before = _number(one.get("close")), _number(one.get("previousClose"))
        if close is not None and before:
            changes.append((close / before - 1, name))
    if not changes:
        return None
    worst, name = min(changes)
    figure = f"worst {name} {_signed(worst)}, limit {MINUS}5 %"
    return Recomputed("Downtrend", figure, within=worst >= Decimal("-0.05"))


def _risk(said: _Said) -> Recomputed | None:
    """Return the largest loss at the stop of an entry, as a share of equity. Source: R-023."""
    risk, execution = said.get(StepName.RISK_MANAGEMENT), said.get(StepName.EXECUTION)
    equity = None if risk is None else _number(risk.data.get("equity"))
    if execution is None or not equity:
        return None
    entries = [order for order in _orders(execution.data) if order.get("leg") == ENTRY]
    shares = [share for order in entries if (share := _at_stop(order, equity)) is not None]
    if not shares:
        return Recomputed("Risk at the stop", "no entry, limit 1 %", within=not entries)
    worst = max(shares)
    return Recomputed(
        "Risk at the stop",
        f"{100 * worst:.2f} % of equity, limit 1 %",
        within=0 < worst <= Decimal("0.01"),
    )


def _approvals(said: _Said) -> Recomputed | None:
    risk, execution = said.get(StepName.RISK_MANAGEMENT), said.get(StepName.EXECUTION)
    if risk is None or execution is None:
        return None
    approved = {_key(order) for order in _orders(risk.data) if order.get("approved") is True}
    placed = [_key(order) for order in _orders(execution.data)]
    good = sum(key in approved for key in placed)
    refused = len({_key(order) for order in _orders(risk.data)} - approved)
    figure = (
        f"{good} of {len(placed)} placed orders approved"
        if placed
        else f"no order placed{f', {refused} refused' if refused else ''}"
    )
    return Recomputed("Approval", figure, within=good == len(placed))


def _at_stop(order: Data, equity: Decimal) -> Decimal | None:
    names = ("quantity", "price", "protectiveStop")
    quantity, price, stop = (_number(order.get(name)) for name in names)
    if quantity is None or price is None or stop is None:
        return None
    return quantity * (price - stop) / equity


def _key(order: Data) -> tuple[JsonValue, ...]:
    return tuple(order.get(name) for name in ("decisionId", "symbol", "leg"))


def _decisions(data: Data) -> str:
    made = _objects(_part(data, "analysis").get("decisions"))
    actions = Counter(str(each.get("finalAction")) for each in made)
    return ", ".join(f"{number} {action}" for action, number in sorted(actions.items()))


def _orders(data: Data) -> Sequence[Data]:
    return _objects(data.get("orders"))


def _objects(value: JsonValue) -> Sequence[Data]:
    listed = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [each for each in listed if isinstance(each, Mapping)]


def _listed(data: Data, key: str) -> Sequence[JsonValue]:
    value = data.get(key)
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _part(data: Data, key: str) -> Data:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _number(value: JsonValue) -> Decimal | None:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _signed(ratio: Decimal) -> str:
    return f"{100 * ratio:+.1f} %".replace("-", MINUS)
