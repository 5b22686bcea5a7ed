"""Words: numbers, orders and refusals as the story of a decision says them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from quorate.arena.record.phrases import count, enumeration
from quorate.cycle.story.facts import CheckResult, Fill, GateResult, OrderTale
from quorate.execution.listing import exact
from quorate.kernel.ids import Symbol
from quorate.risk import Leg, OrderKind, Side
from quorate.risk.finding import Outcome

CENT: Final = Decimal("0.01")
PRICE_PLACES: Final = Decimal("0.0001")

LEG_WORDS: Final = {
    Leg.ENTRY: "the entry",
    Leg.STOP: "its protective stop",
    Leg.TARGET: "its target",
    Leg.HORIZON: "the end of its horizon",
    Leg.EXIT: "a decision to sell",
    Leg.FLATTEN: "a person or a limit that closed it",
}
"""What an order was to its decision."""


def dollars(amount: Decimal) -> str:
    """Return dollars and cents with their sign: "$1,204.50", "-$21.60"."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    return f"{'-' if cents < 0 else ''}${abs(cents):,}"


def price(amount: Decimal) -> str:
    """Return a price of a share with cents at least, and at most four places: "584.50", "0.1234"."""
    rounded = amount.quantize(PRICE_PLACES, ROUND_HALF_UP).normalize()
    return f"{rounded:f}" if -int(rounded.as_tuple().exponent) > 2 else f"{rounded.quantize(CENT)}"


def shares(quantity: Decimal, symbol: Symbol) -> str:
    """Return "24 AAPL"."""
    return f"{exact(quantity)} {symbol}"


def moment(stamp: str) -> str:
    """Return a stamp of the journal to the second: "2026-11-21 14:43:02 UTC"."""
    return f"{stamp[:10]} {stamp[11:19]} UTC"


def when(fill: Fill) -> str:
    """Return when shares changed hands: on a session of a REPLAY book, else at a time."""
    return f"on {fill.session}" if fill.session else f"at {moment(fill.at)}"


def filled_words(order: OrderTale) -> str:
    """Return how far an order was filled: "24 of 24 filled at 584.50 on 2012-07-02"."""
    if order.average_price is None:
        return "nothing of it was filled"
    count = f" in {len(order.fills)} parts" if len(order.fills) > 1 else ""
    return (
        f"{exact(order.filled)} of {exact(order.quantity)} filled at "
        f"{price(order.average_price)}{count} {when(order.fills[-1])}"
    )


def wanted_words(order: OrderTale, symbol: Symbol) -> str:
    """Return what an order asks for: "BUY 24 AAPL at the market", "SELL 24 AAPL, stop 551.09"."""
    asked = f"{order.side.name} {shares(order.quantity, symbol)}"
    if order.price is None or order.kind is OrderKind.MARKET:
        return f"{asked} at the market"
    return f"{asked}, {order.kind.value} {price(order.price)}"


def did_words(side: Side) -> str:
    """Return "Bought" or "Sold"."""
    return "Bought" if side is Side.BUY else "Sold"


def check_words(check: CheckResult) -> str:
    """Return what a check found beside its limit: "0.07 (limit 1)", "not applicable: no quotes in REPLAY"."""
    compared = measured(check.value)
    if check.limit:
        compared = f"{compared or 'nothing measured'} (limit {measured(check.limit)})"
    said = "; ".join(part for part in (check.code, compared, check.detail) if part)
    match check.outcome:
        case Outcome.PASSED:
            return said
        case Outcome.DENIED:
            return said or "denied"
        case Outcome.NOT_APPLICABLE:
            return f"not applicable: {check.detail}" if check.detail else "not applicable"


def measured(text: str) -> str:
    """Return a measured number with as many digits as a person reads; other words stay as they are."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    return exact(number.quantize(CENT)) if abs(number) >= 1 else f"{number:.4g}"


def gate_words(gate: GateResult) -> str:
    """Return what the gate saw: "35 earlier trades in this setting, 40.0% of them won, fewer than 45.0%"."""
    if not gate.refusals:
        figures = (
            "" if gate.win_rate is None else f"{gate.win_rate:.1%} of them won",
            "" if gate.max_drawdown is None else f"equity fell {gate.max_drawdown:.1%} at most",
        )
        return ", ".join(part for part in (_trades(gate), *figures) if part)
    said = "; ".join(gate.refusals)
    counted = gate.trades is None or "earlier trade" in said
    return said if counted else f"{_trades(gate)}, {said}"


def _trades(gate: GateResult) -> str:
    return "" if gate.trades is None else f"{count(gate.trades, 'earlier trade')} in this setting"


def counted_checks(checks: Sequence[CheckResult]) -> str:
    """Return "28 checks: 25 passed and 3 do not apply"."""
    sizes = {outcome: sum(each.outcome is outcome for each in checks) for outcome in Outcome}
    parts = (
        f"{sizes[Outcome.PASSED]} passed",
        f"{sizes[Outcome.DENIED]} denied" if sizes[Outcome.DENIED] else "",
        f"{sizes[Outcome.NOT_APPLICABLE]} do not apply" if sizes[Outcome.NOT_APPLICABLE] else "",
    )
    return f"{len(checks)} checks: {enumeration([part for part in parts if part])}"
