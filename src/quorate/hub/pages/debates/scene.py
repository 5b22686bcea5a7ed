"""A debate as its page shows it: columns of speakers, rows of rounds, and the figures above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

from quorate.agents.profile import RULES
from quorate.arena.record.costs import cost_parts, known_cost
from quorate.arena.record.debate import (
    VOTES,
    DebateRound,
    DebateSession,
    Part,
    Participant,
    Statement,
    SymbolDebate,
)
from quorate.arena.record.details import RunDetails
from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.arena.record.run import RecordedRun
from quorate.hub.pages.debates.timeline import Timeline, free_speakers, timeline
from quorate.hub.pages.runs.checks import panel_words
from quorate.hub.pages.runs.debated import session_href
from quorate.hub.pages.runs.escalation import Escalation, escalation_of
from quorate.hub.pages.runs.summary import Place, Tab, log_href
from quorate.hub.pages.wording import UNPRICED, milliseconds, money
from quorate.kernel.action import Action
from quorate.kernel.decision import Decision
from quorate.kernel.money import Usd
from quorate.llm.call import Purpose

PARTS = {
    Part.VOTER: ("voter", "brand"),
    Part.ADVOCATE: ("advocate", "teal"),
    Part.OBSERVER: ("no vote", ""),
}
"""What stands beside a name, and its colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A speaker's column; `model` is who answered for it last."""

    name: str
    part: str
    tone: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a speaker said in a round; `statement` is None where it said nothing, and `silence` says why."""

    name: str
    statement: Statement | None
    argues: str
    changed: str
    foot: str
    silence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A round with a cell for each column; `others` are the votes of who has no column of its own."""

    label: str
    note: str
    cells: tuple[Cell, ...]
    others: tuple[tuple[str, Statement], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What stands above the transcript; shares are of the known cost, in [0, 1]."""

    votes: str
    actions: str
    disagreement: str
    moved: int
    analysts: int
    moved_words: str
    cost: str
    debate_cost: str
    panel_cost: str
    shares: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of mind with what was said to it."""

    name: str
    text: str
    rationale: str
    href: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What some calls cost: what is known, and how many nobody knows the price of."""

    known: Usd
    unpriced: int

    @property
    def words(self) -> str:
        """Return the cost as it is shown; what is unpriced is never part of the sum."""
        more = f" + {self.unpriced} {UNPRICED}" if self.unpriced else ""
        return f"{money(self.known)}{more}"


class DebateContext(TypedDict):
    """What the templates name."""

    run: RecordedRun
    debate: SymbolDebate
    decision: Decision | None
    intro: str
    switches: Sequence[tuple[str, str, bool]]
    run_href: str
    prompts_href: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    has_others: bool
    figures: Figures
    timeline: Timeline | None
    changes: Sequence[Change]
    escalation: Escalation | None
    panel: str
    panel_calls: str
    without: str
    log_of: Callable[[int], str]
    refresh: str


def debate_context(
    details: RunDetails, session: DebateSession, debate: SymbolDebate
) -> DebateContext:
    """Return what the page of one debate shows."""
    run, case = session.run, debate.case
    several = len(run.header.fact.symbols) > 1
    place = Place(run_id=run.run_id, symbol=debate.symbol if several else None)
    speakers, others = _seating(debate)
    log_of = partial(log_href, place)
    return {
        "run": run,
        "debate": debate,
        "decision": case.decision.fact if case else None,
        "intro": _intro(session, debate),
        "switches": [
            (one.symbol, session_href(run.run_id, one.symbol), one is debate)
            for one in session.symbols
            if len(session.symbols) > 1
        ],
        "run_href": place.href,
        "prompts_href": Place(run_id=run.run_id, symbol=place.symbol, tab=Tab.PROMPTS).href,
        "columns": [_column(one, debate.rounds) for one in speakers],
        "rows": [_row(each, speakers, others) for each in debate.rounds],
        "has_others": bool(others),
        "figures": _figures(details, debate),
        "timeline": timeline(debate),
        "changes": [_change(number, said, log_of) for number, said in debate.changes],
        "escalation": escalation_of(case) if case else None,
        "panel": panel_words(case) if case else "",
        "panel_calls": _panel_calls(details),
        "without": _without(run, debate),
        "log_of": log_of,
        "refresh": session_href(run.run_id, debate.symbol if len(session.symbols) > 1 else None),
    }


def _seating(debate: SymbolDebate) -> tuple[Sequence[Participant], Sequence[Participant]]:
    """Return who gets a column, and who only voted by a rule: there may be many of them."""
    argued = {name for each in debate.rounds if each.number for name in each.statements}
    votes = debate.case.votes if debate.case else ()
    by_rule = {vote.fact.profile for vote in votes if vote.fact.provider == RULES}
    speakers = [
        one for one in debate.participants if one.profile in argued or one.profile not in by_rule
    ]
    return speakers, [one for one in debate.participants if one not in speakers]


def _intro(session: DebateSession, debate: SymbolDebate) -> str:
    """Return who took part, in a sentence: "3 voters, 2 advocates, 2 rounds, then the panel."."""
    parts = Counter(one.part for one in debate.participants)
    rounds = sum(1 for each in debate.rounds if each.number)
    told = (
        count(parts[Part.VOTER], "voter") if parts[Part.VOTER] else "",
        count(parts[Part.ADVOCATE], "advocate") if parts[Part.ADVOCATE] else "",
        count(rounds, "round") if rounds else "no round of arguments",
    )
    end = ", then the panel" if debate.judges else ""
    running = " It is still running." if session.run.status.value == "running" else ""
    return f"{', '.join(part for part in told if part)}{end}.{running}"


def _column(one: Participant, rounds: Sequence[DebateRound]) -> Column:
    part, tone = PARTS[one.part]
    said = [each.statements[one.profile] for each in rounds if one.profile in each.statements]
    return Column(
        name=spaced(one.profile).capitalize(),
        part=part,
        tone=tone,
        model=said[-1].model if said else "",
    )


def _row(
    each: DebateRound,
    speakers: Sequence[Participant],
    others: Sequence[Participant],
) -> Row:
    first = each.number == VOTES
    note = "taken first, these count" if first else "opening" if each.number == 1 else "answers"
    return Row(
        label="Votes" if first else f"Round {each.number}",
        note=note,
        cells=tuple(_cell(one, each) for one in speakers),
        others=tuple(
            (spaced(one.profile).capitalize(), each.statements[one.profile])
            for one in others
            if one.profile in each.statements
        ),
    )


def _cell(one: Participant, each: DebateRound) -> Cell:
    said = each.statements.get(one.profile)
    advocate = one.part is Part.ADVOCATE
    silence = "Does not vote." if each.number == VOTES and advocate else "Said nothing."
    argues = (
        f"argues {said.action}" if said and advocate and said.action is not Action.ABSTAIN else ""
    )
    return Cell(
        name=spaced(one.profile).capitalize(),
        statement=said,
        argues=argues,
        changed=_moved(said) if said else "",
        foot=f"{money(said.cost)} · {milliseconds(said.latency_ms)}" if said else "",
        silence="" if said else silence,
    )


def _moved(said: Statement) -> str:
    return f"changed: {said.changed_from} → {said.action}" if said.changed_from else ""


def _figures(details: RunDetails, debate: SymbolDebate) -> Figures:
    votes = debate.rounds[0].statements.values()
    voters = {one.profile for one in debate.participants if one.part is Part.VOTER}
    counted = Counter(said.action for said in votes if said.profile in voters)
    actions = [one for one in (Action.BUY, Action.HOLD, Action.SELL) if counted[one]]
    analysts = free_speakers(debate)
    moved = {said.profile for _, said in debate.changes if said.profile in analysts}
    argued, ruled = _spent(details, Purpose.ARGUE), _spent(details, Purpose.PANEL)
    both = _spent(details, Purpose.ARGUE, Purpose.PANEL)
    total = float(both.known.amount)
    dissent = debate.case.decision.fact.disagreement if debate.case else None
    return Figures(
        votes=" · ".join(str(counted[one]) for one in actions) or "none",
        actions=", ".join(actions) or "no valid vote",
        disagreement="" if dissent is None else f"disagreement {dissent:.2f}",
        moved=len(moved),
        analysts=len(analysts),
        moved_words=_moved_words(debate),
        cost=both.words,
        debate_cost=argued.words,
        panel_cost=ruled.words,
        shares=(
            (float(argued.known.amount) / total if total else 0.0, 7),
            (float(ruled.known.amount) / total if total else 0.0, 3),
        ),
    )


def _spent(details: RunDetails, *purposes: Purpose) -> Spent:
    parts = [part for part in cost_parts(details.calls) if part.purpose in purposes]
    return Spent(known_cost(parts), sum(part.unpriced for part in parts))


def _moved_words(debate: SymbolDebate) -> str:
    numbers = sorted({number for number, _ in debate.changes})
    if not numbers:
        return "nobody said otherwise later"
    return f"in {enumeration([f'round {number}' for number in numbers])}"


def _change(number: int, said: Statement, log_of: Callable[[int], str]) -> Change:
    return Change(
        name=spaced(said.profile).capitalize(),
        text=f"{said.changed_from} → {said.action} in round {number}",
        rationale=said.rationale,
        href=log_of(said.seq),
    )


def _panel_calls(details: RunDetails) -> str:
    parts = [part for part in cost_parts(details.calls) if part.purpose is Purpose.PANEL]
    calls = sum(part.calls for part in parts)
    return count(calls, "call") if calls else "no call"


def _without(run: RecordedRun, debate: SymbolDebate) -> str:
    """Return what the run would have done without a debate, empty where nobody recorded it."""
    return next(
        (
            str(shadow.action)
            for shadow in run.shadows
            if shadow.symbol == debate.symbol and shadow.arm == "no_debate" and shadow.action
        ),
        "",
    )
