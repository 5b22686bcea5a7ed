"""A run as a person reads it: who said what, what it was worth, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from quorate.cli.run_facts import DecisionFacts, RunFacts, TriggerFacts, VoteFacts

GLYPHS: Final = {"BUY": "▲", "SELL": "▼", "HOLD": "■", "NO_TRADE": "⊘"}
"""Never colour alone. Source: UI 1."""

REASONS: Final = {
    "consensus": "the voters agree",
    "quorum_not_met": "too few voters had a view",
    "risk_veto": "the risk manager forbids new risk",
    "no_power_model": "in doubt, and no power model answered",
    "low_confidence": "believed too little to act alone",
    "symbol_quarantined": "its bars cannot be trusted",
    "insufficient_history": "too few bars",
    "no_data": "no bars by then",
    "nothing_to_sell": "the book holds none of it",
}
"""What a reason code means, in a few words."""

_RULES: Final = {
    "disagreement": ("disagreement", ">"),
    "low_confidence": ("confidence", "<"),
    "high_volatility": ("volatility percentile", ">="),
    "portfolio_delta": ("portfolio change in percent", ">="),
}
_BAR_CELLS = 20


def run_lines(run: RunFacts, *, bars: bool) -> Iterator[str]:
    """Yield a run's lines; `bars` draws each confidence."""
    symbols = " ".join(dict.fromkeys(decision.symbol for decision in run.decisions))
    followed = f"   strategy {run.strategy.name}" if run.strategy else ""
    yield f"run {run.run_id}   {symbols}   {run.book_mode} {run.as_of}   book {run.book}{followed}"
    for decision in run.decisions:
        yield from decision_lines(decision, bars=bars)
    ending = "" if run.status == "completed" else f"   {run.status}"
    orders = f"cycle {run.cycle_id}" if run.cycle_id else "no order sent"
    yield f"{_cost(run)}   {duration(run.latency_ms)}{ending}   {orders}"
    yield from _unanswered(run)
    yield f"Why: quorate runs why {run.run_id}"


def decision_lines(decision: DecisionFacts, *, bars: bool) -> Iterator[str]:
    """Yield the votes on one symbol, what disturbed them, and the result."""
    width = max((len(vote.profile) for vote in decision.votes), default=0)
    spoken = [
        (vote.panel, f"{vote.profile:<{width}}  {_said(vote, bars=bars)}")
        for vote in decision.votes
    ]
    fired = [(False, trigger_text(trigger)) for trigger in decision.triggers if trigger.fired]
    for _, line in sorted([*spoken, *fired], key=lambda each: each[0]):
        yield f"  {decision.symbol:<5} {line}"
    yield result_line(decision)


def result_line(decision: DecisionFacts) -> str:
    """Return the decision with its reason, who carried it, and how sure they are."""
    action = decision.final_action
    whose = f"   {decision.profile} alone" if decision.profile else ""
    parts = [f"{GLYPHS[action]} {action} {decision.symbol}{whose}"]
    if decision.confidence is not None:
        parts.append(f"confidence {decision.confidence:.2f}")
    valid = [vote for vote in decision.votes if vote.voter and vote.action != "ABSTAIN"]
    if valid and action != "NO_TRADE" and not decision.profile:
        parts.append(f"{sum(vote.action == action for vote in valid)} of {len(valid)} voters")
    if decision.reason_code != "consensus":
        meaning = REASONS.get(decision.reason_code)
        parts.append(f"{decision.reason_code}{f': {meaning}' if meaning else ''}")
    return "   ".join([*parts, *_order_wish(decision)])


def trigger_text(trigger: TriggerFacts) -> str:
    """Return a trigger as a comparison: "disagreement 0.50 > 0.34"."""
    what, comparison = _RULES.get(trigger.name, (trigger.name, "past"))
    value = "unknown" if trigger.value is None else f"{trigger.value:.2f}"
    return f"{what} {value} {comparison} {trigger.threshold:.2f}"


def money(amount: str | None) -> str:
    """Return dollars to a hundredth of a cent, less than that to two digits; an unknown price is not zero."""
    if amount is None:
        return "unpriced"
    value = Decimal(amount)
    places = max(4, 1 - value.adjusted()) if value else 0
    whole, _, cents = f"{value:,.{places}f}".partition(".")
    shown = cents.rstrip("0")
    return f"${whole}.{shown:0<2}" if shown else f"${whole}"


def duration(milliseconds: float | None) -> str:
    """Return a time that a person can compare."""
    if milliseconds is None:
        return "not finished"
    return f"{milliseconds:.1f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _cost(run: RunFacts) -> str:
    """Return what a run cost, and how much of it no vote shows: a debate's arguments, late answers."""
    votes = [vote.cost_usd for decision in run.decisions for vote in decision.votes]
    known = [Decimal(cost) for cost in votes if cost is not None]
    if run.cost_usd is None or len(known) < len(votes):
        return money(run.cost_usd)
    beside = Decimal(run.cost_usd) - sum(known)
    rest = f", {money(str(beside))} of it beside the votes" if beside > 0 else ""
    return money(run.cost_usd) + rest


def _unanswered(run: RunFacts) -> Iterator[str]:
    """Yield what to do about each provider that gave no answer."""
    votes = [vote for decision in run.decisions for vote in decision.votes]
    for provider in sorted({v.provider for v in votes if v.reason_code == "provider_error"}):
        yield f"{provider} gave no answer. Try it: quorate keys test {provider}"


def _order_wish(decision: DecisionFacts) -> Iterator[str]:
    sizing = decision.sizing
    if sizing is not None:
        is_share = sizing.kind == "pct_equity"
        yield f"{100 * sizing.value:.1f} % of equity" if is_share else f"{sizing.value:g} shares"
    if decision.stop is not None:
        yield f"stop {decision.stop}"
    if decision.target is not None:
        yield f"target {decision.target}"


def _said(vote: VoteFacts, *, bars: bool) -> str:
    price = f"{duration(vote.latency_ms):>8}  {money(vote.cost_usd)}"
    if vote.confidence is None:
        silence = (
            "does not vote"
            if vote.reason_code == "not_a_voter"
            else f"abstains: {vote.reason_code}"
        )
        veto = ", vetoes new risk" if vote.veto else ""
        cause = f"  {vote.rationale}" if vote.reason_code == "provider_error" else ""
        return f"{silence + veto:<{36 if bars else 15}}  {price}{cause}"
    drawn = f"{_bar(vote.confidence)}  " if bars else ""
    return f"{drawn}{vote.action:<5} {vote.confidence:.2f}     {price}{_discount(vote)}"


def _bar(confidence: float) -> str:
    filled = round(confidence * _BAR_CELLS)
    return "█" * filled + "░" * (_BAR_CELLS - filled)


def _discount(vote: VoteFacts) -> str:
    """Name every link of the chain that took something away."""
    links = [
        f"{step.kind} x{step.factor:g}" for step in vote.confidence_steps if _lowers(step.factor)
    ]
    return f"  {', '.join(links)}, was {vote.confidence_steps[0].value:.2f}" if links else ""


def _lowers(factor: float | None) -> bool:
    return factor is not None and factor < 1
