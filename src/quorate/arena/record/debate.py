"""A debate read back: who said what on a symbol in which round, who changed their mind, and what the panel said.

A debate session is a run in which a dispute was heard: somebody argued, or the panel was asked. Source: R-084, R-116.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from quorate.agents.profile import ADVOCATES, Role
from quorate.arena.consensus import Consensus
from quorate.arena.panel import panel_consensus
from quorate.arena.record.details import RunDetails
from quorate.arena.record.facts import Cited
from quorate.arena.record.run import RecordedRun
from quorate.arena.record.turns import Turn
from quorate.arena.record.why import Case
from quorate.kernel.action import Action
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd
from quorate.kernel.vote import Vote
from quorate.llm.call import Purpose

VOTES: Final = 0
"""The number of the round in which the votes were cast."""


class Part(StrEnum):
    """What a participant is there for: a voter's vote counts, an advocate argues an assigned side."""

    VOTER = "voter"
    ADVOCATE = "advocate"
    OBSERVER = "observer"
    """It spoke in the first round and has no vote."""


class Stance(StrEnum):
    """A view in the words of the seeds. Source: R-070 (facts)."""

    BULLISH = "bullish"
    BEARISH = "bearish"
    NEUTRAL = "neutral"
    ABSTAIN = "abstain"


STANCES: Final[Mapping[Action, Stance]] = {
    Action.BUY: Stance.BULLISH,
    Action.SELL: Stance.BEARISH,
    Action.HOLD: Stance.NEUTRAL,
    Action.ABSTAIN: Stance.ABSTAIN,
}

_ORDER: Final = (
    Role.TECHNICAL_ANALYST,
    Role.FUNDAMENTAL_ANALYST,
    Role.RISK_MANAGER,
    *(Role.TREND, Role.MOMENTUM, Role.MEAN_REVERSION, Role.WYCKOFF),
    *(Role.BULL, Role.BEAR),
)
"""How the columns stand: analysts, keyless agents, advocates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who voted or argued."""

    profile: str
    role: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one participant said in one round, and the row that says so; the confidence is what counted then.

    `changed_from` is the action it stood for when it last spoke with a view, where this one is another.
    """

    profile: str
    action: Action
    confidence: float | None
    rationale: str
    reason: str
    key_signals: tuple[str, ...]
    veto: bool
    model: str
    cost: Usd | None
    latency_ms: float
    seq: int
    changed_from: Action | None = None

    @property
    def stance(self) -> Stance:
        """Return the view in the words of the seeds."""
        return STANCES[self.action]


@dataclass(frozen=True, slots=True)
class DebateRound:
    """Round `number` (VOTES: the votes, which alone count) with its statements, by profile."""

    number: int
    statements: Mapping[str, Statement]


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolDebate:
    """The hearing of one symbol; `panel` is the panel's consensus, None where none of it gave a valid answer.

    `case` is None until the symbol is decided: then the answers of the first round stand for the votes to come.
    """

    symbol: Symbol
    case: Case | None
    participants: tuple[Participant, ...]
    rounds: tuple[DebateRound, ...]
    judges: tuple[Cited[Vote], ...]
    panel: Consensus | None

    @property
    def changes(self) -> tuple[tuple[int, Statement], ...]:
        """Return every change of mind with its round."""
        return tuple(
            (each.number, said)
            for each in self.rounds
            for said in each.statements.values()
            if said.changed_from is not None
        )

    @property
    def siding(self) -> tuple[Cited[Vote], ...]:
        """Return the valid votes of the first round that want what the panel wants: nobody decides alone."""
        if self.panel is None or self.case is None:
            return ()
        wanted = self.panel.action
        return tuple(vote for vote in self.case.valid if vote.fact.answer.action is wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebateSession:
    """A run with what was heard in it; `symbols` are the disputes in the order of the run."""

    run: RecordedRun
    symbols: tuple[SymbolDebate, ...]

    @property
    def rounds(self) -> int:
        """Return how many rounds of arguments there were."""
        return max((each.number for one in self.symbols for each in one.rounds), default=0)


def read_debate(details: RunDetails) -> DebateSession:
    """Return what was heard in a run; without a dispute that anybody heard, a session without symbols."""
    run, turns = details.run, details.turns
    made = {each.fact.symbol: run.case_of(each) for each in run.decisions}
    found = (_debate(symbol, made.get(symbol), turns) for symbol in run.header.fact.symbols)
    return DebateSession(run=run, symbols=tuple(one for one in found if one is not None))


def _debate(symbol: Symbol, case: Case | None, turns: Sequence[Turn]) -> SymbolDebate | None:
    """Return the hearing of a symbol, None where nobody argued about it and no panel was asked."""
    judges = tuple(vote for vote in case.votes if vote.fact.panel) if case else ()
    said = [turn for turn in turns if turn.answer_on(symbol)]
    argued = [turn for turn in said if turn.purpose is Purpose.ARGUE]
    if not argued and not judges:
        return None
    first = [turn for turn in said if turn.purpose is Purpose.ANSWER]
    votes = [vote for vote in case.votes if not vote.fact.panel] if case else []
    opening = _votes(votes) if case else _spoken(first, symbol, VOTES)
    return SymbolDebate(
        symbol=symbol,
        case=case,
        participants=_participants(votes, [*first, *argued]),
        rounds=_with_changes([opening, *_arguments(argued, symbol)]),
        judges=judges,
        panel=panel_consensus(vote.fact for vote in judges),
    )


def _participants(votes: Iterable[Cited[Vote]], turns: Iterable[Turn]) -> tuple[Participant, ...]:
    found: dict[str, Participant] = {}
    for vote in (cited.fact for cited in votes):
        part = Part.VOTER if vote.voter else Part.OBSERVER
        found[vote.profile] = Participant(profile=vote.profile, role=vote.role, part=part)
    for turn in turns:
        part = Part.ADVOCATE if turn.role in ADVOCATES else Part.OBSERVER
        one = Participant(profile=turn.profile, role=turn.role, part=part)
        found.setdefault(turn.profile, one)
    return tuple(sorted(found.values(), key=lambda one: (_place(one.role), one.profile)))


def _place(role: str) -> int:
    return next((n for n, one in enumerate(_ORDER) if one == role), len(_ORDER))


def _votes(votes: Iterable[Cited[Vote]]) -> DebateRound:
    return DebateRound(VOTES, {vote.fact.profile: _voted(vote) for vote in votes})


def _voted(cited: Cited[Vote]) -> Statement:
    vote = cited.fact
    return Statement(
        profile=vote.profile,
        action=vote.answer.action,
        confidence=vote.confidence.value if vote.confidence else None,
        rationale=vote.answer.rationale,
        reason=vote.answer.reason or "",
        key_signals=vote.answer.key_signals,
        veto=vote.answer.veto,
        model=vote.model,
        cost=vote.cost,
        latency_ms=vote.latency_ms,
        seq=cited.seq,
    )


def _arguments(argued: Sequence[Turn], symbol: Symbol) -> Iterable[DebateRound]:
    for number in sorted({turn.round for turn in argued}):
        yield _spoken([turn for turn in argued if turn.round == number], symbol, number)


def _spoken(turns: Iterable[Turn], symbol: Symbol, number: int) -> DebateRound:
    return DebateRound(number, {turn.profile: _argued(turn, symbol) for turn in turns})


def _argued(turn: Turn, symbol: Symbol) -> Statement:
    answer = next(each for each in turn.answers if each.symbol == symbol)
    return Statement(
        profile=turn.profile,
        action=answer.action,
        confidence=answer.confidence.value if answer.confidence else None,
        rationale=answer.rationale,
        reason=answer.reason or "",
        key_signals=answer.key_signals,
        veto=answer.veto,
        model=turn.model,
        cost=turn.cost,
        latency_ms=turn.latency_ms,
        seq=turn.seq,
    )


def _with_changes(rounds: Iterable[DebateRound]) -> tuple[DebateRound, ...]:
    """Return the rounds with every change of mind marked; an abstention is no view, so nobody changes to or from it."""
    held: dict[str, Action] = {}
    marked = []
    for each in rounds:
        statements = {}
        for profile, said in each.statements.items():
            before = held.get(profile)
            views = said.action is not Action.ABSTAIN
            moved = before if views and before not in {None, said.action} else None
            statements[profile] = replace(said, changed_from=moved)
            held |= {profile: said.action} if views else {}
        marked.append(DebateRound(each.number, statements))
    return tuple(marked)
