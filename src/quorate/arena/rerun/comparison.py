"""Comparison: two recorded runs side by side, symbol by symbol.

What they started from, what each profile said, which triggers fired and what was decided. Cost and time are told of
both, but they make no difference: the same answers may come cheaper or sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from quorate.arena.record import RecordedRun, RunHeader
from quorate.arena.record.answers import Payload
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import Decision, Trigger
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Vote

UNWEIGHED: Final = frozenset({"costUsd", "latencyMs"})
"""What is told and makes no difference."""

_Said: TypeAlias = dict[tuple[bool, str], Vote]


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing of both runs; None where one of them has none."""

    name: str
    a: JsonValue
    b: JsonValue

    @property
    def same(self) -> bool:
        """Return whether both have the same."""
        return self.a == self.b

    @property
    def counts(self) -> bool:
        """Return whether a difference here is one of the runs."""
        return self.name not in UNWEIGHED

    def as_json(self) -> Payload:
        """Return the pair for programs."""
        return {"name": self.name, "a": self.a, "b": self.b, "same": self.same}


@dataclass(frozen=True, slots=True)
class TriggerPair:
    """One escalation rule in both runs: its threshold is what a run starts from, whether it fired what came of it."""

    name: str
    a: Trigger | None
    b: Trigger | None

    @property
    def same(self) -> bool:
        """Return whether it fired in both, or in neither."""
        return (self.a and self.a.fired) == (self.b and self.b.fired)

    def as_json(self) -> Payload:
        """Return the pair for programs."""
        told = Pair(self.name, _trigger(self.a), _trigger(self.b)).as_json()
        return {**told, "same": self.same}


@dataclass(frozen=True, slots=True)
class VotePair:
    """What one profile said about one symbol in both runs, as a voter or on the panel."""

    profile: str
    panel: bool
    fields: tuple[Pair, ...]

    @property
    def same(self) -> bool:
        """Return whether the profile said the same."""
        return all(pair.same for pair in self.fields if pair.counts)

    def as_json(self) -> Payload:
        """Return the votes for programs."""
        return {
            "profile": self.profile,
            "panel": self.panel,
            "same": self.same,
            "fields": [pair.as_json() for pair in self.fields],
        }


@dataclass(frozen=True, slots=True)
class DecisionPair:
    """One decision in both runs; a run that made none has None in every field.

    `key` is the symbol, and whose decision it is in a competition.
    """

    key: str
    symbol: Symbol
    fields: tuple[Pair, ...]
    triggers: tuple[TriggerPair, ...]
    votes: tuple[VotePair, ...]

    @property
    def same(self) -> bool:
        """Return whether both runs decided alike, on the same grounds."""
        return (
            all(pair.same for pair in self.fields)
            and all(pair.same for pair in self.triggers)
            and all(vote.same for vote in self.votes)
        )

    def as_json(self) -> Payload:
        """Return the decisions for programs."""
        return {
            "key": self.key,
            "symbol": self.symbol,
            "same": self.same,
            "fields": [pair.as_json() for pair in self.fields],
            "triggers": [pair.as_json() for pair in self.triggers],
            "votes": [vote.as_json() for vote in self.votes],
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side: what they started from, the decisions of the first, then those of the second alone."""

    a: RecordedRun
    b: RecordedRun
    inputs: tuple[Pair, ...]
    decisions: tuple[DecisionPair, ...]

    @property
    def same(self) -> bool:
        """Return whether both started from the same and decided alike."""
        return all(pair.same for pair in self.inputs) and all(one.same for one in self.decisions)

    @property
    def ends(self) -> tuple[Pair, ...]:
        """Return what both cost, how long they took, and how they ended."""
        return (
            Pair("status", self.a.status.value, self.b.status.value),
            Pair("costUsd", _cost(self.a), _cost(self.b)),
            Pair("latencyMs", self.a.end.latency_ms, self.b.end.latency_ms),
        )

    def as_json(self) -> Payload:
        """Return the comparison for programs."""
        return {
            "a": _side(self.a),
            "b": _side(self.b),
            "same": self.same,
            "inputs": {pair.name: _unnamed(pair) for pair in self.inputs},
            "decisions": [one.as_json() for one in self.decisions],
        }


def compared(a: RecordedRun, b: RecordedRun) -> Comparison:
    """Return two runs side by side."""
    first, second = ({made.fact.key: made.fact for made in run.decisions} for run in (a, b))
    both = dict.fromkeys((*first, *second))
    pairs = (_decision(a, b, first.get(key), second.get(key)) for key in both)
    return Comparison(a, b, _inputs(a, b), tuple(each for each in pairs if each))


_INPUTS: Final[Mapping[str, Callable[[RunHeader], JsonValue]]] = {
    "asOf": lambda header: header.as_of.isoformat(),
    "book": lambda header: f"{header.book_mode} {header.book}",
    "mode": lambda header: header.mode,
    "symbols": lambda header: list(header.symbols),
    "profiles": lambda header: list(header.profiles),
    "configHash": lambda header: header.config_hash,
    "thresholds": lambda header: dict(header.thresholds),
    "bookStateHash": lambda header: header.book_state_hash,
    "learnedStateHash": lambda header: header.learned_state_hash,
    "swaps": lambda header: list(header.replay_of.swaps) if header.replay_of else [],
}


def _inputs(a: RecordedRun, b: RecordedRun) -> tuple[Pair, ...]:
    first, second = a.header.fact, b.header.fact
    return (
        Pair("snapshotHash", a.snapshot_hash, b.snapshot_hash),
        *(Pair(name, told(first), told(second)) for name, told in _INPUTS.items()),
    )


def _decision(
    a: RecordedRun, b: RecordedRun, first: Decision | None, second: Decision | None
) -> DecisionPair | None:
    made = first or second
    if made is None:
        return None
    then, now = _triggers(first), _triggers(second)
    return DecisionPair(
        key=made.key,
        symbol=made.symbol,
        fields=_pairs(_decision_facts(first), _decision_facts(second)),
        triggers=tuple(
            TriggerPair(name, then.get(name), now.get(name))
            for name in dict.fromkeys((*then, *now))
        ),
        votes=tuple(_votes(_said(a, made), _said(b, made))),
    )


def _decision_facts(made: Decision | None) -> dict[str, JsonValue]:
    sizing = made.sizing if made else None
    return {
        "finalAction": made.action.value if made else None,
        "reasonCode": made.reason if made else None,
        "confidence": made.confidence.value if made and made.confidence else None,
        "disagreement": made.disagreement if made else None,
        "escalated": made.escalated if made else None,
        "sizing": f"{sizing.kind} {sizing.value:f}" if sizing else None,
    }


def _triggers(made: Decision | None) -> dict[str, Trigger]:
    return {each.name.value: each for each in made.triggers} if made else {}


def _trigger(trigger: Trigger | None) -> Payload | None:
    if trigger is None:
        return None
    return {"value": trigger.value, "threshold": trigger.threshold, "fired": trigger.fired}


def _votes(first: _Said, second: _Said) -> Iterator[VotePair]:
    for place in dict.fromkeys((*first, *second)):
        yield VotePair(
            profile=place[1],
            panel=place[0],
            fields=_pairs(_vote_facts(first.get(place)), _vote_facts(second.get(place))),
        )


def _said(run: RecordedRun, made: Decision) -> _Said:
    """Return the votes that a decision stands on, by seat and profile: the first round before the panel."""
    votes = [
        vote.fact
        for vote in run.votes
        if vote.fact.answer.symbol == made.symbol and made.profile in (None, vote.fact.profile)
    ]
    ordered = sorted(votes, key=lambda vote: (vote.panel, vote.profile))
    return {(vote.panel, str(vote.profile)): vote for vote in ordered}


def _vote_facts(vote: Vote | None) -> dict[str, JsonValue]:
    return {
        "model": f"{vote.provider}/{vote.model}" if vote else None,
        "action": vote.answer.action.value if vote else None,
        "confidence": vote.confidence.value if vote and vote.confidence else None,
        "reasonCode": vote.answer.reason if vote else None,
        "veto": vote.answer.veto if vote else None,
        "costUsd": str(vote.cost) if vote and vote.cost is not None else None,
        "latencyMs": vote.latency_ms if vote else None,
    }


def _pairs(first: Mapping[str, JsonValue], second: Mapping[str, JsonValue]) -> tuple[Pair, ...]:
    names: Iterable[str] = dict.fromkeys((*first, *second))
    return tuple(Pair(name, first.get(name), second.get(name)) for name in names)


def _side(run: RecordedRun) -> Payload:
    replay = run.header.fact.replay_of
    return {
        "runId": run.run_id,
        "status": run.status.value,
        "requestedAt": run.requested_at,
        "asOf": run.header.fact.as_of.isoformat(),
        "replayOf": replay.run_id if replay else None,
        "costUsd": _cost(run),
        "latencyMs": run.end.latency_ms,
    }


def _cost(run: RecordedRun) -> str | None:
    return None if run.end.cost is None else str(run.end.cost)


def _unnamed(pair: Pair) -> Payload:
    return {"a": pair.a, "b": pair.b, "same": pair.same}
