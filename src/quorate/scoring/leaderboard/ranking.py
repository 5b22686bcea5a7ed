"""Ranking: which rank an agent may have, and what can be told apart at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from quorate.kernel.canonical import sha256_hex
from quorate.portfolio.separation import BLOCK, Separation, told_apart
from quorate.scoring.leaderboard.line import Line
from quorate.scoring.leaderboard.lines import Scored

HOLDING: Final = "buy_and_hold"


class Ranking:
    """The lines that have enough outcomes, and the baseline of holding, held against each other day by day."""

    def __init__(
        self,
        lines: Sequence[Scored],
        baselines: Sequence[Scored],
        *,
        needed: int,
        horizon: int,
        seed: str,
    ) -> None:
        """Draw the resamples: blocks as long as the longest view, for what it told in one session lasted as long."""
        self._lines = lines
        self._places = [
            place
            for place, each in enumerate(lines)
            if each.line.n >= needed and each.line.pnl_net_usd is not None
        ]
        self._holding = next((each for each in baselines if each.line.name == HOLDING), None)
        rows = [lines[place].daily for place in self._places]
        if self._holding is not None:
            rows.append(self._holding.daily)
        self._proven: Separation | None = None
        if rows and self._places:
            number = int(sha256_hex(seed)[:8], 16)
            self._proven = told_apart(np.stack(rows), number, block=max(BLOCK, horizon))

    @property
    def ranked(self) -> Sequence[Line]:
        """Return the lines with a rank, the one that earned most first."""
        return sorted((self._lines[place].line for place in self._places), key=order_key)

    def ranges(self) -> Mapping[str, tuple[int, int]]:
        """Return the best and the worst rank that nothing speaks against, by the line's name."""
        counted = range(len(self._places))
        return {
            self._lines[place].line.name: (
                (1, len(counted)) if self._proven is None else self._proven.range_of(row, counted)
            )
            for row, place in enumerate(self._places)
        }

    def above(self) -> Sequence[tuple[str, str]]:
        """Return the pairs of which one surely earned more than the other, by name."""
        if self._proven is None:
            return []
        names = [self._lines[place].line.label for place in self._places]
        return sorted(
            (one, other)
            for place, one in enumerate(names)
            for against, other in enumerate(names)
            if self._proven.is_above(place, against)
        )

    def beats_holding(self) -> Sequence[str] | None:
        """Return who surely earned more than buying and holding; None where that cannot be asked."""
        if self._proven is None or self._holding is None:
            return None
        last = len(self._places)
        return sorted(
            self._lines[place].line.label
            for row, place in enumerate(self._places)
            if self._proven.is_above(row, last)
        )

    def with_ranks(self) -> list[Line]:
        """Return all lines with their ranks: by what they earned net of cost, those whose cost is unknown last."""
        ranges = self.ranges()
        lines = [
            replace(
                each.line,
                rank_low=ranges.get(each.line.name, (None, None))[0],
                rank_high=ranges.get(each.line.name, (None, None))[1],
            )
            for each in self._lines
        ]
        return sorted(lines, key=order_key)


def order_key(line: Line) -> tuple[bool, float, str]:
    """Return by what lines are put in order."""
    net = line.pnl_net_usd
    return net is None, -float(net or 0), line.name
