"""The assessment of an order: every check is asked, every finding is kept, the first refusal denies."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.risk.checks import CHECKS
from quorate.risk.finding import Finding, Outcome
from quorate.risk.limits import RiskLimits
from quorate.risk.order import OrderRequest
from quorate.risk.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What all checks found on one order."""

    order: OrderRequest
    findings: tuple[Finding, ...]

    @property
    def denial(self) -> Finding | None:
        """Return the first refusal, None when nothing stands against the order."""
        return next((each for each in self.findings if each.outcome is Outcome.DENIED), None)

    @property
    def passes(self) -> bool:
        """Return whether the order may be approved."""
        return self.denial is None


def assess(order: OrderRequest, at: Situation, limits: RiskLimits) -> Assessment:
    """Return what the 28 checks find; a missing value is a refusal, never an exception."""
    return Assessment(
        order=order, findings=tuple(check.finding(order, at, limits) for check in CHECKS)
    )
