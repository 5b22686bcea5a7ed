"""Consensus: what most of the valid voters want, how many do not, and how sure the majority is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final

from quorate.kernel.action import Action
from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.vote import Vote

BY_CAUTION: Final = (Action.BUY, Action.SELL, Action.HOLD)
"""The last of a perfect tie wins: to do nothing before to leave before to enter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """What the voters of one symbol agree on; `supporters` stand in the order of their profiles.

    `disagreement` is 1 - the plurality's share of the `voters`: 2-1 is 0.333, 3-2 is 0.4, 1-1 is
    0.5. Source: DESIGN 6, R-080.
    """

    action: Action
    disagreement: float
    confidence: Confidence
    supporters: tuple[Vote, ...]
    voters: int


def reach_consensus(votes: Iterable[Vote]) -> Consensus | None:
    """Return the plurality of the valid votes, None without any; their order does not matter.

    Equal numbers are told apart by the sum of their confidences, equal sums by caution. A vote weighs what its agent's
    skill says, in that sum and in the mean; all weigh the same until 30 outcomes are known. Source: DESIGN 6, R-076.
    """
    camps = _camps(votes)
    if not camps:
        return None
    action = max(camps, key=lambda action: _strength(action, camps[action]))
    supporters = sorted(camps[action], key=lambda vote: vote.profile)
    voters = sum(len(camp) for camp in camps.values())
    return Consensus(
        action=action,
        disagreement=(voters - len(supporters)) / voters,
        confidence=mean_confidence(supporters),
        supporters=tuple(supporters),
        voters=voters,
    )


def mean_confidence(votes: Sequence[Vote]) -> Confidence:
    """Return the mean confidence of at least one valid vote, each by its weight, never rounded out of their range."""
    values = [belief(vote) for vote in votes]
    mean = fsum(map(_weighed, votes)) / fsum(vote.skill_weight for vote in votes)
    return Confidence(min(max(mean, min(values)), max(values)))


def belief(vote: Vote) -> float:
    """Return how far a valid vote is believed.

    Raises:
        InvariantBrokenError: it counts, but carries no confidence.
    """
    if vote.confidence is None:
        raise InvariantBrokenError(f"{vote.profile} voted {vote.answer.action} without confidence")
    return vote.confidence.value


def _camps(votes: Iterable[Vote]) -> dict[Action, list[Vote]]:
    camps = defaultdict(list)
    for vote in votes:
        if vote.is_valid:
            camps[vote.answer.action].append(vote)
    return camps


def _strength(action: Action, camp: Sequence[Vote]) -> tuple[int, float, int]:
    return len(camp), fsum(map(_weighed, camp)), BY_CAUTION.index(action)


def _weighed(vote: Vote) -> float:
    return vote.skill_weight * belief(vote)
