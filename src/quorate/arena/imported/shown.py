"""An imported arena as programs read it: the names of the command line and of the API, money as exact decimal text."""

from __future__ import annotations

from decimal import Decimal

from quorate.arena.imported.assembling import ImportedArena
from quorate.arena.imported.findings import WORDS, Finding, plain
from quorate.arena.imported.scores import ArenaScore, verdict
from quorate.arena.record.answers import Payload

KIND = "imported"
"""What sets an arena of others apart in a list of competitions."""


def arena_json(arena: ImportedArena) -> Payload:
    """Return an arena with its terms, sources, scores and findings by kind."""
    counted = dict.fromkeys(WORDS, 0)
    for finding in findings_of(arena):
        counted[finding.kind] += 1
    return {
        "competitionId": arena.arena_id,
        "kind": KIND,
        "name": arena.name,
        "status": "finished",
        "profiles": list(arena.participants),
        "from": arena.days[0].isoformat(),
        "to": arena.days[-1].isoformat(),
        "sessions": len(arena.days),
        "capital": plain(arena.terms.capital),
        "currency": arena.terms.currency,
        "barSize": arena.size,
        "zone": arena.zone or None,
        "markTime": arena.terms.mark_time.isoformat("minutes"),
        "tolerance": plain(arena.terms.tolerance),
        "symbols": arena.symbols,
        "files": dict(arena.digests),
        "createdAt": arena.imported_at,
        "createdBy": arena.imported_by,
        "verdict": verdict(arena.standing, len(arena.days)),
        "pairs": arena.standing.pairs,
        "separablePairs": arena.standing.separable,
        "trades": sum(score.trades for score in arena.standing.scores),
        "findings": {kind.value: number for kind, number in counted.items()},
        "scores": [arena_score_json(score) for score in arena.standing.scores],
    }


def arena_scores_json(arena: ImportedArena) -> Payload:
    """Return the scores with the marked days and what each book was worth on them; the first worth is the capital."""
    return {
        "competitionId": arena.arena_id,
        "currency": arena.terms.currency,
        "verdict": verdict(arena.standing, len(arena.days)),
        "sessions": [day.isoformat() for day in arena.days],
        "scores": [
            {
                **arena_score_json(score),
                "equityCurve": [_cents(worth) for worth in arena.curve_of(score.name)],
            }
            for score in arena.standing.scores
        ],
    }


def arena_score_json(score: ArenaScore) -> Payload:
    """Return one book's score; ratios are shares of 1."""
    low, high = score.interval or (None, None)
    best, worst = score.range or (None, None)
    return {
        "name": score.name,
        "baseline": score.baseline,
        "rank": score.rank,
        "rankBest": best,
        "rankWorst": worst,
        "provisional": score.provisional,
        "equity": _cents(score.equity),
        "pnl": _cents(score.pnl),
        "return": score.returned,
        "returnLow": low,
        "returnHigh": high,
        "maxDrawdown": score.max_drawdown,
        "trades": score.trades,
        "outsideBar": score.outside,
        "zeroQuantity": score.zero_quantity,
        "findings": score.findings,
        "outcomes": score.outcomes,
        "winRate": score.win_rate,
    }


def findings_of(arena: ImportedArena) -> tuple[Finding, ...]:
    """Return every finding, by participant and then by line."""
    return tuple(finding for book in arena.books for finding in book.findings)


def finding_json(finding: Finding) -> Payload:
    """Return one finding."""
    return {
        "kind": finding.kind.value,
        "participant": finding.participant,
        "line": finding.line,
        "at": finding.moment,
        "symbol": finding.symbol or None,
        "detail": finding.detail,
        "price": None if finding.price is None else plain(finding.price),
        "low": None if finding.low is None else plain(finding.low),
        "high": None if finding.high is None else plain(finding.high),
    }


def _cents(worth: Decimal) -> str:
    return f"{worth:.2f}"
