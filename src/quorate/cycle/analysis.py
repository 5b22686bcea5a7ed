"""What the analysis step says, and what later steps read of it: decisions, regimes and falls. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from quorate.arena.record import RecordedRun
from quorate.arena.record.decisions import decision_hash, decision_payload, read_decision
from quorate.arena.record.facts import Facts
from quorate.cycle.record import RecordedCycle
from quorate.kernel.action import FinalAction
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import Decision
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.stamps import moment_of, stamp
from quorate.kernel.step_message import StepName
from quorate.market.session_hours import close_of
from quorate.portfolio.book import BookMode
from quorate.risk.situation import DecisionFacts

DOWNTREND: Final = Decimal("-0.05")
"""A fall beyond this is bearish and pauses new risk. Source: R-022, DESIGN 8 (L2)."""

BEARISH: Final = "bearish"
MIXED: Final = "mixed"
"""The word for all symbols together where they differ and none is bearish."""

ACTING: Final = frozenset({FinalAction.BUY, FinalAction.SELL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What the first step said: the session, and each symbol's last two closes in USD."""

    as_of: date
    snapshot_hash: str
    closes: Mapping[Symbol, tuple[Decimal, Decimal]]

    @property
    def fell(self) -> frozenset[Symbol]:
        """Return the symbols that lost more than 5 % from one close to the next."""
        return frozenset(
            symbol
            for symbol, (close, before) in self.closes.items()
            if close / before - 1 < DOWNTREND
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """A decision of the cycle's run, the hash of all of it, and whether a risk manager objected to it."""

    decision: Decision
    hash: str
    vetoed: bool

    def facts(self, age: timedelta) -> DecisionFacts:
        """Return what the checks ask of the decision, so old."""
        made = self.decision
        return DecisionFacts(
            decision_id=made.decision_id,
            hash=self.hash,
            acts=made.action in ACTING,
            age_s=Decimal(str(age.total_seconds())),
            confidence=None if made.confidence is None else Decimal(repr(made.confidence.value)),
            escalated=made.escalated,
            vetoed=self.vetoed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What the second step said; `regimes` has a word for each symbol that was fetched."""

    run_id: RunId
    decided_at: datetime
    decisions: tuple[Analysed, ...]
    regimes: Mapping[Symbol, str]

    @property
    def bearish(self) -> frozenset[Symbol]:
        """Return the symbols whose regime is bearish, those that fell included."""
        return frozenset(symbol for symbol, word in self.regimes.items() if word == BEARISH)

    def of(self, action: FinalAction) -> list[Analysed]:
        """Return the decisions for an action, in the order of the request."""
        return [each for each in self.decisions if each.decision.action is action]


def fetch_of(cycle: RecordedCycle) -> Fetch:
    """Return what the cycle's first step said."""
    told = cycle.told(StepName.DATA_FETCHING)
    symbols = told.part("symbols") or Facts({})
    closes = {}
    for symbol in symbols.tree:
        one = symbols.part(symbol) or Facts({})
        closes[Symbol(symbol)] = (
            one.value("close", Decimal),
            one.value("previousClose", Decimal),
        )
    return Fetch(
        as_of=told.value("asOf", date.fromisoformat),
        snapshot_hash=told.text("snapshotHash"),
        closes=closes,
    )


def analysis_of(cycle: RecordedCycle) -> Analysis:
    """Return what the cycle's second step said."""
    told = cycle.told(StepName.MARKET_ANALYSIS)
    analysis = told.part("analysis") or Facts({})
    regime = told.part("regime") or Facts({})
    words = regime.part("symbols") or Facts({})
    return Analysis(
        run_id=RunId(analysis.text("runId")),
        decided_at=analysis.value("decidedAt", moment_of),
        decisions=tuple(_read(each) for each in analysis.items("decisions")),
        regimes={Symbol(symbol): words.text(symbol) for symbol in words.tree},
    )


def analysis_data(run: RecordedRun, fetch: Fetch) -> dict[str, JsonValue]:
    """Return the data of the analysis step: what the arena decided, and the regimes with every fall as bearish.

    A symbol that fell by more than 5 % is bearish here whatever the arena calls its regime. Source: R-022.
    """
    regimes = {symbol: _regime(run, symbol, fetch.fell) for symbol in fetch.closes}
    return {
        "analysis": {
            "runId": run.run_id,
            "decidedAt": stamp(_decided_at(run, fetch)),
            "decisions": [_told(run, made.fact) for made in run.decisions],
        },
        "regime": {
            "overall": _overall(regimes),
            "symbols": {str(symbol): word for symbol, word in regimes.items()},
        },
        "downtrend_detected": bool(fetch.fell),
    }


def _decided_at(run: RecordedRun, fetch: Fetch) -> datetime:
    """Return when the run decided, on its book's clock: at the close of a REPLAY session, else when it ended."""
    if run.header.fact.book_mode == BookMode.REPLAY:
        return close_of(fetch.as_of)
    return moment_of(run.requested_at) + timedelta(milliseconds=run.end.latency_ms or 0.0)


def _regime(run: RecordedRun, symbol: Symbol, fell: frozenset[Symbol]) -> str:
    if symbol in fell:
        return BEARISH
    seen = run.evidence.get(symbol)
    return seen.fact.regime if seen else "unknown"


def _overall(regimes: Mapping[Symbol, str]) -> str:
    words = set(regimes.values())
    if BEARISH in words:
        return BEARISH
    return words.pop() if len(words) == 1 else MIXED


def _told(run: RecordedRun, decision: Decision) -> dict[str, JsonValue]:
    vetoed = any(
        vote.fact.answer.veto for vote in run.votes if vote.fact.answer.symbol == decision.symbol
    )
    return {**decision_payload(decision), "vetoed": vetoed, "hash": decision_hash(decision)}


def _read(told: Facts) -> Analysed:
    return Analysed(
        decision=read_decision(told), hash=told.text("hash"), vetoed=told.flag("vetoed")
    )
