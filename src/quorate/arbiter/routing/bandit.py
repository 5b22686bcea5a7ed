"""The bandit: which of the capable agents to ask, the same for the same task and the same things learned.

Every draw comes from a hash of the task's id: no clock, no generator, nothing that a rerun would not see again. What
does not depend on the task is kept: what is expected of an agent until it changes, the order until anybody does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import NormalDist
from typing import Final, NamedTuple

from quorate.arbiter.routing.agent import RoutedAgent
from quorate.arbiter.routing.policy import RoutingPolicy, Strategy
from quorate.arbiter.routing.ranking import Estimate, Ranking, Remembered, spread_after
from quorate.kernel.canonical import sha256_hex

_BITS: Final = 52
_NORMAL: Final = NormalDist()


class Scored(NamedTuple):
    """An agent, what speaks for it now, and why."""

    agent: RoutedAgent
    score: float
    reason: str


class Pick(NamedTuple):
    """Who was chosen, by which way (explore, exploit, thompson, round_robin), and the best of the others."""

    scored: Scored
    way: str
    others: tuple[Scored, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Those who may be asked; `order` has the best first."""

    ranking: Ranking
    order: Remembered
    task_type: str
    strategy: Strategy

    def __len__(self) -> int:
        return len(self.ranking.estimates)

    @property
    def attempts(self) -> int:
        """Return how often all of them were asked, together."""
        return self.ranking.attempts

    def ranked(self, taken: Collection[str]) -> Iterator[Scored]:
        """Yield those that are not `taken`, the best first."""
        return (self.scored(name) for name in self.order if name not in taken)

    def left(self, taken: Collection[str]) -> Sequence[Estimate]:
        """Return those that are not `taken`, in no order."""
        return [each for name, each in self.ranking.estimates.items() if name not in taken]

    def least_tried(self, taken: Collection[str]) -> Sequence[str]:
        """Return who of those that are not `taken`, at least one, was asked least, by name."""
        left = self.left(taken)
        fewest = min(each.pulls for each in left)
        return sorted(each.agent.name for each in left if each.pulls == fewest)

    def scored(self, name: str) -> Scored:
        """Return an agent with what speaks for it now."""
        estimate = self.ranking.estimates[name]
        bonus = spread_after(self.attempts) * estimate.root
        if self.strategy is Strategy.ROUND_ROBIN:
            told = f"asked {estimate.pulls} times"
        else:
            closed = estimate.agent.arm(self.task_type).closed
            told = f"mean {estimate.mean:.3f} of {closed} outcomes, bonus {bonus:.3f}"
        return Scored(estimate.agent, estimate.mean + bonus, told)


def candidates_of(ranking: Ranking, task_type: str, policy: RoutingPolicy) -> Candidates:
    """Return those of a ranking as candidates."""
    return Candidates(
        ranking=ranking,
        order=Remembered(ranking.best_first()),
        task_type=task_type,
        strategy=policy.strategy,
    )


def drawn(seed: str, *of: object) -> float:
    """Return a number in (0, 1) that follows from its words alone."""
    text = "\n".join([seed, *map(str, of)])
    return ((int(sha256_hex(text)[:16], 16) >> (64 - _BITS)) + 0.5) / (1 << _BITS)


def epsilon_after(attempts: int, policy: RoutingPolicy) -> float:
    """Return the share of choices that explore; it never grows with the attempts. Source: R-132."""
    return max(policy.epsilon_floor, policy.epsilon * policy.epsilon_decay**attempts)


def picked(
    candidates: Candidates, seed: str, policy: RoutingPolicy, *, taken: Collection[str], others: int
) -> Pick:
    """Return who of the candidates that are not `taken`, at least one, is asked. Source: R-132."""
    if policy.strategy is Strategy.BANDIT:
        chosen, way, ranked = _epsilon_greedy(candidates, seed, policy, taken)
    elif policy.strategy is Strategy.THOMPSON:
        ranked = iter(_sampled_all(candidates, seed, policy, taken))
        chosen, way = next(ranked), "thompson"
    else:
        ranked = candidates.ranked(taken)
        chosen, way = next(ranked), "round_robin"
    rest = (each for each in ranked if each.agent.name != chosen.agent.name)
    return Pick(chosen, way, tuple(islice(rest, others)))


def _epsilon_greedy(
    candidates: Candidates, seed: str, policy: RoutingPolicy, taken: Collection[str]
) -> tuple[Scored, str, Iterator[Scored]]:
    ranked = candidates.ranked(taken)
    if drawn(seed, "explore") >= epsilon_after(candidates.attempts, policy):
        return next(ranked), "exploit", ranked
    least = candidates.least_tried(taken)
    name = least[int(drawn(seed, "tie") * len(least))]
    return candidates.scored(name), "explore", ranked


def _sampled_all(
    candidates: Candidates, seed: str, policy: RoutingPolicy, taken: Collection[str]
) -> Sequence[Scored]:
    drawn_now = [
        _sampled(each.agent, candidates.task_type, seed, policy) for each in candidates.left(taken)
    ]
    return sorted(drawn_now, key=_best_first)


def _sampled(agent: RoutedAgent, task_type: str, seed: str, policy: RoutingPolicy) -> Scored:
    """Return an agent by a draw from the normal distribution of what is believed of its mean."""
    arm = agent.arm(task_type)
    mean = arm.believed(policy.usd_per_reward, policy.min_samples)
    known = min(1.0, arm.closed / policy.min_samples)
    spread = known * arm.spread() + (1 - known) * 0.5
    sample = mean + spread * _NORMAL.inv_cdf(drawn(seed, "sample", agent.name))
    return Scored(agent, sample, f"drawn about mean {mean:.3f}, spread {spread:.3f}")


def _best_first(scored: Scored) -> tuple[float, float, str]:
    return (-scored.score, scored.agent.load.weight, scored.agent.name)
