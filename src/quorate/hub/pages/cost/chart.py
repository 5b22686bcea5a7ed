"""The spend of each day as a column, stacked by tier or by model; days without a call are empty slots. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from quorate.arena.record.phrases import count
from quorate.hub.pages.columns import FILLED, WIDEST, Column, Part
from quorate.hub.pages.wording import money
from quorate.llm.cost import CostAxis, CostLine, total
from quorate.llm.tier import Tier

TIER_TONES: Final[Mapping[str, int]] = {
    Tier.FREE.value: 4,
    Tier.CHEAP.value: 2,
    Tier.POWER.value: 3,
}
"""Purple is the power tier's alone. Source: ui/NOTES."""

MODEL_TONES: Final = (1, 2, 4, 5, 7, 8)
OTHERS: Final = "others"
OTHER_TONE: Final = 0


@dataclass(frozen=True, slots=True)
class Key:
    """A part of the columns: its name, its colour, and what it cost over all the days."""

    name: str
    tone: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class SpendChart:
    """The chart; `most` are the dollars at its upper edge. Without a known cost it has no columns."""

    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    most: Decimal
    summary: str


def spend_chart(
    found: Mapping[str, Sequence[CostLine]], by: CostAxis, days: int, today: date
) -> SpendChart:
    """Return the chart of the last `days` days, today included, the oldest first."""
    keys = _keys(found, by)
    sums = [_parts(found.get(day, ()), keys) for day in _names(days, today)]
    most = max((sum(parts, Decimal(0)) for parts in sums), default=Decimal(0))
    if not most:
        return SpendChart((), keys, Decimal(0), "No call of these days has a known cost.")
    slot = 100 / days
    columns = tuple(
        _column(day, parts, keys, most, (at * slot, slot), found.get(day, ()))
        for at, (day, parts) in enumerate(zip(_names(days, today), sums, strict=True))
    )
    return SpendChart(columns, keys, most, _summary(found, days))


def _names(days: int, today: date) -> list[str]:
    return [(today - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1)]


def _keys(found: Mapping[str, Sequence[CostLine]], by: CostAxis) -> tuple[Key, ...]:
    """Return the parts from the bottom up: every tier, or the dearest models and the others together."""
    costs: dict[str, Decimal] = {}
    for lines in found.values():
        for line in lines:
            costs[line.key] = costs.get(line.key, Decimal(0)) + _known(line)
    if by is CostAxis.TIER:
        return tuple(
            Key(name, tone, costs[name]) for name, tone in TIER_TONES.items() if name in costs
        )
    dearest = sorted(costs, key=lambda name: (-costs[name], name))
    shown, rest = dearest[: len(MODEL_TONES)], dearest[len(MODEL_TONES) :]
    named = [Key(name, tone, costs[name]) for name, tone in zip(shown, MODEL_TONES, strict=False)]
    others = [Key(OTHERS, OTHER_TONE, sum((costs[name] for name in rest), Decimal(0)))]
    return tuple(named + (others if rest else []))


def _parts(lines: Sequence[CostLine], keys: Sequence[Key]) -> list[Decimal]:
    named = {key.name for key in keys}
    return [
        sum(
            (
                _known(line)
                for line in lines
                if line.key == key.name or (key.name == OTHERS and line.key not in named)
            ),
            Decimal(0),
        )
        for key in keys
    ]


def _column(
    day: str,
    parts: Sequence[Decimal],
    keys: Sequence[Key],
    most: Decimal,
    place: tuple[float, float],
    lines: Sequence[CostLine],
) -> Column:
    x, slot = place
    width = min(slot * FILLED, WIDEST)
    drawn, top = [], 100.0
    for part, key in zip(parts, keys, strict=True):
        height = float(part / most) * 100
        top -= height
        if height:
            drawn.append(Part(top, height, key.tone))
    said = [f"{money(part)} {key.name}" for part, key in zip(parts, keys, strict=True) if part]
    unpriced = sum(line.unpriced for line in lines)
    words = [", ".join(said) or "nothing", *([f"{unpriced} unpriced"] if unpriced else [])]
    return Column(day, "; ".join(words), x + (slot - width) / 2, width, tuple(drawn))


def _summary(found: Mapping[str, Sequence[CostLine]], days: int) -> str:
    whole = total(line for lines in found.values() for line in lines)
    dearest = max(found, key=lambda day: total(found[day]).known or total([]).counted)
    most = total(found[dearest]).known
    unpriced = f", and {count(whole.unpriced, 'unpriced call')}" if whole.unpriced else ""
    return (
        f"{money(whole.known)} in the last {days} days{unpriced}. "
        f"The dearest day was {dearest} with {money(most)}."
    )


def _known(line: CostLine) -> Decimal:
    return Decimal(0) if line.known is None else line.known.amount
