"""Arms: what is known of one agent at one type of task. Counts and sums are whole numbers, so any order gives the same.

A pull is open until the market has told its outcome. A view that took a side is worth 0.5 and half its confidence more
where it was right, less where it was wrong; a HOLD is worth 0.5, a failed answer nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from math import sqrt
from typing import Final, NamedTuple

MICRO: Final = 1_000_000
"""Rewards are summed in millionths: sums of whole numbers are exact, whoever adds them up."""

NEUTRAL: Final = MICRO // 2
"""What a view is worth that turned out neither right nor wrong; also the prior. Source: R-132 (0.5 untried)."""

Z_95: Final = 1.959964
"""The two-sided 95 % quantile of the normal distribution."""

PRIOR_SD: Final = 0.5
"""How far a reward in [0, 1] can stand from its mean at most: what is assumed of an arm that is not known."""


class Interval(NamedTuple):
    """Where the mean lies with 95 % confidence, within [0, 1]."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One agent at one type of task.

    `pulls` counts views that were asked for; of these `abstained` took no part, `failed` came to nothing, `closed` have
    a reward by now (the failed ones among them) and the rest is open. `cost_nanos` is what they cost together.
    """

    pulls: int = 0
    abstained: int = 0
    failed: int = 0
    closed: int = 0
    reward_sum: int = 0
    reward_squares: int = 0
    hits: int = 0
    misses: int = 0
    cost_nanos: int = 0
    unpriced: int = 0
    latency_us: int = 0
    calls: int = 0

    @property
    def open(self) -> int:
        """Return how many views wait for their outcome."""
        return max(0, self.pulls - self.abstained - self.closed)

    @property
    def success_rate(self) -> float | None:
        """Return the share of views that came to an answer, None where nothing was asked."""
        return None if self.pulls == 0 else (self.pulls - self.failed) / self.pulls

    @property
    def latency_ms(self) -> float | None:
        """Return the mean time of a call, None where none was made."""
        return None if self.calls == 0 else self.latency_us / self.calls / 1000

    @property
    def cost_per_view(self) -> Decimal:
        """Return what a view cost on average, in US dollars; calls of unknown price count nothing."""
        views = self.pulls - self.abstained
        if views <= 0:
            return Decimal(0)
        return (Decimal(self.cost_nanos) / views).quantize(Decimal(1)).scaleb(-9)

    def asked(
        self,
        *,
        views: int,
        abstained: int,
        failed: int,
        cost_nanos: int | None,
        latency_us: int,
    ) -> Arm:
        """Return the arm after one call about `views` symbols; a failed view is closed with nothing at once."""
        return replace(
            self,
            pulls=self.pulls + views,
            abstained=self.abstained + abstained,
            failed=self.failed + failed,
            closed=self.closed + failed,
            cost_nanos=self.cost_nanos + (cost_nanos or 0),
            unpriced=self.unpriced + (cost_nanos is None),
            latency_us=self.latency_us + latency_us,
            calls=self.calls + 1,
        )

    def turned_out(self, *, right: bool | None, confidence: float | None) -> Arm:
        """Return the arm once the outcome of one of its views is known; None took no side."""
        gained = reward_of(right=right, confidence=confidence)
        return replace(
            self,
            closed=self.closed + 1,
            reward_sum=self.reward_sum + gained,
            reward_squares=self.reward_squares + gained * gained,
            hits=self.hits + (right is True),
            misses=self.misses + (right is False),
        )

    def quality(self) -> float | None:
        """Return the mean reward before cost, None while none is known."""
        return None if self.closed == 0 else self.reward_sum / self.closed / MICRO

    def mean(self, usd_per_reward: Decimal) -> float | None:
        """Return the mean reward net of cost, in [0, 1], None while none is known."""
        quality = self.quality()
        if quality is None or self.cost_nanos == 0:
            return quality
        return _within(quality - float(self.cost_per_view / usd_per_reward))

    def believed(self, usd_per_reward: Decimal, min_samples: int) -> float:
        """Return what to expect of it: its mean, leaning on 0.5 until `min_samples` rewards are known."""
        mean = self.mean(usd_per_reward)
        if mean is None:
            return NEUTRAL / MICRO
        missing = max(0, min_samples - self.closed)
        return (mean * self.closed + NEUTRAL / MICRO * missing) / (self.closed + missing)

    def spread(self) -> float:
        """Return how far its mean may be off: one standard error, the widest there is where little is known."""
        if self.closed < 2:
            return PRIOR_SD
        mean = self.reward_sum / self.closed
        squared = max(0.0, self.reward_squares / self.closed - mean * mean) / MICRO**2
        return sqrt(squared * self.closed / (self.closed - 1) / self.closed)

    def interval(self, usd_per_reward: Decimal) -> Interval:
        """Return where its mean reward lies with 95 % confidence; anywhere, while fewer than two are known."""
        mean = self.mean(usd_per_reward)
        if mean is None or self.closed < 2:
            return Interval(0.0, 1.0)
        off = Z_95 * self.spread()
        return Interval(_within(mean - off), _within(mean + off))


UNTRIED: Final = Arm()
"""An arm of which nothing is known."""


def reward_of(*, right: bool | None, confidence: float | None) -> int:
    """Return what a view is worth, in millionths. Source: R-132 (outcome-aware quality); the scale is ours."""
    if right is None:
        return NEUTRAL
    staked = round(_within(confidence or 0.0) * NEUTRAL)
    return NEUTRAL + staked if right else NEUTRAL - staked


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))
