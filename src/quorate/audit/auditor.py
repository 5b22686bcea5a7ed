"""The auditor: recomputes every safety check from a cycle's raw trace, and believes no step's own verdict.

What is missing, malformed or not a finite number is a violation, and so is an empty trace. It knows the kernel and
nothing else, so that no mistake of another room is made twice. Source: R-021 to R-026, DESIGN 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from quorate.kernel.canonical import Json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.step_message import StepMessage, StepName, read_message

DOWNTREND: Final = Decimal("-0.05")
"""A fall beyond this is bearish, whatever else was said. Source: R-022."""

MAX_RISK: Final = Decimal("0.01")
"""Of equity, at the stop. Source: R-023, R-027."""

WORK: Final = tuple(name for name in StepName if name is not StepName.AUDITOR)
"""The six steps that a whole cycle has, in their order."""

BEARISH: Final = "bearish"


@dataclass(frozen=True, slots=True)
class Audit:
    """What the auditor found; any violation halts. Source: R-025."""

    violations: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.violations


class _MissingError(Exception):
    """A fact that a check needs is not in the trace."""


def audited(trace: Sequence[Json]) -> Audit:
    """Return what is wrong with a cycle; `trace` has the messages of its steps as they were recorded."""
    found = list(_of_shape(trace))
    if found:
        return Audit(tuple(found))
    messages = {message.agent: message for message in map(read_message, trace)}
    checks = (_downtrend, _sizes_and_risk, _approval, _execution, _gate)
    return Audit(tuple(said for check in checks for said in _guarded(check, messages)))


_Messages = Mapping[StepName, StepMessage]


def _guarded(check: Callable[[_Messages], Iterator[str]], messages: _Messages) -> list[str]:
    """Return what `check` finds; a fact that it misses is a finding of its own, after those that came before it."""
    found: list[str] = []
    try:
        found.extend(check(messages))
    except _MissingError as missing:
        found.append(str(missing))
    return found


def _of_shape(trace: Sequence[Json]) -> Iterator[str]:
    """Yield what is wrong with the trace as such: not the steps of a cycle, in their order, each once."""
    agents: list[StepName] = []
    for place, entry in enumerate(trace, start=1):
        try:
            message = read_message(entry)
        except InvariantBrokenError as error:
            yield f"entry {place} of the trace is no message: {error}"
            return
        if agents and not _succeeded(trace[place - 2]):
            yield f"{message.agent} ran after a step that failed"
        agents.append(message.agent)
    if not agents:
        yield "the trace is empty"
    elif tuple(agents) != WORK[: len(agents)]:
        yield f"the steps are not those of a cycle, in order: {', '.join(agents)}"
    elif len(agents) < len(WORK) and _succeeded(trace[-1]):
        yield f"the cycle ended after {agents[-1]}, which did not fail"


def _succeeded(entry: Json) -> bool:
    return isinstance(entry, dict) and entry.get("success") is True


def _downtrend(messages: _Messages) -> Iterator[str]:
    """Audit 1: a fall of more than 5 % is bearish, is said so, and stops every entry of the cycle."""
    if not _both(messages, StepName.DATA_FETCHING, StepName.MARKET_ANALYSIS):
        return
    prices = _tree(messages[StepName.DATA_FETCHING], "symbols")
    analysis = messages[StepName.MARKET_ANALYSIS]
    regime = _tree(analysis, "regime")
    said, detected = _tree_in(regime, "symbols"), _flag(analysis, "downtrend_detected")
    fell = [symbol for symbol in prices if _change(prices, symbol) < DOWNTREND]
    for symbol in fell:
        if said.get(symbol) != BEARISH:
            yield f"{symbol} fell by more than 5 % and its regime is {said.get(symbol)!r}"
    bearish = sorted({*fell, *(symbol for symbol, word in said.items() if word == BEARISH)})
    if bool(bearish) != (regime.get("overall") == BEARISH):
        yield f"the regime of all is {regime.get('overall')!r} with {bearish or 'nothing'} bearish"
    if bool(fell) != detected:
        yield f"downtrend_detected is {detected} with {fell or 'nothing'} fallen"
    entered = [order for order in _executed(messages) if _is_entry(order)]
    if bearish and entered:
        yield f"an entry was executed in a bearish market: {_name(entered[0])}"


def _sizes_and_risk(messages: _Messages) -> Iterator[str]:
    """Audits 2 and 3: what an entry loses at its stop is above nothing and at most 1 % of equity."""
    for order in _executed(messages):
        if not _is_entry(order):
            continue
        equity = _number(messages[StepName.RISK_MANAGEMENT].data, "equity")
        quantity, price = _number(order, "quantity"), _number(order, "price")
        risk = quantity * (price - _number(order, "protectiveStop"))
        if quantity <= 0 or equity <= 0:
            yield f"{_name(order)} has no size, or the account no equity"
        elif risk <= 0:
            yield f"{_name(order)} has a size and a risk of zero"
        elif risk > MAX_RISK * equity:
            yield f"{_name(order)} risks {risk / equity:.3%} of equity, more than 1 %"


def _approval(messages: _Messages) -> Iterator[str]:
    """Audit 2: every executed order was approved, for as much and no less protection."""
    approved = {
        (order.get("decisionId"), order.get("symbol"), order.get("leg")): order
        for order in _orders(messages, StepName.RISK_MANAGEMENT)
        if order.get("approved") is True
    }
    risk = messages.get(StepName.RISK_MANAGEMENT)
    if risk and risk.success and _flag(risk, "position_approved") != bool(approved):
        yield f"position_approved says otherwise than the {len(approved)} approved orders"
    for order in _executed(messages):
        key = (order.get("decisionId"), order.get("symbol"), order.get("leg"))
        asked = approved.get(key)
        if asked is None:
            yield f"{_name(order)} was executed without an approval"
        elif _number(order, "quantity") > _number(asked, "quantity"):
            yield f"{_name(order)} is larger than what was approved"
        elif order.get("protectiveStop") != asked.get("protectiveStop"):
            yield f"{_name(order)} has another stop than what was approved"


def _execution(messages: _Messages) -> Iterator[str]:
    """Hold what the execution says of itself against its orders."""
    message = messages.get(StepName.EXECUTION)
    if message is None or not message.success:
        return
    executed = _executed(messages)
    if _flag(message, "trade_executed") != bool(executed):
        yield f"trade_executed says otherwise than the {len(executed)} executed orders"
    ids = [order.get("clientOrderId") for order in executed]
    if len(set(map(str, ids))) < len(ids) or not all(ids):
        yield "two executed orders share an id, or one has none"


def _gate(messages: _Messages) -> Iterator[str]:
    """No entry whose setting did not pass its backtest."""
    entered = [order for order in _executed(messages) if _is_entry(order)]
    if not entered:
        return
    results = _tree(messages[StepName.BACKTESTING], "backtest_results")
    for order in entered:
        if _tree_in(results, str(order.get("symbol"))).get("passed") is not True:
            yield f"{_name(order)} was executed although its backtest did not pass"


def _executed(messages: _Messages) -> list[Mapping[str, Json]]:
    return _orders(messages, StepName.EXECUTION)


def _orders(messages: _Messages, step: StepName) -> list[Mapping[str, Json]]:
    """Return the orders of a step, none where it did not come so far."""
    message = messages.get(step)
    if message is None or not message.success:
        return []
    orders = message.data.get("orders")
    if not isinstance(orders, list):
        raise _MissingError(f"{step} tells no orders")
    found: list[Mapping[str, Json]] = [order for order in orders if isinstance(order, dict)]
    if len(found) != len(orders):
        raise _MissingError(f"{step} tells an order that is none")
    return found


def _both(messages: _Messages, *steps: StepName) -> bool:
    return all(step in messages and messages[step].success for step in steps)


def _is_entry(order: Mapping[str, Json]) -> bool:
    """Return whether an order takes new risk; one that does not say so counts as one."""
    return order.get("leg") not in {"stop", "target", "horizon", "exit", "flatten"}


def _name(order: Mapping[str, Json]) -> str:
    return f"the {order.get('leg')} of {order.get('symbol')} ({order.get('decisionId')})"


def _change(prices: Mapping[str, Json], symbol: str) -> Decimal:
    price = _tree_in(prices, symbol)
    close, before = _number(price, "close"), _number(price, "previousClose")
    if close <= 0 or before <= 0:
        raise _MissingError(f"{symbol} has a price of nothing")
    return close / before - 1


def _tree(message: StepMessage, key: str) -> Mapping[str, Json]:
    return _tree_in(message.data, key)


def _tree_in(tree: Mapping[str, object], key: str) -> Mapping[str, Json]:
    value = tree.get(key)
    if not isinstance(value, dict):
        raise _MissingError(f"the trace does not tell '{key}'")
    return value


def _flag(message: StepMessage, key: str) -> bool:
    value = message.data.get(key)
    if not isinstance(value, bool):
        raise _MissingError(f"{message.agent} does not tell '{key}'")
    return value


def _number(tree: Mapping[str, object], key: str) -> Decimal:
    """Return the finite number that is told as text under `key`."""
    value = tree.get(key)
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise _MissingError(f"'{key}' is no finite number: {value!r}")
    return number
