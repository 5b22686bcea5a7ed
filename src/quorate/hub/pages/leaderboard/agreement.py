"""Who agrees with whom: the shares of shared decisions as a heat map, each cell with its figure. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quorate.arena.record.phrases import enumeration
from quorate.hub.pages.wording import percent, plural
from quorate.scoring.leaderboard import Agreement, Pair

SHADES: Final = (0.40, 0.55, 0.65, 0.75)
"""Shares at which a cell gets darker; the darkest is a pair that adds cost but little news. Source: ui/leaderboard."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its shade from 1 to 5, 0 for nothing; the figure, and all of it in words."""

    shade: int
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One row of the map."""

    number: int
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One line of the table of pairs; `beyond_chance` is Cohen's kappa with two places."""

    one: str
    other: str
    shared: int
    alike: float
    beyond_chance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """The map, its pairs from the most alike to the least, and the sentence beneath it."""

    rows: tuple[HeatRow, ...]
    pairs: tuple[PairRow, ...]
    summary: str


def heat_of(found: Agreement) -> Heat | None:
    """Return the map; None where no two of them spoke on the same decision."""
    met = [pair for pair in found.pairs if pair.alike is not None]
    if not met:
        return None
    called = dict(zip(found.names, found.labels, strict=True))
    known = {frozenset((pair.one, pair.other)): pair for pair in met}
    return Heat(
        rows=tuple(
            HeatRow(
                at, called[name], tuple(_cell(name, other, known, called) for other in found.names)
            )
            for at, name in enumerate(found.names, start=1)
        ),
        pairs=tuple(
            sorted(
                (_pair_row(pair, called) for pair in met),
                key=lambda row: (-row.alike, -row.shared, row.one, row.other),
            )
        ),
        summary=_summary(found, called),
    )


def shade_of(share: float) -> int:
    """Return how dark a share is drawn, from 1 to 5."""
    return 1 + sum(share >= limit for limit in SHADES)


def _cell(
    name: str, other: str, known: Mapping[frozenset[str], Pair], called: Mapping[str, str]
) -> Cell:
    if name == other:
        return Cell(0, "\N{MIDDLE DOT}", "the same")
    pair, both = known.get(frozenset((name, other))), f"{called[name]} and {called[other]}"
    if pair is None or pair.alike is None:
        return Cell(0, "\N{EN DASH}", f"{both} share no decision")
    words = f"{both}: alike on {percent(pair.alike)} of {plural(pair.n, 'shared decision')}"
    return Cell(shade_of(pair.alike), f"{100 * pair.alike:.0f}", words)


def _pair_row(pair: Pair, called: Mapping[str, str]) -> PairRow:
    return PairRow(
        one=called[pair.one],
        other=called[pair.other],
        shared=pair.n,
        alike=pair.alike or 0.0,
        beyond_chance="\N{EN DASH}" if pair.kappa is None else f"{pair.kappa:.2f}",
    )


def _summary(found: Agreement, called: Mapping[str, str]) -> str:
    limit = f"{100 * found.threshold:.0f} %"
    if not found.redundant:
        return f"No pair is over {limit}: each brings views of its own."
    said = enumeration([f"{called[one]} with {called[other]}" for one, other in found.redundant])
    return f"A pair over {limit} adds cost but little news: {said}."
