"""What a check answers with: passed, denied with a code, or not applicable with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from quorate.portfolio.check_code import CheckCode
from quorate.risk.finding import Outcome
from quorate.risk.limits import RiskLimits
from quorate.risk.order import OrderRequest
from quorate.risk.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A check's answer without its number; see `Finding`."""

    outcome: Outcome
    code: CheckCode | None = None
    value: Decimal | None = None
    limit: Decimal | None = None
    reason: str = ""


Judge: TypeAlias = Callable[[OrderRequest, Situation, RiskLimits], Answer]


def passed(value: Decimal | None = None, limit: Decimal | None = None) -> Answer:
    """Return that the check has no objection."""
    return Answer(outcome=Outcome.PASSED, value=value, limit=limit)


def denied(
    code: CheckCode, reason: str, value: Decimal | None = None, limit: Decimal | None = None
) -> Answer:
    """Return a refusal."""
    return Answer(outcome=Outcome.DENIED, code=code, value=value, limit=limit, reason=reason)


def unknown(code: CheckCode, what: str) -> Answer:
    """Return the refusal of an order that cannot be judged: what is missing denies."""
    return denied(code, f"{what} is not known")


def not_applicable(reason: str) -> Answer:
    """Return that there is nothing to check, and why."""
    return Answer(outcome=Outcome.NOT_APPLICABLE, reason=reason)


def at_most(value: Decimal, limit: Decimal, code: CheckCode, reason: str) -> Answer:
    """Return a refusal when `value` is above `limit`."""
    return passed(value, limit) if value <= limit else denied(code, reason, value, limit)


def first_denial(*answers: Answer) -> Answer:
    """Return the first refusal, else the last answer."""
    return next((each for each in answers if each.outcome is Outcome.DENIED), answers[-1])
