"""Phrases: numbers beside their thresholds, and lists, in plain English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from quorate.kernel.decision import Trigger, TriggerName

MOST_DIGITS: Final = 17
"""A float has no more."""


def compared(value: float, threshold: float, digits: int = 2) -> tuple[str, str]:
    """Return both with enough digits to tell them apart: never "0.34 is above 0.34"."""
    for places in range(digits, MOST_DIGITS):
        texts = f"{value:.{places}f}", f"{threshold:.{places}f}"
        if value == threshold or texts[0] != texts[1]:
            return texts
    return repr(value), repr(threshold)


def trigger_phrase(trigger: Trigger, *, last_change: float | None) -> str:
    """Return what a trigger saw, beside its limit; empty if it saw nothing and did not fire.

    `last_change` (0.01 = 1 %) explains a high_volatility that its percentile does not.
    """
    if trigger.value is None:
        return _jump(last_change) if trigger.fired else ""
    match trigger.name:
        case TriggerName.DISAGREEMENT:
            return _dissent(trigger.value, trigger.threshold)
        case TriggerName.LOW_CONFIDENCE:
            return _belief(trigger.value, trigger.threshold)
        case TriggerName.HIGH_VOLATILITY:
            jumped = trigger.fired and trigger.value < trigger.threshold
            return _jump(last_change) if jumped else _volatility(trigger.value, trigger.threshold)
        case TriggerName.PORTFOLIO_DELTA:
            return _delta(trigger.value, trigger.threshold)


def enumeration(items: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def count(number: int, noun: str) -> str:
    """Return "1 vote", "2 votes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def spaced(code: str) -> str:
    """Return a code as words: "no_setup" is "no setup"."""
    return code.replace("_", " ")


def _dissent(value: float, threshold: float) -> str:
    seen, limit = compared(value, threshold)
    relation = "above" if value > threshold else "within"
    return f"the disagreement of {seen} is {relation} the {limit} limit"


def _belief(value: float, threshold: float) -> str:
    seen, limit = compared(value, threshold)
    relation = "is below" if value < threshold else "reaches"
    return f"the confidence of {seen} {relation} the {limit} limit"


def _volatility(value: float, threshold: float) -> str:
    seen, limit = compared(value, threshold)
    relation = "reaches" if value >= threshold else "is below"
    return f"the volatility's percentile of {seen} {relation} the {limit} limit"


def _delta(value: float, threshold: float) -> str:
    seen, limit = compared(value, threshold)
    relation = "reaches" if value >= threshold else "is below"
    return f"an order of {seen} % of equity {relation} the {limit} % limit"


def _jump(last_change: float | None) -> str:
    size = "" if last_change is None else f" after a change of {100 * last_change:+.1f} %"
    return f"the regime is high volatility{size}"
