"""Rows: orders, positions and outcomes as the page says them, with the tone of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from quorate.execution.listing import OrderLine, Protection, exact, order_kind_words
from quorate.execution.order_table import TERMINAL, OrderState
from quorate.execution.outcome_link import OutcomeLink, OutcomeStatus
from quorate.execution.positions import PositionLine
from quorate.hub.pages.wording import MINUS, money
from quorate.market.history import PriceBar
from quorate.risk import Leg

RUNS: Final = "/admin/arena/runs"
CENT: Final = Decimal("0.01")
PRICE: Final = Decimal("0.0001")

TONES: Final[Mapping[OrderState, str]] = {
    OrderState.FILLED: "gain",
    OrderState.PARTIALLY_FILLED: "brand",
    OrderState.ACCEPTED: "brand",
    OrderState.WORKING: "brand",
    OrderState.STOPPED: "brand",
    OrderState.SUBMITTED: "warn",
    OrderState.SUBMIT_UNKNOWN: "warn",
    OrderState.SUSPENDED: "warn",
    OrderState.DORMANT: "brand",
    OrderState.PENDING_CANCEL: "warn",
    OrderState.PENDING_REPLACE: "warn",
    OrderState.DENIED: "loss",
    OrderState.REJECTED: "loss",
}
"""The colour of each state; the word stands in it. What is not named here is grey."""

OUTCOME_TONES: Final[Mapping[OutcomeStatus, str]] = {
    OutcomeStatus.WIN: "gain",
    OutcomeStatus.LOSS: "loss",
    OutcomeStatus.PENDING: "brand",
}


@dataclass(frozen=True, slots=True)
class Shielded:
    """What a row says of protection: an icon, a tone and words."""

    icon: str
    tone: str
    text: str


NOTHING: Final = Shielded("", "hub-mut", "\N{EN DASH}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A line of the list of orders."""

    line: OrderLine
    wanted: str
    state: str
    tone: str
    filled: str
    average: str
    protection: Shielded
    decision_href: str

    @property
    def asks(self) -> bool:
        """Return whether the broker is to be asked about it."""
        return self.line.in_doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """A line of the list of positions; `spark` is a polyline in a box of 70 by 22, empty without prices."""

    line: PositionLine
    quantity: str
    average: str
    worth: str
    unrealized: str
    change: str
    gains: bool | None
    protection: Shielded
    risk: str
    spark: str
    spark_words: str
    rises: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """A line of the list of outcomes."""

    link: OutcomeLink
    tone: str
    pnl: str
    pnl_tone: str
    href: str


def order_row(line: OrderLine) -> OrderRow:
    """Return an order as its row says it."""
    request = line.request
    return OrderRow(
        line=line,
        wanted=order_kind_words(request.kind, request.price),
        state=line.status.replace("_", " "),
        tone=TONES.get(line.state, ""),
        filled=_filled(line),
        average="\N{EN DASH}" if line.average_price is None else price(line.average_price),
        protection=_protection(line),
        decision_href=decision_href(line.run_id, line.symbol),
    )


def position_row(
    line: PositionLine, equity: Decimal | None, bars: Sequence[PriceBar]
) -> PositionRow:
    """Return a position as its row says it; `bars` are its last sessions, oldest first."""
    gained = line.unrealized
    closes = [bar.close for bar in bars]
    return PositionRow(
        line=line,
        quantity=exact(line.quantity),
        average=_price(line.average_price),
        worth=money(line.market_value) if line.market_value is not None else "unknown",
        unrealized="unknown" if gained is None else signed(gained),
        change="" if line.change is None else f"{100 * line.change:+.1f} %".replace("-", MINUS),
        gains=None if not gained else gained > 0,
        protection=_stop(line),
        risk=_risk(line, equity),
        spark=spark(closes),
        spark_words=_trend(bars),
        rises=bool(closes) and closes[-1] >= closes[0],
    )


def outcome_row(link: OutcomeLink) -> OutcomeRow:
    """Return an outcome as its row says it."""
    pnl = None if link.is_sale else link.pnl
    return OutcomeRow(
        link=link,
        tone=OUTCOME_TONES.get(link.status, ""),
        pnl="\N{EN DASH}" if pnl is None else signed(pnl),
        pnl_tone="" if not pnl else ("hub-up" if pnl > 0 else "hub-dn"),
        href=decision_href(link.run_id, link.symbol),
    )


def decision_href(run_id: str, symbol: str) -> str:
    """Return where a decision is shown; empty where its run is not known."""
    return f"{RUNS}/{run_id}?symbol={symbol}" if run_id else ""


def signed(amount: Decimal) -> str:
    """Return dollars with their sign: "+$38.14", "-$21.60" with a real minus, "$0.00"."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    sign = "+" if cents > 0 else MINUS if cents < 0 else ""
    return f"{sign}${abs(cents):,}"


def price(amount: Decimal) -> str:
    """Return a price of a share with two places at least and four at most."""
    text = exact(amount.quantize(PRICE, ROUND_HALF_UP))
    whole, _, places = text.partition(".")
    return f"{int(whole):,}.{places.ljust(2, '0')}"


def spark(values: Sequence[float]) -> str:
    """Return a line through the values as the points of a polyline; empty where there are fewer than two."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return " ".join(
        f"{70 * at / (len(values) - 1):.1f},{20 - 18 * (value - low) / span:.1f}"
        for at, value in enumerate(values)
    )


def _filled(line: OrderLine) -> str:
    if line.in_doubt:
        return "asking the broker"
    if not line.was_sent:
        return "never sent"
    return f"{exact(line.filled)} of {exact(line.request.quantity)}"


def _protection(line: OrderLine) -> Shielded:
    """Return how an entry is protected; exits and stops have nothing to protect."""
    if line.request.leg is not Leg.ENTRY:
        return NOTHING
    if line.stop is None:
        return Shielded("shield-x", "hub-wn", "none yet") if line.filled else NOTHING
    return _stop_of(line.stop, line.filled)


def _stop_of(stop: Protection, filled: Decimal) -> Shielded:
    at = "" if stop.price is None else f" {price(stop.price)}"
    if stop.state is OrderState.FILLED:
        return Shielded("shield-check", "hub-mut", f"stopped{at}")
    if stop.state in TERMINAL:
        ended = "released" if stop.state is OrderState.CANCELED else stop.state.value.lower()
        return Shielded("", "hub-mut", f"stop {ended}")
    some = f" for {exact(stop.quantity)}" if stop.quantity < filled else ""
    return Shielded("shield-check", "hub-up", f"stop{at}{some}")


def _stop(line: PositionLine) -> Shielded:
    if line.stop is None:
        text = "being sold" if line.being_sold else "no stop"
        return Shielded("shield-x", "hub-wn", text)
    some = f" for {exact(line.stopped)}" if line.unprotected else ""
    return Shielded("shield-check", "hub-up", f"{price(line.stop)}{some}")


def _risk(line: PositionLine, equity: Decimal | None) -> str:
    risk = line.risk_at_stop
    return "unknown" if risk is None or not equity else f"{100 * risk / equity:.2f} %"


def _price(amount: Decimal | None) -> str:
    return "unknown" if amount is None else price(amount)


def _trend(bars: Sequence[PriceBar]) -> str:
    if len(bars) < 2:
        return ""
    change = bars[-1].close / bars[0].close - 1
    return f"closes from {bars[0].session} to {bars[-1].session}, {change:+.1%}".replace("%", " %")
