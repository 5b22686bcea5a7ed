"""Checks of the decision behind an order: 03, 04, 05, 06, 25."""

from __future__ import annotations

from quorate.portfolio.check_code import CheckCode
from quorate.risk.checks.judging import Answer, at_most, denied, passed, unknown
from quorate.risk.limits import RiskLimits
from quorate.risk.order import Leg, OrderRequest
from quorate.risk.situation import Situation

PROTECTIVE = frozenset({Leg.STOP, Leg.TARGET, Leg.HORIZON, Leg.FLATTEN})
"""Legs that a decision of the past, or a person, calls for; they do not grow old."""


def approval(order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """03: the order carries out a recorded decision, and that very one."""
    decision = at.decision
    if decision is None or decision.decision_id != order.decision_id:
        return unknown(CheckCode.DECISION_NOT_APPROVED, "the order's decision")
    if decision.hash != order.decision_hash:
        return denied(CheckCode.DECISION_NOT_APPROVED, "the decision is not the one on record")
    if not decision.acts:
        return denied(CheckCode.DECISION_NOT_APPROVED, "the decision is a refusal")
    return passed()


def age(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """04: the decision is fresh, on the book's clock."""
    if order.leg in PROTECTIVE:
        return passed()
    if at.decision is None:
        return unknown(CheckCode.DECISION_EXPIRED, "the order's decision")
    return at_most(
        at.decision.age_s,
        limits.decision_ttl_s,
        CheckCode.DECISION_EXPIRED,
        "seconds since it was decided",
    )


def confidence(_order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """05: what is left after all factors is enough."""
    believed = at.decision.confidence if at.decision else None
    if believed is None:
        return unknown(CheckCode.CONFIDENCE_BELOW_MINIMUM, "the decision's confidence")
    if believed < limits.min_confidence:
        return denied(
            CheckCode.CONFIDENCE_BELOW_MINIMUM, "the confidence", believed, limits.min_confidence
        )
    return passed(believed, limits.min_confidence)


def veto(_order: OrderRequest, at: Situation, _limits: RiskLimits) -> Answer:
    """06: no risk manager objects."""
    if at.decision is None:
        return unknown(CheckCode.RISK_MANAGER_VETO, "the order's decision")
    if at.decision.vetoed:
        return denied(CheckCode.RISK_MANAGER_VETO, "a risk manager vetoed new risk")
    return passed()


def escalation(order: OrderRequest, at: Situation, limits: RiskLimits) -> Answer:
    """25: an order that moves the portfolio this much was decided by the panel."""
    price, equity = at.market.reference, at.account.equity
    if price is None or equity <= 0 or at.decision is None:
        return unknown(CheckCode.PORTFOLIO_DELTA_NOT_ESCALATED, "price, equity or decision")
    share = order.quantity * price / equity
    if share >= limits.escalation_delta and not at.decision.escalated:
        return denied(
            CheckCode.PORTFOLIO_DELTA_NOT_ESCALATED,
            "the order's share of equity, without the panel",
            share,
            limits.escalation_delta,
        )
    return passed(share, limits.escalation_delta)
