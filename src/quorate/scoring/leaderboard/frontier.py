"""The frontier: who earns more per decision than everybody who costs as little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quorate.scoring.leaderboard.line import Answer, Line, money


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """A line by its cost per decision and its net profit per counted outcome, in USD."""

    name: str
    label: str
    cost_per_decision_usd: Decimal
    profit_per_decision_usd: Decimal
    on_frontier: bool

    def as_json(self) -> Answer:
        """Return the object of an answer."""
        return {
            "name": self.name,
            "label": self.label,
            "costPerDecisionUsd": money(self.cost_per_decision_usd),
            "profitPerDecisionUsd": money(self.profit_per_decision_usd),
            "onFrontier": self.on_frontier,
        }


def frontier(lines: Sequence[Line]) -> tuple[FrontierPoint, ...]:
    """Return the points of the lines whose cost and profit are known, the cheapest first.

    Only ranked lines are on the frontier or beat one off it: a few lucky outcomes lead nowhere.
    """
    placed = [
        (line, line.cost_per_decision_usd, line.profit_per_decision_usd)
        for line in lines
        if line.cost_per_decision_usd is not None and line.profit_per_decision_usd is not None
    ]
    ranked = [(cost, profit) for line, cost, profit in placed if line.rank_low is not None]
    points = [
        FrontierPoint(
            name=line.name,
            label=line.label,
            cost_per_decision_usd=cost,
            profit_per_decision_usd=profit,
            on_frontier=line.rank_low is not None
            and not any(_beats(other, (cost, profit)) for other in ranked),
        )
        for line, cost, profit in placed
    ]
    return tuple(
        sorted(
            points,
            key=lambda at: (at.cost_per_decision_usd, -at.profit_per_decision_usd, at.name),
        )
    )


def _beats(one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal]) -> bool:
    """Return whether `one` costs no more and earns no less, and is not the same."""
    return one != other and one[0] <= other[0] and one[1] >= other[1]
