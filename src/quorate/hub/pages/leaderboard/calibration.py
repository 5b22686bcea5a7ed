"""The calibration curve: what was said to be sure against what came true, in percent of its box. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from quorate.arena.record.phrases import count
from quorate.hub.pages.wording import percent, plural
from quorate.scoring.leaderboard import Bin, Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One group of votes of similar confidence: `y` of its share, `top` and `foot` of its interval, in percent."""

    x: float
    y: float
    top: float
    foot: float
    stated: float
    right: float
    low: float
    high: float
    n: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The marks, the segments of the curve in force (none below enough outcomes), and what it says."""

    marks: tuple[Mark, ...]
    segments: tuple[tuple[float, float, float, float], ...]
    summary: str
    in_force: str


def curve_of(found: Calibration) -> Curve | None:
    """Return the curve over the bins that hold anything; None where nothing was resolved."""
    marks = tuple(filter(None, map(_mark, found.bins)))
    if not marks:
        return None
    return Curve(
        marks=marks,
        segments=tuple(
            (100 * raw, 100 * (1 - made), 100 * next_raw, 100 * (1 - next_made))
            for (raw, made), (next_raw, next_made) in pairwise(_knots(found))
        ),
        summary=_summary(marks, found.brier),
        in_force=_in_force(found),
    )


def _knots(found: Calibration) -> Sequence[tuple[float, float]]:
    """Return the curve in force from 0 to 1: beyond its outermost knots it stays as there."""
    if found.curve is None:
        return ()
    knots = found.curve.knots
    return ((0.0, knots[0][1]), *knots, (1.0, knots[-1][1]))


def _mark(each: Bin) -> Mark | None:
    hit = each.hit_rate
    if hit is None or each.mean_confidence is None:
        return None
    stated = each.mean_confidence
    return Mark(
        x=100 * stated,
        y=100 * (1 - hit.value),
        top=100 * (1 - hit.high),
        foot=100 * (1 - hit.low),
        stated=stated,
        right=hit.value,
        low=hit.low,
        high=hit.high,
        n=each.n,
        words=(
            f"said {stated:.2f}, right {percent(hit.value)} of {count(each.n, 'time')}, "
            f"95 percent interval {percent(hit.low)} to {percent(hit.high)}"
        ),
    )


def _summary(marks: Sequence[Mark], brier: float | None) -> str:
    n = sum(each.n for each in marks)
    stated = sum(each.stated * each.n for each in marks) / n
    right = sum(each.right * each.n for each in marks) / n
    score = (
        "" if brier is None else f" Brier score {brier:.3f}; 0.250 is that of who always says 0.50."
    )
    return (
        f"Over {plural(n, 'resolved vote')} {percent(stated)} was said on average and "
        f"{percent(right)} came true. {_off(marks)}{score}"
    )


def _off(marks: Sequence[Mark]) -> str:
    """Return how many groups are further from the line than their interval reaches."""
    off = [each for each in marks if not each.low <= each.stated <= each.high]
    if not off:
        return "No group is further off than luck explains."
    sure = sum(each.stated > each.high for each in off)
    word = "too sure" if sure == len(off) else "not sure enough" if not sure else "off"
    verb = "is" if len(off) == 1 else "are"
    return f"{len(off)} of {count(len(marks), 'group')} {verb} {word} beyond luck."


def _in_force(found: Calibration) -> str:
    if found.curve:
        return f"The solid curve, from {plural(found.outcomes, 'outcome')}, corrects the confidences said from here on."
    if not found.name:
        return ""
    return (
        f"Confidences are taken as said: a curve needs {found.needs} outcomes, "
        f"{found.name} has {found.outcomes}."
    )
