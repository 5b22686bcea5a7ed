"""The headline: what became of a decision, in one or two sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from quorate.arena.record.phrases import enumeration, spaced
from quorate.cycle.record import RecordedCycle
from quorate.cycle.risk_management.service import ALREADY_HELD, GATE
from quorate.cycle.story.facts import OrderTale
from quorate.cycle.story.story import Story
from quorate.cycle.story.words import LEG_WORDS, did_words, dollars, gate_words, price, shares, when
from quorate.execution.order_table import OrderState
from quorate.execution.outcome_link import OutcomeStatus
from quorate.kernel.action import FinalAction
from quorate.kernel.ids import Symbol
from quorate.risk import Leg


def headline(story: Story) -> str:
    """Return what became of the decision: its trade and its end, or why there was none."""
    decision = story.case.decision.fact
    match decision.action:
        case FinalAction.HOLD:
            return f"It held: nothing of {decision.symbol} was bought or sold."
        case FinalAction.NO_TRADE:
            return f"It refused to trade {decision.symbol}: {spaced(decision.reason)}."
        case FinalAction.BUY:
            return _bought(story, decision.symbol)
        case FinalAction.SELL:
            return _sold(story, decision.symbol)


def no_order_words(story: Story) -> str:
    """Return why no order of a BUY or SELL stands in the journal, as far as it tells."""
    denial = next((each for each in story.verdicts if not each.approved), None)
    if denial is not None:
        check = denial.denial
        name = f" (check {check.number}, {check.name})" if check else ""
        return f"risk denied it with {denial.code or 'no code'}{name}"
    if story.refused is not None and story.refused.code == ALREADY_HELD:
        return story.refused.detail
    of_gate = story.refused is None or story.refused.code == GATE
    if of_gate and story.gate is not None and not story.gate.passed:
        return f"the backtest gate refused it: {gate_words(story.gate) or 'it told no reason'}"
    if story.refused is not None:
        said = ": ".join(
            part for part in (spaced(story.refused.code), story.refused.detail) if part
        )
        return f"its cycle refused it, {said}"
    return _why_not_made(story.cycle)


def _why_not_made(cycle: RecordedCycle | None) -> str:
    if cycle is None:
        return "its run belongs to no trading cycle, and a run by itself sends nothing"
    if not cycle.is_over:
        return "its cycle has not come to it yet"
    return (
        "its cycle failed before an order was made" if cycle.failed else "its cycle made none of it"
    )


def _bought(story: Story, symbol: Symbol) -> str:
    entry = story.entry
    if entry is None:
        return f"It wanted to buy {symbol}, and no order was sent: {no_order_words(story)}."
    if not entry.filled:
        return f"It wanted to buy {shares(entry.quantity, symbol)}: {_unfilled(entry)}."
    return f"{_trade(entry, symbol)}{_since(story, symbol)}"


def _sold(story: Story, symbol: Symbol) -> str:
    sale = next((each for each in reversed(story.orders) if each.leg is Leg.EXIT), None)
    if sale is None:
        return f"It wanted to sell {symbol}, and no order was sent: {no_order_words(story)}."
    if not sale.filled:
        return f"It wanted to sell {shares(sale.quantity, symbol)}: {_unfilled(sale)}."
    return f"{_trade(sale, symbol)}."


def _trade(order: OrderTale, symbol: Symbol) -> str:
    at = order.average_price or Decimal(0)
    traded = shares(order.filled, symbol)
    return f"{did_words(order.side)} {traded} at {price(at)} {when(order.fills[-1])}"


def _unfilled(order: OrderTale) -> str:
    because = f" ({order.last.reason})" if order.last.reason else ""
    said = _UNFILLED.get(order.state)
    if said is None:
        return "it works at the broker and is not filled yet"
    return f"{said}{because if order.is_over else ''}"


_UNFILLED: Final[Mapping[OrderState, str]] = {
    OrderState.DENIED: "it was denied here and never sent",
    OrderState.REJECTED: "the broker refused it",
    OrderState.SUBMITTED: "nobody knows yet whether the broker has it",
    OrderState.SUBMIT_UNKNOWN: "nobody knows yet whether the broker has it",
    OrderState.INITIALIZED: "it stands in the journal and has not been sent",
    OrderState.CANCELED: "it was cancelled without a fill",
    OrderState.EXPIRED: "its time ended without a fill",
    OrderState.REPLACED: "another order took its place before a fill",
}
"""What is said of an entry of which nothing was filled, by its state."""


def _since(story: Story, symbol: Symbol) -> str:
    """Return what became of what was bought."""
    ends = _ended(story, symbol)
    if story.outcome is not None and story.outcome.is_closed and story.outcome.pnl is not None:
        result = _result(story.outcome.status, story.outcome.pnl)
        return f"{ends or ', sold since'}: {result} after fees."
    if ends:
        return f"{ends}. The outcome is pending."
    resting = next((each for each in reversed(story.stops) if not each.is_over), None)
    protected = (
        f"protected by a stop at {price(resting.price)}"
        if resting is not None and resting.price is not None
        else "without a stop at the broker"
    )
    return f". It is held, {protected}; the outcome is pending."


def _ended(story: Story, symbol: Symbol) -> str:
    sold = [
        f"sold {shares(each.filled, symbol)} at {price(each.average_price or Decimal(0))} "
        f"{when(each.fills[-1])} by {LEG_WORDS[each.leg]}"
        for each in story.ends
    ]
    return f", {enumeration(sold)}" if sold else ""


def _result(status: OutcomeStatus, pnl: Decimal) -> str:
    if status is OutcomeStatus.BREAKEVEN:
        return "neither gain nor loss"
    return f"a {status.value} of {dollars(abs(pnl))}"
