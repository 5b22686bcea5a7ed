"""An imported arena as a person reads it: terms, scores, how far to believe them, and what is wrong with the logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from quorate.cli.listing import table

FINDING_COLUMNS: Final = ("finding", "participant", "line", "at", "symbol", "detail")

SCORE_COLUMNS: Final = (
    *("rank", "book", "return", "95 % interval", "drawdown", "P&L", "trades"),
    *("outside bar", "of nothing", "closed", "won"),
)


class ArenaScoreFacts(msgspec.Struct, frozen=True, rename="camel"):
    """What one book came to."""

    name: str
    baseline: bool
    rank: int | None
    rank_best: int | None
    rank_worst: int | None
    pnl: str
    return_: float = msgspec.field(name="return")
    return_low: float | None
    return_high: float | None
    max_drawdown: float
    trades: int
    outside_bar: int
    zero_quantity: int
    outcomes: int
    win_rate: float | None


class ArenaFacts(msgspec.Struct, frozen=True, rename="camel"):
    """One imported arena; fields that no view shows are left out."""

    competition_id: str
    name: str
    from_: str = msgspec.field(name="from")
    to: str
    sessions: int
    capital: str
    currency: str
    bar_size: str
    zone: str | None
    mark_time: str
    symbols: int
    files: dict[str, str]
    verdict: str
    findings: dict[str, int]
    scores: tuple[ArenaScoreFacts, ...]


def arena_lines(tree: Mapping[str, object]) -> Iterator[str]:
    """Yield an arena's lines from its JSON object."""
    found = msgspec.convert(tree, ArenaFacts)
    yield f"{found.competition_id}   {found.name}   imported"
    marked = "at their close" if found.bar_size.endswith("Daily") else f"at {found.mark_time}"
    yield (
        f"{found.sessions} days {found.from_} to {found.to}   {found.bar_size} bars of "
        f"{found.symbols} symbols, {found.zone or 'no time zone'}, marked {marked}   "
        f"{Decimal(found.capital):,} {found.currency} each   {len(found.files)} files"
    )
    yield ""
    yield from table([_score_row(score) for score in found.scores], SCORE_COLUMNS)
    yield ""
    yield found.verdict
    wrong = [f"{many} {kind.replace('_', ' ')}" for kind, many in found.findings.items() if many]
    yield f"Findings: {', '.join(wrong) or 'none'}."
    if wrong:
        yield f"See them: quorate compete show {found.competition_id} --findings"


def finding_row(item: Mapping[str, object]) -> dict[str, object]:
    """Return a finding as a person sees it."""
    return {
        "finding": str(item["kind"]).replace("_", " "),
        "participant": item["participant"],
        "line": item["line"],
        "at": item["at"],
        "symbol": item["symbol"] or "-",
        "detail": item["detail"],
    }


def _score_row(score: ArenaScoreFacts) -> dict[str, object]:
    return {
        "rank": _rank(score),
        "book": f"{score.name} (baseline)" if score.baseline else score.name,
        "return": _percent(score.return_, signed=True),
        "95 % interval": _interval(score),
        "drawdown": _percent(score.max_drawdown),
        "P&L": f"{Decimal(score.pnl):+,.2f}",
        "trades": "-" if score.baseline else score.trades,
        "outside bar": "-" if score.baseline else score.outside_bar,
        "of nothing": "-" if score.baseline else score.zero_quantity,
        "closed": "-" if score.baseline else score.outcomes,
        "won": "-" if score.win_rate is None else _percent(score.win_rate),
    }


def _rank(score: ArenaScoreFacts) -> str:
    """Return the ranks that the intervals leave open; too few outcomes give none."""
    if score.rank_best is None:
        return "-"
    if score.rank_best == score.rank_worst:
        return f"{score.rank_best}"
    return f"{score.rank_best}-{score.rank_worst}"


def _interval(score: ArenaScoreFacts) -> str:
    if score.return_low is None or score.return_high is None:
        return "-"
    low, high = (_percent(each, signed=True) for each in (score.return_low, score.return_high))
    return f"{low} to {high}"


def _percent(ratio: float, *, signed: bool = False) -> str:
    value = round(100 * ratio, 2) + 0.0
    return f"{value:+.2f} %" if signed else f"{value:.2f} %"
