"""Agreement: which agents say the same about the same, so that one of them is paid for little news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np

from quorate.scoring.leaderboard.line import Answer, Known, rounded
from quorate.scoring.leaderboard.record import Side
from quorate.scoring.leaderboard.selection import Selection

THRESHOLD: Final = 0.75
"""Alike more often than this, a pair adds cost but little news. Ours, as the page was drawn."""

Said: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.int8]]"

_SIDES: Final = (Side.SELL, Side.HOLD, Side.BUY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two agents: about how many symbols of runs both took a view, which share was the same, and Cohen's kappa.

    `kappa` is what they agree beyond what two that say each action as often would by chance: 1 all, 0 nothing; None
    where each always says one and the same.
    """

    one: str
    other: str
    n: int
    alike: float | None
    kappa: float | None

    def as_json(self) -> Answer:
        """Return the object of a list."""
        return {
            "one": self.one,
            "other": self.other,
            "n": self.n,
            "alike": rounded(self.alike),
            "kappa": rounded(self.kappa),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Every pair of agents with a view that turned out; `names` by name, `labels` in the same order."""

    book: str
    window: str
    as_of: date | None
    since: date | None
    names: tuple[str, ...]
    labels: tuple[str, ...]
    pairs: tuple[Pair, ...]
    threshold: float = THRESHOLD

    @property
    def redundant(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs that are alike more often than the threshold."""
        return tuple(
            (pair.one, pair.other)
            for pair in self.pairs
            if pair.alike is not None and pair.alike > self.threshold
        )

    def as_json(self) -> Answer:
        """Return the answer of a read."""
        return {
            "book": self.book,
            "window": self.window,
            "asOf": self.as_of.isoformat() if self.as_of else None,
            "since": self.since.isoformat() if self.since else None,
            "names": list(self.names),
            "labels": list(self.labels),
            "threshold": self.threshold,
            "redundant": [list(pair) for pair in self.redundant],
            "items": [pair.as_json() for pair in self.pairs],
        }


def agreement_of(
    selection: Selection, book: str, window: str, registry: Mapping[str, Known]
) -> Agreement:
    """Return how often the agents of a selection said the same; abstentions say nothing."""
    names, said = _said(selection)
    order = sorted(range(len(names)), key=lambda place: names[place])
    return Agreement(
        book=book,
        window=window,
        as_of=selection.as_of,
        since=selection.since,
        names=tuple(names[place] for place in order),
        labels=tuple(
            registry[names[place]].label if names[place] in registry else names[place]
            for place in order
        ),
        pairs=tuple(
            pair_of(names[one], names[other], said[:, one], said[:, other])
            for one, other in combinations(order, 2)
        ),
    )


def pair_of(
    one: str,
    other: str,
    said: np.ndarray[tuple[int], np.dtype[np.int8]],
    heard: np.ndarray[tuple[int], np.dtype[np.int8]],
) -> Pair:
    """Return how two agree; each column has 1, 2 or 3 for SELL, HOLD or BUY and 0 for nothing, row by row."""
    both = (said > 0) & (heard > 0)
    n = int(both.sum())
    if n == 0:
        return Pair(one=one, other=other, n=0, alike=None, kappa=None)
    counts = np.bincount(said[both] * 4 + heard[both], minlength=16).reshape(4, 4)
    alike = float(np.trace(counts)) / n
    chance = float(counts.sum(axis=0) @ counts.sum(axis=1)) / n / n
    kappa = (alike - chance) / (1 - chance) if chance < 1 else None
    return Pair(one=one, other=other, n=n, alike=alike, kappa=kappa)


def _said(selection: Selection) -> tuple[Sequence[str], Said]:
    """Return the agents, and a row for each symbol of a run with what each of them said of it."""
    views, texts = selection.views, selection.columns.texts
    heard = selection.by_agents
    asked = views.run[heard] * (len(texts.symbols.texts) + 1) + views.symbol[heard]
    _, rows = np.unique(asked, return_inverse=True)
    agents, columns = np.unique(views.name[heard], return_inverse=True)
    said = np.zeros((int(rows.max(initial=-1)) + 1, len(agents)), dtype=np.int8)
    said[rows, columns] = views.side[heard] - _SIDES[0] + 1
    names = texts.names.texts
    return [names[agent] for agent in agents.tolist()], said
