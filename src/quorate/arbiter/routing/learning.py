"""Learning: arms folded from turns and outcomes, row by row, in any order with the same end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from quorate.arbiter.routing.arm import UNTRIED, Arm
from quorate.kernel.canonical import Json


class Turn(NamedTuple):
    """One call of an agent: about so many symbols, of which it left some unanswered; `failed` says that it broke."""

    agent: str
    failed: bool
    views: int
    abstained: int
    latency_us: int
    cost_nanos: int | None


class Outcome(NamedTuple):
    """How one view of an agent turned out; None took no side."""

    agent: str
    right: bool | None
    confidence: float | None


def learned(arms: Mapping[str, Arm], news: Iterable[Turn | Outcome]) -> dict[str, Arm]:
    """Return the arms after these turns and outcomes."""
    after = dict(arms)
    for each in news:
        before = after.get(each.agent, UNTRIED)
        after[each.agent] = _with(before, each)
    return after


def outcomes_in(resolved: Mapping[str, Json]) -> Iterable[Outcome]:
    """Yield the outcomes of a row of `votes.resolved`: of every agent's view of the first round or of the panel."""
    votes = resolved.get("votes")
    for vote in votes if isinstance(votes, list) else ():
        if isinstance(vote, dict):
            yield Outcome(
                str(vote["profile"]), _flag(vote.get("hit")), _number(vote.get("confidence"))
            )


def _with(arm: Arm, told: Turn | Outcome) -> Arm:
    if isinstance(told, Outcome):
        return arm.turned_out(right=told.right, confidence=told.confidence)
    views = max(told.views, 1)
    return arm.asked(
        views=views,
        abstained=0 if told.failed else min(told.abstained, views),
        failed=views if told.failed else 0,
        cost_nanos=told.cost_nanos,
        latency_us=told.latency_us,
    )


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Json) -> float | None:
    """Return a confidence, which rows hold as text."""
    return float(value) if isinstance(value, str | float | int) else None
