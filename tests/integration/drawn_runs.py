"""Runs as hypothesis draws them: what was asked, said and decided, and the events that tell it to the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from quorate.arena.record import RunFilter, RunView
from quorate.kernel.action import DecisionReason, FinalAction
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.journal import Event
from tests.integration.facts import TRACE

SYMBOLS = tuple(map(Symbol, ("AAPL", "AA", "BRK.B", "IBM")))
PROFILES = tuple(map(ProfileName, ("trend", "trend_2", "wyckoff")))
DAYS = tuple(date(2012, 6, 28) + timedelta(days=n) for n in range(4))
COSTS = (None, "0", "0.0187", "1.25")


@dataclass(frozen=True)
class DrawnVote:
    """What a profile said; one without a vote may say something too."""

    profile: ProfileName
    voter: bool
    action: str
    cost: str | None


@dataclass(frozen=True)
class DrawnDecision:
    symbol: Symbol
    action: FinalAction
    reason: str
    triggers: tuple[TriggerName, ...]
    votes: tuple[DrawnVote, ...]

    @property
    def camps(self) -> Counter[str]:
        """Return how many valid votes each action has."""
        return Counter(
            vote.action for vote in self.votes if vote.voter and vote.action != "ABSTAIN"
        )


@dataclass(frozen=True)
class DrawnRun:
    """A run; `status` "" is one that has not ended, and one without decisions did not come so far."""

    symbols: tuple[Symbol, ...]
    profiles: tuple[ProfileName, ...]
    as_of: date
    status: str
    cost: str | None
    decisions: tuple[DrawnDecision, ...]
    seconds: int

    @property
    def escalated(self) -> bool:
        """Return whether the list calls it escalated: only a run that completed says so."""
        return self.status == "completed" and any(made.triggers for made in self.decisions)

    @property
    def view(self) -> RunView:
        """Return the one view that it is in beside ALL."""
        actions = {made.action for made in self.decisions}
        match self.status:
            case "":
                return RunView.RUNNING
            case "completed" if actions & {FinalAction.BUY, FinalAction.SELL}:
                return RunView.TRADED
            case "completed" if FinalAction.HOLD in actions:
                return RunView.HELD
            case "completed":
                return RunView.NO_TRADE
            case _:
                return RunView.FAILED

    def beginning(self, run_id: str) -> Event:
        """Return the fact that it was asked for."""
        return _event(
            run_id,
            "run.requested",
            {
                "runId": run_id,
                "taskId": f"tsk_of_{run_id}",
                "book": "replay",
                "mode": "debate",
                "symbols": list(self.symbols),
                "asOf": self.as_of.isoformat(),
                "configHash": "c0",
                "triggeredBy": "manual",
                "profiles": [{"name": name} for name in self.profiles],
            },
        )

    def rest(self, run_id: str) -> list[Event]:
        """Return all that came of it."""
        return [*self._conclusions(run_id), *self._end(run_id)]

    def _conclusions(self, run_id: str) -> Iterator[Event]:
        for made in self.decisions:
            for vote in made.votes:
                yield _event(run_id, "vote.cast", _vote(made.symbol, vote))
        for made in self.decisions:
            yield _event(run_id, "decision.made", _decision(run_id, made))

    def _end(self, run_id: str) -> Iterator[Event]:
        if self.status == "completed":
            payload: dict[str, JsonValue] = {
                "finalActions": {made.symbol: made.action.value for made in self.decisions},
                "costUsd": self.cost,
                "escalated": self.escalated,
            }
            yield _event(run_id, "run.completed", payload)
        elif self.status:
            yield _event(run_id, f"run.{self.status}", {"reason": "drawn", "detail": ""})


def _vote(symbol: Symbol, vote: DrawnVote) -> dict[str, JsonValue]:
    return {
        "symbol": symbol,
        "profile": vote.profile,
        "role": "trend",
        "provider": "rules",
        "model": "trend/1",
        "action": vote.action,
        "reasonCode": None,
        "confidence": None,
        "costUsd": vote.cost,
        "voter": vote.voter,
    }


def _decision(run_id: str, made: DrawnDecision) -> dict[str, JsonValue]:
    triggers = [
        {"name": name.value, "fired": name in made.triggers, "threshold": "0", "value": None}
        for name in TriggerName
    ]
    return {
        "decisionId": f"dec_{run_id}_{made.symbol}",
        "symbol": made.symbol,
        "finalAction": made.action.value,
        "reasonCode": made.reason,
        "confidence": "0.75",
        "disagreement": None,
        "regime": "bullish",
        "wyckoffPhase": "markup",
        "escalated": bool(made.triggers),
        "triggers": triggers,
    }


def _event(run_id: str, kind: str, payload: dict[str, JsonValue]) -> Event:
    return Event(stream=f"run:{run_id}", type=kind, payload=payload, trace_id=TRACE)


def matches(run: DrawnRun, wanted: RunFilter) -> bool:
    """Return whether a list under the filter shows the run, as the filter's docstring says."""
    checks = (
        wanted.view in {RunView.ALL, run.view},
        wanted.symbol is None or wanted.symbol in run.symbols,
        wanted.trigger is None or _has_fired(run, wanted),
        wanted.escalated is None or wanted.escalated == run.escalated,
        wanted.profile is None or wanted.profile in run.profiles,
        wanted.as_of_from is None or wanted.as_of_from <= run.as_of,
        wanted.as_of_to is None or run.as_of <= wanted.as_of_to,
    )
    return all(checks)


def _has_fired(run: DrawnRun, wanted: RunFilter) -> bool:
    return any(
        wanted.trigger in made.triggers
        for made in run.decisions
        if wanted.symbol in {None, made.symbol}
    )


@st.composite
def drawn_runs(draw: st.DrawFn) -> DrawnRun:
    symbols = draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=3, unique=True))
    profiles = draw(st.lists(st.sampled_from(PROFILES), min_size=1, unique=True))
    status = draw(st.sampled_from(["completed", "completed", "failed", "cancelled", ""]))
    decides = status == "completed" or draw(st.booleans())
    return DrawnRun(
        symbols=tuple(symbols),
        profiles=tuple(profiles),
        as_of=draw(st.sampled_from(DAYS)),
        status=status,
        cost=draw(st.sampled_from(COSTS)),
        decisions=tuple(draw(_decisions(symbol, profiles)) for symbol in symbols if decides),
        seconds=draw(st.integers(0, 5)),
    )


@st.composite
def _decisions(draw: st.DrawFn, symbol: Symbol, profiles: list[ProfileName]) -> DrawnDecision:
    triggers = draw(st.sets(st.sampled_from(TriggerName)))
    votes = (
        DrawnVote(
            profile=profile,
            voter=draw(st.booleans()),
            action=draw(st.sampled_from(["BUY", "SELL", "HOLD", "ABSTAIN"])),
            cost=draw(st.sampled_from(COSTS)),
        )
        for profile in profiles
    )
    return DrawnDecision(
        symbol=symbol,
        action=draw(st.sampled_from(FinalAction)),
        reason=draw(st.sampled_from(DecisionReason)).value,
        triggers=tuple(name for name in TriggerName if name in triggers),
        votes=tuple(votes),
    )


FILTERS = st.builds(
    RunFilter,
    view=st.sampled_from(RunView),
    symbol=st.none() | st.sampled_from((*SYMBOLS, Symbol("A"), Symbol("aapl"))),
    trigger=st.none() | st.sampled_from(TriggerName),
    escalated=st.none() | st.booleans(),
    profile=st.none() | st.sampled_from((*PROFILES, ProfileName("tren"))),
    as_of_from=st.none() | st.sampled_from(DAYS),
    as_of_to=st.none() | st.sampled_from(DAYS),
)
