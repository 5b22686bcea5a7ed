"""The ranking: agents by upper confidence bound, kept in order while agents change and all of their scores grow.

A score is `mean + spread * root`. Mean and root follow from the agent's own arm, and the root is in [0, 1]; the spread
grows with everybody's attempts. So every turn of anybody moves every score, but none by more than the spread grew: the
order that was kept says who can be the best now, and nobody else is looked at.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import log, sqrt
from typing import Final, NamedTuple, TypeAlias

from quorate.arbiter.routing.agent import RoutedAgent
from quorate.arbiter.routing.policy import RoutingPolicy, Strategy

MOST_DRIFT: Final = 0.02
"""Once the spread has grown by so much the order is made anew: the more it grew, the more of it is looked at. Ours."""

_ROUNDING: Final = 1e-9
"""More than a score can be off by how it was added up."""

Key: TypeAlias = tuple[float, float, str]
"""Minus the score, the load, the name: the best first, then the less loaded, then by name."""


class Estimate(NamedTuple):
    """What of an agent's score follows from itself; by turn `mean` is how often it was asked, negated, and `root` 0."""

    agent: RoutedAgent
    pulls: int
    mean: float
    root: float
    weight: float

    def key(self, spread: float) -> Key:
        """Return where it stands."""
        return (-(self.mean + spread * self.root), self.weight, self.agent.name)


def spread_after(attempts: int) -> float:
    """Return how far optimism reaches after so many attempts. Source: R-132 (an upper confidence bound)."""
    return sqrt(2 * log(attempts + 1))


def estimate_of(agent: RoutedAgent, task_type: str, policy: RoutingPolicy) -> Estimate:
    """Return what is expected of an agent: optimistic about whoever is hardly known, or each in turn."""
    arm, weight = agent.arm(task_type), agent.load.weight
    if policy.strategy is Strategy.ROUND_ROBIN:
        return Estimate(agent, arm.pulls, -float(arm.pulls), 0.0, weight)
    mean = arm.believed(policy.usd_per_reward, policy.min_samples)
    return Estimate(agent, arm.pulls, mean, 1 / sqrt(arm.pulls + 1), weight)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Agents with what is expected of them, and the order that they had when the spread was `ordered_at`."""

    estimates: Mapping[str, Estimate]
    attempts: int = 0
    ordered_at: float = 0.0
    order: Sequence[Key] = ()

    def changed(self, estimates: Iterable[Estimate], gone: Collection[str]) -> Ranking:
        """Return the ranking with these agents as they stand now, and without those that are gone."""
        known, order, attempts = dict(self.estimates), list(self.order), self.attempts
        came = {each.agent.name: each for each in estimates}
        for name in (*gone, *came):
            if (before := known.pop(name, None)) is not None:
                del order[bisect_left(order, before.key(self.ordered_at))]
                attempts -= before.pulls
        for name, estimate in came.items():
            known[name] = estimate
            insort(order, estimate.key(self.ordered_at))
            attempts += estimate.pulls
        changed = Ranking(known, attempts, self.ordered_at, order)
        return changed._put_in_order() if abs(changed._drift) > MOST_DRIFT else changed

    def best_first(self) -> Iterator[str]:
        """Yield every name; whoever takes only the first of them pays for little more than these."""
        spread = spread_after(self.attempts)
        reach = max(0.0, self._drift) + _ROUNDING
        seen: list[Key] = []
        for key in self.order:
            while seen and seen[0][0] < key[0] - reach:
                yield heappop(seen)[-1]
            heappush(seen, self.estimates[key[-1]].key(spread))
        while seen:
            yield heappop(seen)[-1]

    @property
    def _drift(self) -> float:
        return spread_after(self.attempts) - self.ordered_at

    def _put_in_order(self) -> Ranking:
        spread = spread_after(self.attempts)
        order = sorted(each.key(spread) for each in self.estimates.values())
        return replace(self, ordered_at=spread, order=order)


class Remembered:
    """Names as they come from a source, taken from it when they are first asked for."""

    __slots__ = ("_known", "_source")

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._known: list[str] = []

    def __iter__(self) -> Iterator[str]:
        place = 0
        while place < len(self._known) or self._has_more():
            yield self._known[place]
            place += 1

    def _has_more(self) -> bool:
        for name in self._source:
            self._known.append(name)
            return True
        return False
