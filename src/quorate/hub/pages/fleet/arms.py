"""Arms: what the router learned of each agent, as intervals on one axis, in words and as a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arbiter.routing import Strategy
from quorate.arena.record.phrases import enumeration
from quorate.bootstrap.arbitration.desk import ArmLine, RouterState
from quorate.hub.pages.wording import counted, percent, plural

WIDTH: Final = 420.0
"""The width of the axis from a reward of 0 to one of 1; its middle is a view that turned out neither."""

MOST_NAMED: Final = 4

STRATEGIES: Final[Mapping[Strategy, str]] = {
    Strategy.BANDIT: "upper confidence bound, seeded by the run",
    Strategy.THOMPSON: "a draw from what is believed of each, seeded by the run",
    Strategy.ROUND_ROBIN: "each in turn, by name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """An interval and its mean on the axis; `at` is None while no reward is known."""

    start: float
    width: float
    at: float | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    """An arm as its row says it."""

    line: ArmLine
    tier: str
    mean: str
    interval: str
    low: float
    high: float
    whisker: Whisker
    explored: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsCard:
    """The arms of one type of task; `behind` is the share of what was asked that did not go to the leader."""

    rows: tuple[ArmRow, ...]
    strategy: str
    behind: float | None
    summary: str


def arms_card(state: RouterState, task_type: str, tiers: Mapping[str, str]) -> ArmsCard:
    """Return the arms of a type of task, the one that is believed to be best first."""
    lines = [line for line in state.arms if line.task_type == task_type]
    rows = sorted((arm_row(each, tiers.get(each.agent, "")) for each in lines), key=_rank)
    known = [row for row in rows if row.whisker.at is not None]
    return ArmsCard(
        rows=tuple(rows),
        strategy=STRATEGIES[state.strategy],
        behind=1 - known[0].line.explored if known else None,
        summary=_summary(rows, known),
    )


def arm_row(line: ArmLine, tier: str) -> ArmRow:
    """Return an arm as its row says it; one of which nothing is known has no mean, and may lie anywhere."""
    mean = line.arm.mean(line.usd_per_reward)
    low, high = line.arm.interval(line.usd_per_reward)
    said = "none yet" if mean is None else f"{mean:.2f}"
    span = f"{low:.2f} to {high:.2f}"
    return ArmRow(
        line=line,
        tier=tier,
        mean=said,
        interval=span,
        low=low,
        high=high,
        whisker=Whisker(
            start=WIDTH * low,
            width=WIDTH * (high - low),
            at=None if mean is None else WIDTH * mean,
            words=f"mean reward {said}, 95 percent interval {span}",
        ),
        explored=percent(line.explored),
    )


def _rank(row: ArmRow) -> tuple[bool, float, str]:
    at = row.whisker.at
    return (at is None, -(at or 0.0), row.line.agent)


def _summary(rows: Sequence[ArmRow], known: Sequence[ArmRow]) -> str:
    pulls = sum(row.line.arm.pulls for row in rows)
    if not rows:
        return ""
    if not known:
        return f"{plural(pulls, 'view')} asked for; a reward arrives with the outcome, and none is known yet."
    leader = known[0]
    waits = sum(row.line.arm.open for row in rows)
    near = [row.line.agent for row in known[1:] if row.high >= leader.low]
    overlap = (
        f" The interval of {leader.line.agent} overlaps that of {_named(near)}: which is better is not known yet."
        if near
        else f" No interval overlaps that of {leader.line.agent}."
        if len(known) > 1
        else ""
    )
    return (
        f"A reward arrives with the outcome: {counted(waits)} of {plural(pulls, 'view')} wait for it "
        f"({percent(waits / pulls if pulls else 0.0)}).{overlap}"
    )


def _named(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return enumeration(list(names))
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
