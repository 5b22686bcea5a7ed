"""Who said what: the votes on one symbol in their seats, each with how far it is believed and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.agents.profile import ADVOCATES, RULES
from quorate.arena.confidence_chain import discounts
from quorate.arena.consensus import reach_consensus
from quorate.arena.record.details import RunDetails
from quorate.arena.record.facts import Cited, Facts
from quorate.arena.record.header import RunEvent
from quorate.arena.record.phrases import compared, count, enumeration, spaced
from quorate.arena.record.turns import Turn
from quorate.hub.pages.runs.stages import stage_words
from quorate.hub.pages.wording import milliseconds
from quorate.kernel.action import Action
from quorate.kernel.calibration import UNKNOWN_SKILL
from quorate.kernel.journal import JournalEntry
from quorate.kernel.vote import Answer, SizingKind, StepKind, Vote
from quorate.llm import Tier
from quorate.llm.call import Purpose
from quorate.llm.call_listing import CallLine

BAR_COLOUR: Final = {Action.BUY: 4, Action.SELL: 6, Action.HOLD: 0, Action.ABSTAIN: 0}
"""The hub's chart colours: green, red, grey."""

NO_TOKENS: Final[Mapping[tuple[str, bool], int]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A profile as it stood when the run was requested."""

    tier: str
    mode: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One link of the confidence chain in a tag; `lowered` where it took something away."""

    text: str
    reason: str
    lowered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCard:
    """One agent on one symbol. `raw` is None where nothing was discounted, `fallback` empty where none answered.

    `tokens` is empty where no model was called.
    """

    vote: Vote
    seq: int
    name: str
    tier: str
    tone: str
    description: str
    confidence: float | None
    raw: float | None
    colour: int
    steps: tuple[Step, ...]
    wishes: tuple[str, ...]
    took: str
    tokens: str = ""
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentCard:
    """What one speaker said on one symbol in a round of the debate; `said` is empty where it abstained."""

    name: str
    role: str
    tone: str
    stage: str
    said: str
    turn: Turn
    answer: Answer
    took: str
    tokens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """The votes on one symbol by what they count for."""

    valid: tuple[AgentCard, ...]
    abstained: tuple[AgentCard, ...]
    sizers: tuple[AgentCard, ...]
    panel: tuple[AgentCard, ...]

    @property
    def all(self) -> tuple[AgentCard, ...]:
        """Return every card, in the order of the page."""
        return (*self.valid, *self.abstained, *self.sizers, *self.panel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Camp:
    """A part of the vote bar."""

    action: Action
    votes: int


def seats_taken(entries: Iterable[JournalEntry]) -> Mapping[str, Seat]:
    """Return the run's profiles as its first row recorded them, those that speak on a trigger included."""
    requested = (Facts(entry.facts) for entry in entries if entry.type == RunEvent.REQUESTED)
    return {
        profile.text("name"): Seat(
            tier=profile.text("tier"),
            mode=profile.text("mode"),
            description=profile.text("description"),
        )
        for facts in requested
        for profile in _profiles(facts)
    }


def _profiles(requested: Facts) -> Iterable[Facts]:
    seats = requested.part("seats")
    speaking = (*seats.items("speakers"), *seats.items("panel")) if seats else ()
    return (*requested.items("profiles"), *speaking)


def seated(
    votes: Sequence[Cited[Vote]],
    seats: Mapping[str, Seat],
    tokens: Mapping[tuple[str, bool], int] = NO_TOKENS,
) -> Seats:
    """Return the votes as cards, each in its group; `tokens` are by profile and whether it sat on the panel."""
    groups = defaultdict(list)
    for cited in votes:
        vote = cited.fact
        spent = tokens.get((vote.profile, vote.panel))
        groups[_group(vote)].append(_card(cited, seats.get(vote.profile), spent))
    return Seats(
        valid=tuple(groups["valid"]),
        abstained=tuple(groups["abstained"]),
        sizers=tuple(groups["sizers"]),
        panel=tuple(groups["panel"]),
    )


def tokens_spent(details: RunDetails) -> Mapping[tuple[str, bool], int]:
    """Return the tokens of the first round and of the panel, by profile and whether it is the panel's."""
    return {
        (turn.profile, turn.purpose is Purpose.PANEL): tokens_of(turn, details.calls)
        for turn in details.turns
        if turn.purpose is not Purpose.ARGUE and turn.exchanges
    }


def tokens_of(turn: Turn, calls: Iterable[CallLine]) -> int:
    """Return the tokens of every call of a turn, in and out, as far as they were told."""
    ids = {exchange.logical_id for exchange in turn.exchanges}
    mine = [call for call in calls if call.logical_id in ids]
    return sum((call.prompt_tokens or 0) + (call.completion_tokens or 0) for call in mine)


def arguments_on(details: RunDetails, symbol: str) -> tuple[ArgumentCard, ...]:
    """Return what was argued on `symbol`, round by round."""
    argued = [turn for turn in details.turns if turn.purpose is Purpose.ARGUE]
    ordered = sorted(argued, key=lambda turn: turn.round)
    found = ((turn, turn.answer_on(symbol)) for turn in ordered)
    return tuple(_argument(turn, answer, details) for turn, answer in found if answer)


def _argument(turn: Turn, answer: Answer, details: RunDetails) -> ArgumentCard:
    advocate = turn.role in ADVOCATES
    verb = "argues" if advocate else "says"
    return ArgumentCard(
        name=spaced(turn.profile).capitalize(),
        role="advocate" if advocate else "analyst",
        tone="teal" if advocate else "",
        stage=stage_words(turn),
        said="" if answer.action is Action.ABSTAIN else f"{verb} {answer.action}",
        turn=turn,
        answer=answer,
        took=milliseconds(turn.latency_ms),
        tokens=_tokens(tokens_of(turn, details.calls)),
    )


def _tokens(spent: int | None) -> str:
    return f"{spent:,} tok" if spent else ""


def camps(votes: Iterable[Vote]) -> tuple[Camp, ...]:
    """Return the parts of the vote bar, BUY, SELL, HOLD; only valid votes count."""
    counts = Counter(vote.answer.action for vote in votes if vote.is_valid)
    order = (Action.BUY, Action.SELL, Action.HOLD)
    return tuple(Camp(action=action, votes=counts[action]) for action in order if counts[action])


def dissent_words(votes: Iterable[Vote], limit: float | None) -> str:
    """Return how the disagreement comes about, in a sentence beside its limit."""
    consensus = reach_consensus(votes)
    if consensus is None:
        return "No voter had a view, so there is nothing to count."
    value, voters = consensus.disagreement, consensus.voters
    formula = f"Disagreement = 1 \N{MINUS SIGN} {len(consensus.supporters)}/{voters}"
    if limit is None:
        return f"{formula} = {value:.2f}."
    seen, limited = compared(value, limit)
    relation = "above" if value > limit else "within"
    return f"{formula} = {seen}, {relation} the {limited} limit."


def left_out_words(seats: Seats) -> str:
    """Return who is not in the vote bar, and why."""
    parts = (
        "abstentions" if seats.abstained else "",
        "the agent that only sizes" if seats.sizers else "",
        "the panel" if seats.panel else "",
    )
    named = [part for part in parts if part]
    if not named:
        return ""
    verb = "is" if len(named) == 1 and named[0].startswith("the ") else "are"
    return f"{enumeration(named).capitalize()} {verb} not in this bar."


def price_words(seats: Seats) -> str:
    """Return whether anybody who costs something was asked."""
    asked = len(seats.all)
    if asked and all(card.tier == "rules" for card in seats.all):
        return f"{count(asked, 'keyless agent')}"
    return ""


def _group(vote: Vote) -> str:
    if vote.panel:
        return "panel"
    if vote.is_valid:
        return "valid"
    return "abstained" if vote.voter else "sizers"


def _card(cited: Cited[Vote], seat: Seat | None, tokens: int | None) -> AgentCard:
    vote = cited.fact
    confidence = vote.confidence.value if vote.confidence else None
    lowered = discounts(vote.steps)
    tier = "rules" if vote.provider == RULES else seat.tier if seat else ""
    degraded = any(step.kind is StepKind.FALLBACK for step in lowered)
    return AgentCard(
        vote=vote,
        seq=cited.seq,
        name=spaced(vote.profile).capitalize(),
        tier=tier,
        tone="power" if vote.panel or tier == Tier.POWER else "",
        description=seat.description if seat else "",
        confidence=confidence,
        raw=vote.steps[0].value if lowered else None,
        colour=BAR_COLOUR[vote.answer.action],
        steps=_steps(vote),
        wishes=_wishes(vote),
        took=milliseconds(vote.latency_ms),
        tokens=_tokens(tokens),
        fallback=f"fallback, was {vote.steps[0].value:.2f}" if degraded else "",
    )


def _steps(vote: Vote) -> tuple[Step, ...]:
    if not vote.steps:
        return ()
    lowered = discounts(vote.steps)
    first, last = vote.steps[0], vote.steps[-1]
    restated = [
        step
        for step in vote.steps
        if step.kind is StepKind.CALIBRATED and step.value != first.value
    ]
    return (
        Step(text=f"raw {first.value:.2f}", reason=first.reason),
        *(Step(text=f"calibrated {step.value:.2f}", reason=step.reason) for step in restated),
        *(
            Step(
                text=f"{spaced(step.kind)} \N{MULTIPLICATION SIGN}{step.factor:g}",
                reason=step.reason,
                lowered=True,
            )
            for step in lowered
        ),
        *(() if lowered else (Step(text="no discount", reason=_undiscounted(vote)),)),
        Step(text=f"final {last.value:.2f}", reason="what counts in the consensus"),
        *(_weight(vote) if vote.skill_weight != UNKNOWN_SKILL else ()),
    )


def _weight(vote: Vote) -> tuple[Step]:
    reason = "what it weighs there, by how often it was right; 1 is a coin's"
    return (Step(text=f"weighs {vote.skill_weight:.2f}", reason=reason),)


def _undiscounted(vote: Vote) -> str:
    return "; ".join(step.reason for step in vote.steps[1:])


def _wishes(vote: Vote) -> tuple[str, ...]:
    """Return what the answer asks for beside its action."""
    answer = vote.answer
    sizing = answer.sizing
    size = ""
    if sizing is not None:
        is_share = sizing.kind is SizingKind.PCT_EQUITY
        size = f"cap {float(100 * sizing.value):g} % of equity" if is_share else f"{sizing.value:f}"
    return tuple(
        wish
        for wish in (
            size,
            f"stop {answer.stop:f}" if answer.stop is not None else "",
            f"target {answer.target:f}" if answer.target is not None else "",
        )
        if wish
    )
