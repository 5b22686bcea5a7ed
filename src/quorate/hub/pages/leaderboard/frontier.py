"""The frontier: what a better call costs, as a scatter of cost against profit, in percent of its box. Pure.

Cost stands on a log axis with a place of its own for what is free: an agent that asks no model costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from quorate.arena.record.phrases import count, enumeration
from quorate.hub.pages.competitions.race import spread
from quorate.hub.pages.orders.rows import signed
from quorate.hub.pages.scale import Level, height
from quorate.hub.pages.wording import money
from quorate.scoring.leaderboard import Leaderboard

FREE_AT: Final = 7.0
"""Where what is free stands, in percent from the left; the log axis begins right of it."""

PAID_FROM: Final = 22.0
PAID_TO: Final = 93.0

LEVELS: Final = 5
LABEL_GAP: Final = 8.5
"""How far apart the names beside the free dots stand at least, in percent of the height: a line of text."""

WIDE: Final = 420.0
HIGH: Final = 230.0
"""The box in pixels for which names are placed so that none stands on another; in a wider one they stand freer."""

LETTER: Final = 6.6
LINE: Final = 15.0
DOT: Final = 9.0

STEPS: Final = ((10, 0, "start"), (-10, 0, "end"), (0, -16, "middle"), (0, 16, "middle"))
"""Where a name may stand beside its dot, best first: right, left, above, below."""

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Who is drawn: dollars a decision, dollars a resolved decision, whether it is ranked, and whether it leads."""

    name: str
    cost: Decimal
    profit: Decimal
    ranked: bool
    leads: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside its dot, in pixels from it; `y` is its own height in percent where it had to move away."""

    dx: int
    dy: int
    anchor: str
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One entrant; `label` is None where its name would stand on another: the key and the table have it."""

    number: int
    entrant: Entrant
    words: str
    profit: str
    x: float
    y: float
    label: Label | None

    @property
    def moved(self) -> bool:
        """Return whether its name stands at another height."""
        return self.label is not None and abs(self.label.y - self.y) > 1


@dataclass(frozen=True, slots=True)
class Tick:
    """A cost on the axis, in percent from the left."""

    x: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The scatter, its axes, and what it says in a sentence; `segments` join the dots that lead."""

    dots: tuple[Dot, ...]
    segments: tuple[_Box, ...]
    levels: tuple[Level, ...]
    ticks: tuple[Tick, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class _Axes:
    low: float
    high: float
    cheapest: float
    dearest: float

    def x(self, cost: Decimal) -> float:
        if not cost:
            return FREE_AT
        share = (_log(cost) - self.cheapest) / (self.dearest - self.cheapest)
        return PAID_FROM + (PAID_TO - PAID_FROM) * share

    def y(self, profit: Decimal | float) -> float:
        return height(profit, self.low, self.high)


def entrants_of(board: Leaderboard) -> tuple[Entrant, ...]:
    """Return who can be drawn: those with a known cost and something resolved."""
    ranked = {line.name for line in board.items if line.rank_low is not None}
    return tuple(
        Entrant(
            name=point.label,
            cost=point.cost_per_decision_usd,
            profit=point.profit_per_decision_usd,
            ranked=point.name in ranked,
            leads=point.on_frontier,
        )
        for point in board.frontier
    )


def frontier_of(entrants: Sequence[Entrant], unpriced: Sequence[str] = ()) -> Frontier | None:
    """Return the scatter of the entrants in their order; `unpriced` are those whose cost nobody knows.

    None without an entrant.
    """
    if not entrants:
        return None
    axes = _axes(entrants)
    points = [(axes.x(each.cost), axes.y(each.profit)) for each in entrants]
    labels = _labels(entrants, points)
    line = sorted(point for point, each in zip(points, entrants, strict=True) if each.leads)
    return Frontier(
        dots=tuple(
            Dot(
                number=at + 1,
                entrant=each,
                words=words_of(each),
                profit=signed(each.profit),
                x=x,
                y=y,
                label=labels[at],
            )
            for at, (each, (x, y)) in enumerate(zip(entrants, points, strict=True))
        ),
        segments=tuple((*start, *end) for start, end in pairwise(line)),
        levels=_levels(axes),
        ticks=tuple(_ticks(axes, entrants)),
        summary=_summary(entrants, unpriced),
    )


def words_of(entrant: Entrant) -> str:
    """Return what a dot stands for: "trend: free, +$0.42 a resolved decision"."""
    cost = f"{money(entrant.cost)} a decision" if entrant.cost else "free"
    few = "" if entrant.ranked else ", not ranked yet"
    return f"{entrant.name}: {cost}, {signed(entrant.profit)} a resolved decision{few}"


def _log(cost: Decimal) -> float:
    return math.log10(float(cost))


def _axes(entrants: Sequence[Entrant]) -> _Axes:
    profits = [0.0, *(float(each.profit) for each in entrants)]
    margin = 0.12 * (max(profits) - min(profits)) or 1.0
    costs = [_log(each.cost) for each in entrants if each.cost] or [0.0]
    return _Axes(
        low=min(profits) - margin,
        high=max(profits) + margin,
        cheapest=min(costs) - 0.2,
        dearest=max(costs) + 0.2,
    )


def _levels(axes: _Axes) -> tuple[Level, ...]:
    least = (axes.high - axes.low) / LEVELS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= least)
    places = max(0, -math.floor(math.log10(step)))
    steps = range(math.ceil(axes.low / step), math.floor(axes.high / step) + 1)
    return tuple(Level(axes.y(at * step), _dollars(at * step, places)) for at in reversed(steps))


def _dollars(amount: float, places: int) -> str:
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}${abs(amount):,.{places}f}"


def _ticks(axes: _Axes, entrants: Sequence[Entrant]) -> Iterator[Tick]:
    """Yield the place of what is free, and ones and threes of each power of ten, thinned out to a handful."""
    if any(not each.cost for each in entrants):
        yield Tick(FREE_AT, "free")
    if not any(each.cost for each in entrants):
        return
    powers = range(math.floor(axes.cheapest), math.ceil(axes.dearest) + 1)
    found = [Decimal(size).scaleb(power) for power in powers for size in (1, 3)]
    inside = [cost for cost in found if axes.cheapest <= _log(cost) <= axes.dearest]
    for cost in inside[:: -(-len(inside) // LEVELS) or 1]:
        yield Tick(axes.x(cost), f"${cost:f}")


def _labels(
    entrants: Sequence[Entrant], points: Sequence[tuple[float, float]]
) -> list[Label | None]:
    """Return where each name stands: the free ones in a column at their right, the others where there is room."""
    free = [at for at, each in enumerate(entrants) if not each.cost]
    labels: list[Label | None] = [None] * len(points)
    taken = [_box(point, (DOT, DOT), (0, 0, "middle")) for point in points]
    for at, y in zip(free, spread([points[at][1] for at in free], LABEL_GAP), strict=True):
        labels[at] = Label(14, 0, "start", y)
        taken.append(_box((FREE_AT, y), (_width(entrants[at]), LINE), (14, 0, "start")))
    for at, each in enumerate(entrants):
        if each.cost:
            labels[at] = _placed(points[at], _width(each), taken)
    return labels


def _placed(point: tuple[float, float], width: float, taken: list[_Box]) -> Label | None:
    """Return the first place beside a dot where a name fits, and note it as taken; None where it fits nowhere."""
    for step in STEPS:
        box = _box(point, (width, LINE), step)
        inside = box[0] >= 0 and box[2] <= WIDE and box[1] >= -LINE and box[3] <= HIGH + LINE
        if inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            return Label(*step, point[1])
    return None


def _width(entrant: Entrant) -> float:
    return LETTER * len(entrant.name)


def _box(point: tuple[float, float], size: tuple[float, float], step: tuple[int, int, str]) -> _Box:
    """Return left, top, right and bottom of a text beside a point, in pixels of the nominal box."""
    x, y = point[0] * WIDE / 100 + step[0], point[1] * HIGH / 100 + step[1]
    left = {"start": x, "middle": x - size[0] / 2, "end": x - size[0]}[step[2]]
    return left, y - size[1] / 2, left + size[0], y + size[1] / 2


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _summary(entrants: Sequence[Entrant], unpriced: Sequence[str]) -> str:
    left_out = enumeration(list(unpriced))
    also = f" Not drawn, as its cost is not known: {left_out}." if left_out else ""
    leading = sorted(
        (each for each in entrants if each.leads), key=lambda each: (each.cost, each.profit)
    )
    if not leading:
        return f"{count(len(entrants), 'dot')}; nobody leads before somebody is ranked.{also}"
    if not any(each.cost for each in entrants):
        best = leading[-1]
        return (
            f"All are free, so cost tells nobody apart; {best.name} earned most, "
            f"{signed(best.profit)} a resolved decision.{also}"
        )
    said = "; ".join(map(words_of, leading))
    return f"Nobody earns more for the same money or less than those on the line. {said}.{also}"
