"""A debate as people read it: the votes, each round, who changed their mind, and what the panel made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quorate.arena.record.debate import (
    VOTES,
    DebateRound,
    DebateSession,
    Part,
    Statement,
    SymbolDebate,
)
from quorate.arena.record.facts import Cited
from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.kernel.vote import Vote


def debate_lines(session: DebateSession) -> Iterator[str]:
    """Yield a session, symbol by symbol."""
    run, header = session.run, session.run.header.fact
    yield f"run {run.run_id}   {header.book_mode} {header.as_of}   {run.status}"
    if not session.symbols:
        yield "Nothing was debated: no dispute of this run was heard."
    for debate in session.symbols:
        yield ""
        yield from _debate(debate)


def _debate(debate: SymbolDebate) -> Iterator[str]:
    parts = {one.profile: one.part for one in debate.participants}
    yield f"{debate.symbol}   {count(len(debate.participants), 'participant')}"
    for each in debate.rounds:
        yield from _round(each, parts)
    yield from _panel(debate)


def _round(each: DebateRound, parts: Mapping[str, Part]) -> Iterator[str]:
    yield "  votes, which alone count" if each.number == VOTES else f"  round {each.number}"
    width = max(map(len, each.statements), default=0)
    for name, said in sorted(each.statements.items()):
        verb = "argues " if parts[name] is Part.ADVOCATE else ""
        yield f"    {spaced(name):<{width}}  {verb}{_view(said)}{_moved(said)}{_quoted(said)}"


def _view(said: Statement) -> str:
    believed = f" {said.confidence:.2f}" if said.confidence is not None else ""
    return f"{said.action}{believed}{f' ({said.reason})' if said.reason else ''}"


def _moved(said: Statement) -> str:
    return f"  changed from {said.changed_from}" if said.changed_from else ""


def _quoted(said: Statement) -> str:
    return f"  {said.rationale}" if said.rationale else ""


def _panel(debate: SymbolDebate) -> Iterator[str]:
    if debate.judges:
        yield "  power panel"
    for judge in debate.judges:
        yield f"    {_judge(judge)}"
    siding = [spaced(vote.fact.profile) for vote in debate.siding]
    if debate.panel is not None:
        yield f"    on its side: {enumeration(siding) or 'nobody'}"
    if debate.case is not None:
        decision = debate.case.decision.fact
        yield f"  {decision.action} ({decision.reason})"


def _judge(cited: Cited[Vote]) -> str:
    vote = cited.fact
    believed = f" {vote.confidence.value:.2f}" if vote.confidence else f" ({vote.answer.reason})"
    said = f"  {vote.answer.rationale}" if vote.answer.rationale else ""
    return f"{spaced(vote.profile)}  {vote.answer.action}{believed}{said}"
