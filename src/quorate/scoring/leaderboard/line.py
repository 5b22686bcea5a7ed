"""A line of the leaderboard: one agent, model, prompt version or role, or a baseline, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from quorate.scoring.hit_rate import HitRate
from quorate.scoring.leaderboard.query import LineKind

Answer: TypeAlias = "dict[str, object]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the registry says of an agent today."""

    label: str
    tier: str
    provider: str
    role: str
    retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; money in USD, shares of 1, drawdown in percent. None is unknown, or not to be had of so little.

    `n` counts outcomes that do not overlap, `of` all views that took a side and turned out. `pnl_usd` is before the
    models' cost, `unpriced` the turns whose cost nobody knows: then everything net is unknown too. `cost_note` says
    why `cost_per_100_gained_usd` is zero or unknown: free, no gain, unpriced. `trend` is the P&L summed up so far, net
    where that is known.
    """

    name: str
    kind: LineKind
    label: str
    role: str = ""
    provider: str = ""
    model: str = ""
    tier: str = ""
    prompt: str = ""
    retired: bool = False
    n: int
    of: int
    hits: int
    hit_rate: HitRate | None
    pnl_usd: Decimal
    cost_usd: Decimal | None
    unpriced: int
    pnl_net_usd: Decimal | None
    max_drawdown_pct: float | None
    brier: float | None
    mean_confidence: float | None
    decisions: int
    abstained: int
    cost_per_decision_usd: Decimal | None
    cost_per_100_gained_usd: Decimal | None
    cost_note: str
    latency_p50_ms: float | None
    profit_per_decision_usd: Decimal | None
    trend: tuple[float, ...]
    trend_from: date | None
    trend_to: date | None
    rank_low: int | None = None
    rank_high: int | None = None
    on_frontier: bool = False

    def as_json(self) -> Answer:
        """Return the object of a list. Names: UI 2."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "label": self.label,
            "role": self.role,
            "provider": self.provider,
            "model": self.model,
            "tier": self.tier,
            "prompt": self.prompt,
            "retired": self.retired,
            "n": self.n,
            "of": self.of,
            "hits": self.hits,
            "hitRate": self.hit_rate.as_json() if self.hit_rate else None,
            "pnlUsd": money(self.pnl_usd),
            "costUsd": money(self.cost_usd),
            "unpriced": self.unpriced,
            "pnlNetUsd": money(self.pnl_net_usd),
            "maxDrawdownPct": rounded(self.max_drawdown_pct),
            "brier": rounded(self.brier),
            "meanConfidence": rounded(self.mean_confidence),
            "decisions": self.decisions,
            "abstained": self.abstained,
            "costPerDecisionUsd": money(self.cost_per_decision_usd),
            "costPer100GainedUsd": money(self.cost_per_100_gained_usd),
            "costNote": self.cost_note,
            "latencyP50Ms": rounded(self.latency_p50_ms),
            "profitPerDecisionUsd": money(self.profit_per_decision_usd),
            "rankLow": self.rank_low,
            "rankHigh": self.rank_high,
            "onFrontier": self.on_frontier,
            "trend": list(self.trend),
            "trendFrom": self.trend_from.isoformat() if self.trend_from else None,
            "trendTo": self.trend_to.isoformat() if self.trend_to else None,
        }


def money(value: Decimal | None) -> str | None:
    """Return an amount of dollars as answers hold it."""
    return None if value is None else f"{value:f}"


def rounded(value: float | None) -> float | None:
    """Return a figure to six places."""
    return None if value is None else round(value, 6)
