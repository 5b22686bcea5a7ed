"""The bandit: which of the capable agents to ask, the same for the same task and the same things learned.

Every draw comes from a hash of the task's id: no clock, no generator, nothing that a rerun would not see again. What
does not depend on the task, the order of the candidates, is worked out once for a directory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from quorate.arbiter.routing.agent import RoutedAgent
from quorate.arbiter.routing.policy import RoutingPolicy, Strategy
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


@dataclass(frozen=True, slots=True)
class Candidates:
    """Those who may be asked, the best first; `by_pulls` has the least tried first."""

    ranked: tuple[Scored, ...]
    by_pulls: tuple[Scored, ...]
    attempts: int
    task_type: str


def drawn(seed: str, *of: object) -> float:
    """Return a number in (0, 1) that follows from its words alone."""
    text = "\n".join([seed, *map(str, of)])
    return ((int(sha256_hex(text)[:16], 16) >> (64 - _BITS)) + 0.5) / (1 << _BITS)


def epsilon_after(attempts: int, policy: RoutingPolicy) -> float:
    """Return the share of choices that explore; it never grows with the attempts. Source: R-132."""
    return max(policy.epsilon_floor, policy.epsilon * policy.epsilon_decay**attempts)


def candidates_of(
    agents: Sequence[RoutedAgent], task_type: str, policy: RoutingPolicy
) -> Candidates:
    """Return the agents in the order of the policy: by upper confidence bound, or by turn."""
    attempts = sum(each.arm(task_type).pulls for each in agents)
    if policy.strategy is Strategy.ROUND_ROBIN:
        scored = [_by_turn(each, task_type) for each in agents]
    else:
        scored = [_bound(each, task_type, attempts, policy) for each in agents]
    return Candidates(
        ranked=tuple(sorted(scored, key=_best_first)),
        by_pulls=tuple(
            sorted(scored, key=lambda each: (each.agent.arm(task_type).pulls, each.agent.name))
        ),
        attempts=attempts,
        task_type=task_type,
    )


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
        ranked = _left(candidates.ranked, taken)
        chosen, way = next(ranked), "round_robin"
    rest = (each for each in ranked if each.agent.name != chosen.agent.name)
    return Pick(chosen, way, tuple(islice(rest, others)))


def _epsilon_greedy(
    candidates: Candidates, seed: str, policy: RoutingPolicy, taken: Collection[str]
) -> tuple[Scored, str, Iterator[Scored]]:
    ranked = _left(candidates.ranked, taken)
    if drawn(seed, "explore") >= epsilon_after(candidates.attempts, policy):
        return next(ranked), "exploit", ranked
    left = _left(candidates.by_pulls, taken)
    least = [next(left)]
    tried = least[0].agent.arm(candidates.task_type).pulls
    for each in left:
        if each.agent.arm(candidates.task_type).pulls > tried:
            break
        least.append(each)
    return least[int(drawn(seed, "tie") * len(least))], "explore", ranked


def _bound(agent: RoutedAgent, task_type: str, attempts: int, policy: RoutingPolicy) -> Scored:
    """Return an agent by its upper confidence bound: optimistic about whoever is hardly known. Source: R-132."""
    arm = agent.arm(task_type)
    mean = arm.believed(policy.usd_per_reward, policy.min_samples)
    bonus = sqrt(2 * log(attempts + 1) / (arm.pulls + 1))
    told = f"mean {mean:.3f} of {arm.closed} outcomes, bonus {bonus:.3f}"
    return Scored(agent, mean + bonus, told)


def _sampled_all(
    candidates: Candidates, seed: str, policy: RoutingPolicy, taken: Collection[str]
) -> Sequence[Scored]:
    drawn_now = [
        _sampled(each.agent, candidates.task_type, seed, policy)
        for each in _left(candidates.ranked, taken)
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


def _by_turn(agent: RoutedAgent, task_type: str) -> Scored:
    """Return an agent by how often it was asked: the least first, whatever came of it."""
    pulls = agent.arm(task_type).pulls
    return Scored(agent, -float(pulls), f"asked {pulls} times")


def _left(scored: Sequence[Scored], taken: Collection[str]) -> Iterator[Scored]:
    return (each for each in scored if each.agent.name not in taken)


def _best_first(scored: Scored) -> tuple[float, float, str]:
    return (-scored.score, scored.agent.load.weight, scored.agent.name)
