"""Price jumps that no known corporate action explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from quorate.market.actions import CorporateAction, nearest_split
from quorate.market.bar import RawBar
from quorate.market.quality import Defect
from quorate.market.verdicts import QuarantineCode

LARGEST_MOVE = 3.0
"""The largest believable factor between a close and the next session's high or low, and inside a
session. The hardest fall in the packaged data is Apple's of 2000-09-29 (to 0.48 of the close
before); a misplaced decimal point is a factor of 10 or 100."""

SMALLEST_SPLIT = 1.5
"""A move smaller than that of a 3:2 split is left alone: markets open 20 to 30 % apart by
themselves."""

OPEN_TOLERANCE = 0.03
"""How far the open may lie from where an unrecorded split would put it. The three splits in the
packaged data opened within 2.2 %; Apple's crash of 2000-09-29 opened 5.4 % away from 1:2."""

CLOSE_TOLERANCE = 0.15
"""How far the close may lie from there; on 2000-06-21, the day of its split, Apple rose 10 %."""


def jump_defects(rows: Sequence[RawBar], actions: Sequence[CorporateAction]) -> Iterator[Defect]:
    """Yield the jumps of sound rows, given the actions that their source tells."""
    growth: dict[date, float] = {}
    for action in actions:
        growth[action.session] = growth.get(action.session, 1.0) * float(action.ratio)
    if rows and rows[0].high > LARGEST_MOVE * float(rows[0].low):
        yield _jump(rows[0], "high and low of one session")
    for before, row in pairwise(rows):
        if row.session not in growth and (split := _hidden_split(before, row)) is not None:
            told = f"{before.close} to {row.open} on {row.session} looks like a {split} split"
            detail = f"{told}; no corporate action tells of it"
            yield Defect(row.session, QuarantineCode.UNADJUSTED_SPLIT, detail)
        elif _leaps(before, row, growth.get(row.session, 1.0)):
            yield _jump(
                row, f"the close before, {before.close}, and low {row.low}, high {row.high}"
            )


def _jump(row: RawBar, what: str) -> Defect:
    detail = f"{row.session}: {what} differ by more than a factor of {LARGEST_MOVE:g}"
    return Defect(row.session, QuarantineCode.UNEXPLAINED_JUMP, detail)


def _leaps(before: RawBar, row: RawBar, growth: float) -> bool:
    close, low, high = float(before.close), float(row.low) * growth, float(row.high) * growth
    return high > LARGEST_MOVE * min(close, low) or close > LARGEST_MOVE * low


def _hidden_split(before: RawBar, row: RawBar) -> str | None:
    opened = float(before.close / row.open)
    if 1 / SMALLEST_SPLIT * (1 + OPEN_TOLERANCE) < opened < SMALLEST_SPLIT * (1 - OPEN_TOLERANCE):
        return None
    split = nearest_split(opened, OPEN_TOLERANCE)
    if split is None or abs(float(row.close / before.close) * split - 1) > CLOSE_TOLERANCE:
        return None
    return f"{split.numerator}:{split.denominator}"
