"""A competition as a person reads it: terms, how far it is, who stands where, and how far to believe it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from quorate.cli.listing import table
from quorate.cli.run_view import money

if TYPE_CHECKING:
    from quorate.cli.competition_ports import CompetitionLine

STANDING: Final = {
    "created": "not started",
    "running": "running",
    "finished": "finished",
    "stopped": "stopped",
}
IMPORTED: Final = "imported"
"""What an arena of others is: nothing of it is played here."""

INTERRUPTED: Final = "interrupted"
"""What a running competition is called that nobody plays."""


class ScoreFacts(msgspec.Struct, frozen=True, rename="camel"):
    """What one book came to."""

    name: str
    baseline: bool
    rank: int | None
    tied: bool
    rank_best: int | None
    rank_worst: int | None
    net_pnl_usd: str
    net_return: float
    return_low: float | None
    return_high: float | None
    llm_cost_usd: str
    unpriced_rounds: int
    max_drawdown: float
    trades: int
    outcomes: int
    win_rate: float | None
    refused: int


class CompetitionFacts(msgspec.Struct, frozen=True, rename="camel"):
    """One competition; fields that no view shows are left out."""

    competition_id: str
    name: str
    book_mode: str
    status: str
    playing: bool
    symbols: tuple[str, ...]
    from_: str | None = msgspec.field(name="from")
    to: str | None
    sessions: int
    rounds: int
    capital_usd: str
    max_cost_usd: str | None
    verdict: str
    scores: tuple[ScoreFacts, ...]


def competition_lines(tree: Mapping[str, object]) -> Iterator[str]:
    """Yield a competition's lines from its JSON object."""
    found = msgspec.convert(tree, CompetitionFacts)
    span = f"{found.from_} to {found.to}" if found.from_ else "sessions as they come"
    yield f"{found.competition_id}   {found.name}   {standing(found.status, playing=found.playing)}"
    yield (
        f"{found.book_mode} {span}   {found.rounds} of {found.sessions} rounds   {' '.join(found.symbols)}   "
        f"{money(found.capital_usd)} each"
    )
    yield ""
    yield from table([_score_row(score) for score in found.scores], SCORE_COLUMNS)
    yield ""
    yield found.verdict
    if found.status in ("created", "running") and not found.playing:
        yield f"Go on with: quorate compete start {found.competition_id}"


SCORE_COLUMNS: Final = (
    "rank",
    "book",
    "net P&L",
    "return",
    "95 % interval",
    "LLM cost",
    "drawdown",
    "trades",
    "closed",
    "won",
    "refused",
)


def standing(status: str, *, playing: bool) -> str:
    """Return where a competition is, in words."""
    return INTERRUPTED if status == "running" and not playing else STANDING[status]


def line_tree(line: CompetitionLine) -> dict[str, object]:
    """Return a line of the list as `--json` gives it."""
    return {
        "competitionId": line.competition_id,
        "name": line.name,
        "kind": line.kind,
        "bookMode": line.mode or None,
        "status": line.status,
        "playing": line.playing,
        "profiles": list(line.profiles),
        "symbols": list(line.symbols),
        "from": line.first or None,
        "to": line.last or None,
        "sessions": line.sessions,
        "rounds": line.rounds,
        "createdAt": line.created_at,
        "endedAt": line.ended_at or None,
    }


def line_row(line: CompetitionLine) -> dict[str, object]:
    """Return a line of the list as a person sees it."""
    return {
        "competition": line.competition_id,
        "name": line.name,
        "state": IMPORTED if line.kind == IMPORTED else standing(line.status, playing=line.playing),
        "rounds": f"{line.rounds} of {line.sessions}",
        "mode": line.mode,
        "from": line.first or "-",
        "to": line.last or "-",
        "participants": list(line.profiles),
        "symbols": list(line.symbols),
    }


def _score_row(score: ScoreFacts) -> dict[str, object]:
    unpriced = f" + {score.unpriced_rounds} unpriced" if score.unpriced_rounds else ""
    return {
        "rank": _rank(score),
        "book": f"{score.name} (baseline)" if score.baseline else score.name,
        "net P&L": f"{_rounded(float(score.net_pnl_usd)):+,.2f}",
        "return": _percent(score.net_return, signed=True),
        "95 % interval": _interval(score),
        "LLM cost": money(score.llm_cost_usd) + unpriced,
        "drawdown": _percent(score.max_drawdown),
        "trades": score.trades,
        "closed": score.outcomes,
        "won": "-" if score.win_rate is None else _percent(score.win_rate),
        "refused": score.refused,
    }


def _rank(score: ScoreFacts) -> str:
    """Return the ranks that the intervals leave open; too few outcomes give none."""
    if score.rank is None:
        return "-"
    tie = " (tie)" if score.tied else ""
    if score.rank_best is None or score.rank_best == score.rank_worst:
        return f"{score.rank}{tie}"
    return f"{score.rank_best}-{score.rank_worst}{tie}"


def _interval(score: ScoreFacts) -> str:
    if score.return_low is None or score.return_high is None:
        return "-"
    low, high = (_percent(each, signed=True) for each in (score.return_low, score.return_high))
    return f"{low} to {high}"


def _percent(ratio: float, *, signed: bool = False) -> str:
    value = _rounded(100 * ratio)
    return f"{value:+.2f} %" if signed else f"{value:.2f} %"


def _rounded(value: float) -> float:
    """Return `value` with two places; what is nearly nothing is +0, never -0."""
    return round(value, 2) + 0.0
