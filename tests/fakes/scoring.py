"""Scores in memory: lines, boards and agreements that a test says, and a facet that remembers what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import BookName
from quorate.scoring.leaderboard import (
    Agreement,
    Bin,
    Calibration,
    Choices,
    FrontierPoint,
    HitRate,
    Leaderboard,
    LeaderboardFilter,
    Line,
    LineKind,
    Pair,
    Uplift,
    Window,
)

AS_OF = date(2013, 3, 1)
BOOK = BookName("replay-1")
RATE = HitRate(0.57, 0.54, 0.61)
"""Hits of 688 outcomes, more or less."""


def line(name: str = "trend", **changes: object) -> Line:
    """Return a ranked rule agent's line: free, and ahead."""
    plain = {
        "name": name,
        "kind": LineKind.AGENT,
        "label": name,
        "role": "technical",
        "provider": "rules",
        "model": f"{name}/1",
        "tier": "rules",
        "prompt": "",
        "retired": False,
        "n": 40,
        "of": 120,
        "hits": 23,
        "hit_rate": RATE,
        "pnl_usd": Decimal("212.40"),
        "cost_usd": Decimal(0),
        "unpriced": 0,
        "pnl_net_usd": Decimal("212.40"),
        "max_drawdown_pct": 2.9,
        "brier": 0.248,
        "mean_confidence": 0.61,
        "decisions": 200,
        "abstained": 12,
        "cost_per_decision_usd": Decimal(0),
        "cost_per_100_gained_usd": Decimal(0),
        "cost_note": "free",
        "latency_p50_ms": 0.4,
        "rank_low": 1,
        "rank_high": 2,
        "trend": (0.0, 80.0, 212.4),
        "trend_from": date(2012, 6, 29),
        "trend_to": AS_OF,
        "profit_per_decision_usd": Decimal("5.31"),
        "on_frontier": True,
    }
    return Line(**plain | changes)


def priced(name: str = "cheap_tech_analyst", **changes: object) -> Line:
    """Return a model's line: it cost something, and earned more than that."""
    cost = {
        "provider": "openrouter",
        "model": "openrouter/small",
        "tier": "cheap",
        "prompt": "technical_analyst/1",
        "cost_usd": Decimal("1.10"),
        "pnl_usd": Decimal("1973.20"),
        "pnl_net_usd": Decimal("1972.10"),
        "cost_per_decision_usd": Decimal("0.0011"),
        "cost_per_100_gained_usd": Decimal("0.0557"),
        "cost_note": "",
        "latency_p50_ms": 3900.0,
        "profit_per_decision_usd": Decimal("49.30"),
    }
    return line(name, **cost | changes)


def provisional(name: str = "wyckoff", **changes: object) -> Line:
    """Return a line with too few outcomes for a rank."""
    few = {"n": 9, "of": 24, "hits": 5, "rank_low": None, "rank_high": None, "on_frontier": False}
    return line(name, **few | {"hit_rate": HitRate(0.56, 0.27, 0.81)} | changes)


def baseline(name: str = "buy_and_hold", **changes: object) -> Line:
    """Return a pinned baseline."""
    none = {
        "kind": LineKind.BASELINE,
        "label": name.replace("_", " ").capitalize(),
        "role": "",
        "provider": "",
        "model": "",
        "tier": "",
        "n": 0,
        "of": 0,
        "hits": 0,
        "hit_rate": None,
        "brier": None,
        "mean_confidence": None,
        "rank_low": None,
        "rank_high": None,
        "latency_p50_ms": None,
        "cost_note": "",
        "cost_per_100_gained_usd": None,
        "on_frontier": False,
        "profit_per_decision_usd": None,
    }
    return line(name, **none | changes)


def calibration(**changes: object) -> Calibration:
    """Return votes that were a little too sure; ten bins, of which two hold anything."""
    filled = {
        5: (Bin(low=0.5, high=0.6, n=20, mean_confidence=0.55, hit_rate=HitRate(0.5, 0.3, 0.7))),
        8: (Bin(low=0.8, high=0.9, n=60, mean_confidence=0.84, hit_rate=HitRate(0.6, 0.47, 0.72))),
    }
    bins = tuple(
        filled.get(
            at, Bin(low=at / 10, high=(at + 1) / 10, n=0, mean_confidence=None, hit_rate=None)
        )
        for at in range(10)
    )
    plain = {
        "name": "",
        "book": BOOK,
        "as_of": AS_OF,
        "n": 80,
        "brier": 0.241,
        "ece": 0.19,
        "bins": bins,
        "curve": None,
        "outcomes": 0,
    }
    return Calibration(**plain | changes)


def point(one: Line) -> FrontierPoint:
    """Return a line's dot."""
    return FrontierPoint(
        name=one.name,
        label=one.label,
        cost_per_decision_usd=one.cost_per_decision_usd or Decimal(0),
        profit_per_decision_usd=one.profit_per_decision_usd or Decimal(0),
        on_frontier=one.on_frontier,
    )


def uplift(**changes: object) -> Uplift:
    """Return what debates added: nothing that can be told."""
    plain = {
        "what": "debate",
        "text": "decisions with the debate against the same without it",
        "n": 61,
        "unknown": 0,
        "differing": 4,
        "uplift_usd": Decimal("12.50"),
        "cost_usd": Decimal("0.42"),
        "per_dollar": 29.76,
        "low": -31.0,
        "high": 55.0,
        "verdict": "Too few decisions differ to tell.",
    }
    return Uplift(**plain | changes)


def board(*lines: Line, **changes: object) -> Leaderboard:
    """Return a board of these lines with two baselines; everybody whose cost is known is a dot."""
    plain = {
        "book": BOOK,
        "book_mode": "REPLAY",
        "wanted": LeaderboardFilter(),
        "as_of": AS_OF,
        "since": None,
        "outcomes": sum(one.n for one in lines),
        "of": sum(one.of for one in lines),
        "method": "Every BUY and SELL is held against what the market did.",
        "separable": "Nothing is separable yet.",
        "items": lines,
        "baselines": (baseline(), baseline("no_trade", trend=(), pnl_net_usd=Decimal(0))),
        "frontier": tuple(
            point(one) for one in lines if one.n and one.cost_per_decision_usd is not None
        ),
        "uplift": (uplift(),),
        "calibration": calibration(),
        "choices": Choices(
            books=(BOOK,),
            markets=("AAPL", "GOOG"),
            strategies=("default",),
            roles=("technical",),
        ),
    }
    return Leaderboard(**plain | changes)


def nothing(**changes: object) -> Leaderboard:
    """Return the board of a book in which nothing was resolved."""
    empty = {
        "as_of": None,
        "baselines": (),
        "uplift": (),
        "calibration": calibration(n=0, brier=None, ece=None, bins=()),
        "choices": Choices(books=(BOOK,), markets=(), strategies=(), roles=()),
    }
    return board(**empty | changes)


def agreement(**changes: object) -> Agreement:
    """Return three agents, two of them nearly the same, the third of whom met one alone."""
    plain = {
        "book": BOOK,
        "as_of": AS_OF,
        "window": Window.ALL,
        "since": None,
        "names": ("trend", "momentum", "wyckoff"),
        "labels": ("Trend", "Momentum", "Wyckoff"),
        "pairs": (
            Pair(one="trend", other="momentum", n=120, alike=0.84, kappa=0.61),
            Pair(one="trend", other="wyckoff", n=24, alike=0.33, kappa=None),
            Pair(one="momentum", other="wyckoff", n=0, alike=None, kappa=None),
        ),
    }
    return Agreement(**plain | changes)


@dataclass
class FakeScoring:
    """The scores of one book, whatever is asked; `failure` is raised instead."""

    shown: Leaderboard = field(default_factory=nothing)
    agreed: Agreement = field(default_factory=lambda: agreement(names=(), labels=(), pairs=()))
    asked: list[LeaderboardFilter] = field(default_factory=list)
    failure: QuorateError | None = None

    async def leaderboard(self, wanted: LeaderboardFilter) -> Leaderboard:
        """Return the board, under the filter that was asked for."""
        self._note(wanted)
        return replace(self.shown, book=wanted.book or self.shown.book, wanted=wanted)

    async def agreement(self, wanted: LeaderboardFilter) -> Agreement:
        """Return who agrees with whom."""
        self._note(wanted)
        return self.agreed

    async def calibration(self, agent: str, book: BookName | None = None) -> Calibration:
        """Return the same curve for everybody, under their name."""
        found = self.shown.calibration
        return replace(found, name=agent, book=book or found.book)

    def _note(self, wanted: LeaderboardFilter) -> None:
        self.asked.append(wanted)
        if self.failure is not None:
            raise self.failure
