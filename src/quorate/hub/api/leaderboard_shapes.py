"""The leaderboard as the API gives it: ranks as ranges, rates with intervals, money as exact decimal text."""

from __future__ import annotations

from typing import Annotated

import msgspec

from quorate.hub.api.shape import Day, Moment, Ratio, Shape, Usd

Rank = Annotated[
    int | None,
    msgspec.Meta(description="From 1; null for a baseline and under 30 counted outcomes."),
]


class HitRateShape(Shape):
    """A share of outcomes with its 95 % interval after Wilson."""

    value: float
    low: float
    high: float


class LineShape(Shape):
    """One line: an agent, model, prompt version or role, or a pinned baseline.

    `n` counts outcomes that do not overlap, `of` all that were resolved. `rankLow` is the best rank that its intervals
    leave open, `rankHigh` the worst. `costNote` is why `costPer100GainedUsd` is zero or null: free, no gain, unpriced.
    """

    name: str
    kind: str
    label: str
    role: str
    provider: str
    model: str
    tier: str
    prompt: str
    retired: bool
    n: int
    of: int
    hits: int
    hit_rate: HitRateShape | None
    pnl_usd: Usd
    cost_usd: Usd
    unpriced: int
    pnl_net_usd: Usd
    max_drawdown_pct: float | None
    brier: float | None
    mean_confidence: Ratio
    decisions: int
    abstained: int
    cost_per_decision_usd: Usd
    cost_per_100_gained_usd: Usd = msgspec.field(name="costPer100GainedUsd")
    cost_note: str
    latency_p50_ms: float | None = msgspec.field(name="latencyP50Ms")
    rank_low: Rank
    rank_high: Rank
    trend: tuple[float, ...]
    trend_from: Day | None
    trend_to: Day | None
    profit_per_decision_usd: Usd
    on_frontier: bool


class FrontierShape(Shape):
    """A dot of cost against profit; who is on the frontier earns most for that money or less."""

    name: str
    label: str
    cost_per_decision_usd: Usd
    profit_per_decision_usd: Usd
    on_frontier: bool


class UpliftShape(Shape):
    """What debate, panel or escalation added to the `n` decisions that could be compared with its control."""

    what: str
    text: str
    n: int
    unknown: int
    differing: int
    uplift_usd: Usd
    cost_usd: Usd
    per_dollar: float | None
    low: float | None
    high: float | None
    verdict: str


class BinShape(Shape):
    """Resolved votes whose confidence lay in [low, high)."""

    low: float
    high: float
    n: int
    mean_confidence: Ratio
    hit_rate: HitRateShape | None


class CalibrationShape(Shape):
    """What was said against what came true; `curve` is the correction in force, null under `needs` outcomes."""

    name: str
    book: str
    as_of: Day | None
    n: int
    brier: float | None
    ece: float | None
    bins: tuple[BinShape, ...]
    curve: tuple[tuple[float, float], ...] | None
    outcomes: int
    needs: int


class ChoicesShape(Shape):
    """What this book can be filtered by."""

    books: tuple[str, ...]
    markets: tuple[str, ...]
    strategies: tuple[str, ...]
    roles: tuple[str, ...]


class LeaderboardList(Shape):
    """The board: agents by net profit, then the pinned baselines; `separable` says what can be told apart yet."""

    read_at: Moment
    book: str
    book_mode: str
    window: str
    as_of: Day | None
    since: Day | None
    group_by: str
    market: str | None
    strategy: str | None
    role: str | None
    min_outcomes: int
    outcomes: int
    of: int
    notional_usd: Usd
    method: str
    separable: str
    items: tuple[LineShape, ...]
    frontier: tuple[FrontierShape, ...]
    uplift: tuple[UpliftShape, ...]
    calibration: CalibrationShape
    choices: ChoicesShape
    next_cursor: str | None = None


class PairShape(Shape):
    """Two who spoke on the same decisions: `alike` is the share of equal actions, `kappa` that beyond chance."""

    one: str
    other: str
    n: int
    alike: Ratio
    kappa: float | None


class AgreementList(Shape):
    """Who agrees with whom; a pair of `redundant` is alike over `threshold`: it adds cost but little news."""

    read_at: Moment
    book: str
    as_of: Day | None
    window: str
    since: Day | None
    names: tuple[str, ...]
    labels: tuple[str, ...]
    threshold: float
    redundant: tuple[tuple[str, str], ...]
    items: tuple[PairShape, ...]
    next_cursor: str | None = None
