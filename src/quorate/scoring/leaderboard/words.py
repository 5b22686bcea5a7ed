"""What can be said so far, in a sentence, and how all of it was computed, in a few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from quorate.scoring.leaderboard.line import Line
from quorate.scoring.leaderboard.query import ENOUGH
from quorate.scoring.leaderboard.ranking import Ranking
from quorate.scoring.leaderboard.record import NOTIONAL

METHOD: Final = (
    "A view is a BUY or SELL of a voter or of the panel; it is right when the adjusted return from the next open to "
    "the close of its horizon has its sign. Of one agent's views of a symbol only those count that do not overlap, "
    f"each standing for ${NOTIONAL}: a BUY earns the return, a SELL its opposite, a HOLD nothing. Every turn is "
    "paid, whether its views count or not; a cost that nobody knows leaves everything net unknown. Hit rates carry "
    "Wilson's 95 % interval. A ranks above B only where the 95 % interval of the difference of their daily P&L, "
    f"resampled in blocks of sessions, lies above zero; under {ENOUGH} counted outcomes nothing is ranked."
)


def separable(lines: Sequence[Line], ranking: Ranking, needed: int) -> str:
    """Return what is separable yet."""
    if not any(line.n for line in lines):
        return "Nothing to compare yet: no view has turned out."
    ranked = ranking.ranked
    if not ranked:
        most = max(lines, key=lambda line: (line.n, line.name))
        return (
            f"Nothing is separable yet: no line has the {needed} outcomes that a rank needs "
            f"({most.label} has the most, {most.n})."
        )
    return f"{_pairs(ranked, ranking)} {_held(ranked, ranking)}".strip()


def _pairs(ranked: Sequence[Line], ranking: Ranking) -> str:
    if len(ranked) == 1:
        return f"{ranked[0].label} alone has enough outcomes for a rank."
    above = ranking.above()
    pairs = len(ranked) * (len(ranked) - 1) // 2
    if not above:
        return f"Nothing is separable yet: 0 of {pairs} pairs."
    behind: dict[str, list[str]] = {}
    for one, other in above:
        behind.setdefault(one, []).append(other)
    said = _joined([f"{one} is above {_enumerated(others)}" for one, others in behind.items()])
    rest = " Nothing else is separable yet." if len(above) < pairs else ""
    return f"{len(above)} of {pairs} pairs are separable: {said}.{rest}"


def _held(ranked: Sequence[Line], ranking: Ranking) -> str:
    """Return how the ranked lines stand to buying and holding."""
    better = ranking.beats_holding()
    if better is None:
        return ""
    if not better:
        nobody = "It is not" if len(ranked) == 1 else "None is"
        return f"{nobody} separable from buying and holding."
    verb = "is" if len(better) == 1 else "are"
    return f"{_enumerated(better)} {verb} above buying and holding."


def _enumerated(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _joined(parts: Sequence[str]) -> str:
    return "; ".join(parts)
