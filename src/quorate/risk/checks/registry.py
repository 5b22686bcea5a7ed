"""The table of the checks: number, name, the function that judges, and whether it is for entries alone.

Source: RELIABILITY 3, its order (state, identity, data, instrument, size and price, exposure, rate, integrity) and its
list of the checks that an exit does not have to pass. Every filled entry has its stop at the broker before its cycle
ends (DESIGN 8), so that one is not held up by an old quote, a wide spread or the hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from quorate.risk.checks import identity, market, rate, size, system
from quorate.risk.checks.judging import Judge, not_applicable
from quorate.risk.finding import Finding
from quorate.risk.limits import RiskLimits
from quorate.risk.order import Leg, OrderRequest
from quorate.risk.situation import Situation


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table."""

    number: int
    name: str
    judge: Judge
    entry_only: bool = False
    of_the_moment: bool = False
    """Whether it looks at quotes and hours, which a stop at the broker does not depend on."""

    def finding(self, order: OrderRequest, at: Situation, limits: RiskLimits) -> Finding:
        """Return what the check finds on an order; never an exception for a value that is missing."""
        if self.entry_only and order.reduce_only:
            answer = not_applicable("an order that only reduces does not have to pass it")
        elif self.of_the_moment and order.leg is Leg.STOP:
            answer = not_applicable("a protective stop was priced with its entry, and rests")
        else:
            answer = self.judge(order, at, limits)
        return Finding(
            check=self.number,
            name=self.name,
            outcome=answer.outcome,
            code=answer.code,
            value=answer.value,
            limit=answer.limit,
            reason=answer.reason,
        )


CHECKS: Final = (
    Check(1, "trading state", system.trading_state),
    Check(2, "auditor's breaker", system.circuit, entry_only=True),
    Check(3, "decision on record", identity.approval),
    Check(4, "decision's age", identity.age),
    Check(5, "confidence", identity.confidence, entry_only=True),
    Check(6, "veto", identity.veto, entry_only=True),
    Check(7, "fresh data", market.freshness, of_the_moment=True),
    Check(8, "spread", market.spread, of_the_moment=True),
    Check(9, "instrument", market.instrument),
    Check(10, "price collar", market.collar),
    Check(11, "order value", size.notional),
    Check(12, "quantity and steps", size.quantity),
    Check(13, "risk at the stop", size.risk_at_stop, entry_only=True),
    Check(14, "exposure", size.position, entry_only=True),
    Check(15, "free balance", size.free_balance),
    Check(16, "repeated execution", rate.repeats, entry_only=True),
    Check(17, "rate", rate.rate),
    Check(18, "duplicate", rate.duplicate),
    Check(19, "wash trade", rate.wash_trade),
    Check(20, "losses", system.losses, entry_only=True),
    Check(21, "locks", system.locks, entry_only=True),
    Check(22, "session", market.session, of_the_moment=True),
    Check(23, "out exceeds in", size.out_of_in),
    Check(24, "margin and day trades", size.margin, entry_only=True),
    Check(25, "escalated when large", identity.escalation, entry_only=True),
    Check(26, "reconciliation", system.reconciliation),
    Check(27, "audit", system.audit),
    Check(28, "budget for models", system.budget, entry_only=True),
)
"""All 28, by their number."""
