"""What a replay came to: its book in figures, every one from the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from quorate.cycle.analysis import analysis_of
from quorate.cycle.record import RecordedCycle
from quorate.execution.outcome_link import OutcomeStatus, OutcomeTotals
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, RunId, Symbol
from quorate.kernel.step_message import StepName
from quorate.risk import TradingState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedBook:
    """A replay's book, and every cycle in order; money in USD.

    `gap` is the broker's cash less ours, nothing when the books agree; `stops` counts the protective stops that sold.
    """

    book: BookName
    cycles: tuple[RecordedCycle, ...]
    began_with: Decimal
    cash: Decimal
    equity: Decimal
    gap: Decimal
    held: Mapping[Symbol, Decimal]
    outcomes: OutcomeTotals
    stops: int
    state: TradingState

    @property
    def run_ids(self) -> tuple[RunId, ...]:
        """Return the arena's runs, oldest first."""
        return tuple(
            analysis_of(cycle).run_id
            for cycle in self.cycles
            if StepName.MARKET_ANALYSIS in cycle.said
            and cycle.said[StepName.MARKET_ANALYSIS].success
        )

    @property
    def failed(self) -> int:
        """Return how many cycles failed."""
        return sum(cycle.failed for cycle in self.cycles)

    @property
    def violations(self) -> tuple[str, ...]:
        """Return what the auditor found."""
        return tuple(found for cycle in self.cycles for found in cycle.violations)

    @property
    def placed(self) -> Counter[str]:
        """Return how many orders were placed, by their leg."""
        return Counter(
            order.text("leg")
            for cycle in self.cycles
            if StepName.EXECUTION in cycle.said and cycle.said[StepName.EXECUTION].success
            for order in cycle.told(StepName.EXECUTION).items("orders")
        )

    @property
    def refused(self) -> Counter[str]:
        """Return how many orders were not to be, by what stood against them first."""
        return Counter(
            order.text("code")
            for cycle in self.cycles
            if StepName.RISK_MANAGEMENT in cycle.said
            and cycle.said[StepName.RISK_MANAGEMENT].success
            for order in cycle.told(StepName.RISK_MANAGEMENT).items("orders")
            if not order.flag("approved")
        )

    def as_json(self) -> dict[str, JsonValue]:
        """Return the figures for programs."""
        return {
            "book": self.book,
            "cycles": len(self.cycles),
            "failed": self.failed,
            "violations": list(self.violations),
            "tradingState": self.state,
            "orders": {**self.placed, "stop": self.stops},
            "refused": dict(self.refused.most_common()),
            "outcomes": {
                status.value: self.outcomes.entries.get(status, 0) for status in OutcomeStatus
            },
            "pnl": _text(self.outcomes.pnl),
            "startCash": _text(self.began_with),
            "cash": _text(self.cash),
            "equity": _text(self.equity),
            "gap": _text(self.gap),
            "positions": {str(symbol): _text(quantity) for symbol, quantity in self.held.items()},
        }


def _text(amount: Decimal) -> str:
    return format(amount, "f")
