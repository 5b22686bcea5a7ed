"""A competition as programs read it: the names of the command line and of the API, money as exact decimal text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from quorate.arena.competition.entrant import Entrant
from quorate.arena.competition.record import Competition
from quorate.arena.competition.scores import Score, curve_sessions, equity_curve, scores_of, verdict
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import amount, money
from quorate.kernel.canonical import JsonValue
from quorate.portfolio.policy import MAX_RISK, PortfolioPolicy


def competition_json(competition: Competition, *, playing: bool) -> Payload:
    """Return a competition with its terms, where it stands, and the scores so far."""
    terms, scores = competition.terms, scores_of(competition)
    last = competition.rounds[-1].session.isoformat() if competition.rounds else None
    begins = (*terms.sessions, *curve_sessions(competition))
    first = begins[0].isoformat() if begins else None
    return {
        "competitionId": competition.competition_id,
        "kind": "competition",
        "name": terms.name,
        "bookMode": terms.mode.value,
        "status": competition.status.value,
        "playing": playing,
        "profiles": list(terms.participants),
        "traders": [entrant_json(trader) for trader in terms.traders],
        "symbols": list(terms.symbols),
        "from": first,
        "to": terms.sessions[-1].isoformat() if terms.sessions else None,
        "sessions": terms.length,
        "rounds": len(competition.rounds),
        "asOf": last,
        "capitalUsd": money(terms.capital),
        "maxCostUsd": money(terms.max_cost),
        "countedUsd": money(competition.counted),
        "terms": terms_json(terms.portfolio),
        "createdAt": competition.created_at,
        "endedAt": competition.ended_at or None,
        "reason": competition.reason or None,
        "verdict": verdict(scores),
        "scores": [score_json(score) for score in scores],
    }


def entrant_json(entrant: Entrant) -> Payload:
    """Return a trader as it entered: its agents, its strategy, and where its terms differ from those of all."""
    return {
        "name": entrant.name,
        "version": entrant.version,
        "profiles": list(entrant.members),
        "strategy": entrant.strategy,
        "thresholds": dict(entrant.thresholds),
        "terms": terms_json(entrant.portfolio),
    }


def scores_json(competition: Competition) -> Payload:
    """Return the scores with the sessions and what each book was worth after each; the first worth is the capital."""
    scores = scores_of(competition)
    places = {book.name: place for place, book in enumerate(competition.books)}
    return {
        "competitionId": competition.competition_id,
        "status": competition.status.value,
        "verdict": verdict(scores),
        "sessions": [day.isoformat() for day in curve_sessions(competition)],
        "scores": [
            {
                **score_json(score),
                "equity": _amounts(equity_curve(competition, places[score.name])),
            }
            for score in scores
        ],
    }


def terms_json(policy: PortfolioPolicy) -> Payload:
    """Return the costs and limits that are equal for all: shares of 1, dollars, basis points."""
    told = {_camel(name): amount(value) for name, value in asdict(policy).items()}
    return {**told, "maxRisk": amount(MAX_RISK), "fill": "next open"}


def score_json(score: Score) -> Payload:
    """Return one book's score; `llmCostUsd` sums what is priced, `unpricedRounds` counts what is not."""
    best, worst = score.range or (None, None)
    low, high = score.interval or (None, None)
    return {
        "name": score.name,
        "baseline": score.baseline,
        "rank": score.rank,
        "tied": score.tied,
        "rankBest": best,
        "rankWorst": worst,
        "provisional": score.provisional,
        "equityUsd": amount(score.equity),
        "pnlUsd": amount(score.pnl),
        "llmCostUsd": amount(score.cost),
        "unpricedRounds": score.unpriced,
        "netPnlUsd": amount(score.net_pnl),
        "netReturn": score.net_return,
        "returnLow": low,
        "returnHigh": high,
        "maxDrawdown": score.max_drawdown,
        "trades": score.trades,
        "outcomes": score.outcomes,
        "winRate": score.win_rate,
        "meanHoldSessions": score.mean_sessions,
        "refused": score.refused,
        "errors": score.errors,
        "decisions": score.decisions,
        "costPerDecisionUsd": amount(score.cost_per_decision),
        "slippageUsd": amount(score.slippage),
    }


def _amounts(curve: Sequence[object]) -> list[JsonValue]:
    return [str(worth) for worth in curve]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
