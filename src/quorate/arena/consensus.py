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

    Equal numbers are told apart by the sum of their confidences, equal sums by caution. Votes weigh
    the same until a skill is tracked over 30 outcomes. Source: DESIGN 6, R-076.
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
        confidence=mean_confidence([belief(vote) for vote in supporters]),
        supporters=tuple(supporters),
        voters=voters,
    )


def mean_confidence(values: Sequence[float]) -> Confidence:
    """Return the mean of at least one confidence, never rounded out of their range."""
    mean = fsum(values) / len(values)
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
    return len(camp), fsum(belief(vote) for vote in camp), BY_CAUTION.index(action)
