"""Samples: one turn of an agent each, as its journal rows tell it, and what many of them come to together.

A turn is recorded by the commit that records the answer, so nothing is collected beside the work, nothing is lost in a
crash, and the caller waits for nothing. Source: R-134 (real-time collection).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from math import ceil
from statistics import fmean


class GroupBy(StrEnum):
    """What turns are added up by."""

    AGENT = "agent"
    MODEL = "model"
    ROLE = "role"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSample:
    """One turn: who was asked what, what it cost, and how its views turned out where that is known.

    `quality` is the mean reward of its views in [0, 1], None while none of their outcomes is known; `cost` is None
    where nobody knows the price.
    """

    seq: int
    asked_at: datetime
    run_id: str
    trace_id: str
    book: str
    agent: str
    role: str
    model: str
    purpose: str
    failure: str
    fallback: bool
    views: int
    abstained: int
    latency_ms: float
    cost: Decimal | None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tool_calls: int = 0
    tool_refusals: int = 0
    quality: float | None = None
    symbols: tuple[str, ...] = ()
    text: str = ""
    """What was asked, in words that name nobody's holdings."""

    @property
    def succeeded(self) -> bool:
        """Return whether an answer came."""
        return not self.failure

    def group(self, by: GroupBy) -> str:
        """Return the name that it is added up under."""
        return {GroupBy.AGENT: self.agent, GroupBy.MODEL: self.model, GroupBy.ROLE: self.role}[by]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """What the turns of one name came to; each mean is None where nothing is known."""

    name: str
    turns: int
    success_rate: float
    fallback_rate: float
    quality: float | None
    outcomes: int
    latency_p50_ms: float
    latency_p95_ms: float
    cost: Decimal
    unpriced: int
    tokens: int


def aggregated(
    samples: Iterable[CallSample], by: GroupBy, *, since: datetime | None = None
) -> tuple[Aggregate, ...]:
    """Return what the samples since a moment came to, by name."""
    groups: dict[str, list[CallSample]] = {}
    for sample in samples:
        if since is None or sample.asked_at >= since:
            groups.setdefault(sample.group(by), []).append(sample)
    return tuple(_aggregate(name, groups[name]) for name in sorted(groups))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed; values are at least one."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def _aggregate(name: str, samples: Sequence[CallSample]) -> Aggregate:
    qualities = [each.quality for each in samples if each.quality is not None]
    latencies = [each.latency_ms for each in samples]
    return Aggregate(
        name=name,
        turns=len(samples),
        success_rate=_share(samples, lambda each: each.succeeded),
        fallback_rate=_share(samples, lambda each: each.fallback),
        quality=fmean(qualities) if qualities else None,
        outcomes=len(qualities),
        latency_p50_ms=percentile(latencies, 0.5),
        latency_p95_ms=percentile(latencies, 0.95),
        cost=sum((each.cost for each in samples if each.cost is not None), Decimal(0)),
        unpriced=sum(each.cost is None for each in samples),
        tokens=sum(each.prompt_tokens + each.completion_tokens for each in samples),
    )


def _share(samples: Sequence[CallSample], holds: Callable[[CallSample], bool]) -> float:
    return sum(map(holds, samples)) / len(samples)
