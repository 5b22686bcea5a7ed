"""Rows: the lines of the ranking as the page says them, with their intervals drawn to one scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.arena.record.phrases import spaced
from quorate.hub.pages.leaderboard.query import Sort
from quorate.hub.pages.orders.rows import signed, spark
from quorate.hub.pages.wording import MINUS, UNPRICED, counted, milliseconds, money, percent
from quorate.scoring.leaderboard import ENOUGH, Leaderboard, Line, LineKind, Uplift

EVEN: Final = 0.5
"""The hit rate of a coin: the dotted line of each interval."""

WIDE: Final = 112.0
EDGE: Final = 4.0
"""Pixels of an interval's drawing, and how much of it stays free at either end."""

ROOM: Final = 0.02
"""How far the scale goes on beyond what is drawn."""

NOTHING: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """A hit rate with its interval on the scale that all lines share; `cut` where it goes on beyond the drawing."""

    start: float
    end: float
    at: float
    even: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One line; `rank` is empty where it has none, `few` then says what it lacks."""

    line: Line
    href: str
    rank: str
    few: str
    under: tuple[str, ...]
    tier: str
    whisker: Whisker | None
    hits: str
    net: str
    net_tone: str
    before: str
    drawdown: str
    brier: str
    per_decision: str
    per_100: str
    latency: str
    spark: str
    trend_tone: str
    trend_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpliftRow:
    """What debate, the panel or escalation added, with its interval in words."""

    uplift: Uplift
    gained: str
    tone: str
    interval: str
    cost: str
    per_dollar: str


def board_rows(board: Leaderboard, sort: Sort) -> tuple[BoardRow, ...]:
    """Return the lines in the order that is wanted, and the baselines pinned beneath them."""
    low, high = scale_of((*board.items, *board.baselines))

    def shown(line: Line) -> BoardRow:
        return _row(line, board.wanted.needed, low, high)

    return tuple(map(shown, (*in_order(board.items, sort), *board.baselines)))


def in_order(lines: Sequence[Line], sort: Sort) -> Sequence[Line]:
    """Return the lines by one figure, the best first; what has none stands last, equals as they came."""
    if sort is Sort.NET:
        return lines
    figure, best_is_low = _FIGURES[sort]

    def key(line: Line) -> tuple[bool, float]:
        value = figure(line)
        return value is None, (value or 0.0) if best_is_low else -(value or 0.0)

    return sorted(lines, key=key)


def scale_of(lines: Sequence[Line]) -> tuple[float, float]:
    """Return which hit rates are drawn: every line's and a coin's, and whole intervals from 30 outcomes on.

    The intervals of fewer are cut: they would make all others too short to compare.
    """
    known = [(line, line.hit_rate) for line in lines if line.hit_rate is not None]
    whole = [hit for line, hit in known if line.n >= ENOUGH] or [hit for _, hit in known]
    low = min((EVEN, *(hit.low for hit in whole), *(hit.value for _, hit in known)))
    high = max((EVEN, *(hit.high for hit in whole), *(hit.value for _, hit in known)))
    return max(0.0, low - ROOM), min(1.0, high + ROOM)


def uplift_row(uplift: Uplift) -> UpliftRow:
    """Return an uplift as its row says it."""
    gained = uplift.uplift_usd
    interval = NOTHING
    if uplift.low is not None and uplift.high is not None:
        interval = f"{signed(Decimal(str(uplift.low)))} to {signed(Decimal(str(uplift.high)))}"
    return UpliftRow(
        uplift=uplift,
        gained=NOTHING if gained is None else signed(gained),
        tone=_tone(gained),
        interval=interval,
        cost=money(uplift.cost_usd),
        per_dollar=NOTHING
        if uplift.per_dollar is None
        else signed(Decimal(str(uplift.per_dollar))),
    )


def _row(line: Line, needed: int, low: float, high: float) -> BoardRow:
    is_baseline, net = line.kind is LineKind.BASELINE, line.pnl_net_usd
    return BoardRow(
        line=line,
        href=f"/admin/arena/profiles/{line.name}" if line.kind is LineKind.AGENT else "",
        rank=_rank(line),
        few="" if is_baseline else _why_unranked(line, needed),
        under=_under(line),
        tier="" if is_baseline else line.tier,
        whisker=_whisker(line, low, high),
        hits="" if line.hit_rate is None else percent(line.hit_rate.value),
        net=UNPRICED if net is None else signed(net),
        net_tone=_tone(net),
        before=_before(line),
        drawdown=_figure(line.max_drawdown_pct, "{:.1f} %"),
        brier=_figure(line.brier, "{:.3f}"),
        per_decision=_per_decision(line),
        per_100=_per_100(line),
        latency=NOTHING if line.latency_p50_ms is None else milliseconds(line.latency_p50_ms),
        spark=spark(line.trend),
        trend_tone=_trend_tone(line),
        trend_words=_trend(line),
    )


def _rank(line: Line) -> str:
    if line.rank_low is None or line.rank_high is None:
        return ""
    if line.rank_low == line.rank_high:
        return f"{line.rank_low}"
    return f"{line.rank_low}\N{EN DASH}{line.rank_high}"


def _why_unranked(line: Line, needed: int) -> str:
    """Return what a rank lacks: outcomes, or a cost that is known; empty where there is one."""
    if line.rank_low is not None:
        return ""
    return (
        f"not ranked ({counted(line.n)} of {needed})"
        if line.n < needed
        else "not ranked (cost unknown)"
    )


def _under(line: Line) -> tuple[str, ...]:
    """Return what stands beneath a name: whatever of role, model and prompt is not the name itself."""
    if line.kind is LineKind.BASELINE:
        return ("baseline",)
    role = spaced(line.role)
    parts = dict.fromkeys((role, line.model, line.prompt))
    return tuple(part for part in parts if part and part not in {line.name, spaced(line.name)})


def _before(line: Line) -> str:
    """Return what was earned before model cost (gross), where that differs."""
    if line.pnl_net_usd is None:
        return f"{signed(line.pnl_usd)} gross"
    return "" if line.pnl_net_usd == line.pnl_usd else f"{signed(line.pnl_usd)} gross"


def _per_decision(line: Line) -> str:
    cost = line.cost_per_decision_usd
    if cost is None:
        return UNPRICED if line.unpriced else NOTHING
    return money(cost) if cost else "$0"


def _per_100(line: Line) -> str:
    if line.cost_note:
        return line.cost_note
    cost = line.cost_per_100_gained_usd
    return NOTHING if cost is None else money(cost)


def _whisker(line: Line, low: float, high: float) -> Whisker | None:
    hit = line.hit_rate
    if hit is None:
        return None

    def x(rate: float) -> float:
        share = (min(max(rate, low), high) - low) / (high - low)
        return EDGE + (WIDE - 2 * EDGE) * share

    words = f"hit rate {percent(hit.value)}, 95 percent interval {percent(hit.low)} to {percent(hit.high)}"
    return Whisker(start=x(hit.low), end=x(hit.high), at=x(hit.value), even=x(EVEN), words=words)


def _trend(line: Line) -> str:
    if len(line.trend) < 2:
        return ""
    span = f", {line.trend_from} to {line.trend_to}" if line.trend_from and line.trend_to else ""
    ends = f"{signed(Decimal(str(line.trend[0])))} to {signed(Decimal(str(line.trend[-1])))}"
    return f"net P&L from {ends}{span}"


def _trend_tone(line: Line) -> str:
    """Return the colour of a sparkline: by where it ends, as the net P&L beside it."""
    end = line.trend[-1] if line.trend else 0.0
    return "hub-s4" if end > 0 else "hub-s6" if end < 0 else "hub-s0"


def _tone(amount: Decimal | None) -> str:
    return "" if not amount else "hub-up" if amount > 0 else "hub-dn"


def _figure(value: float | None, form: str) -> str:
    return NOTHING if value is None else form.format(value).replace("-", MINUS)


def _optional(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


_FIGURES: Final[Mapping[Sort, tuple[Callable[[Line], float | None], bool]]] = {
    Sort.NET: (lambda line: _optional(line.pnl_net_usd), False),
    Sort.OUTCOMES: (lambda line: float(line.n), False),
    Sort.HITS: (lambda line: None if line.hit_rate is None else line.hit_rate.value, False),
    Sort.DRAWDOWN: (lambda line: line.max_drawdown_pct, True),
    Sort.BRIER: (lambda line: line.brier, True),
    Sort.COST: (lambda line: _optional(line.cost_per_decision_usd), True),
    Sort.LATENCY: (lambda line: line.latency_p50_ms, True),
}
"""The figure of each order, and whether less of it is better."""
