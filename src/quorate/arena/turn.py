"""A turn: one agent asked once, what may not stand as its reply, and what stands where it gave none."""

from __future__ import annotations

from collections import Counter

from quorate.arena.ports import Question
from quorate.arena.voting import AgentReply
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Answer


def expected(question: Question) -> tuple[Symbol, ...]:
    """Return the symbols that a reply has to answer for: those of the briefing that have a view."""
    briefing = question.briefing
    return tuple(symbol for symbol in briefing.symbols if symbol in briefing.snapshot.views)


def abstention(question: Question, why: str) -> AgentReply:
    """Return the reply of an agent that could not be reached: an abstention on every symbol it was asked about."""
    answers = tuple(
        Answer(
            symbol=symbol,
            action=Action.ABSTAIN,
            reason=AbstainReason.PROVIDER_ERROR,
            rationale=why,
        )
        for symbol in expected(question)
    )
    return AgentReply(
        profile=question.profile,
        answers=answers,
        model=question.profile.model,
        failure=AbstainReason.PROVIDER_ERROR,
    )


def reply_problems(reply: AgentReply, question: Question) -> tuple[str, ...]:
    """Return why a reply cannot count as one, a sentence each. Source: R-058."""
    counted = Counter(answer.symbol for answer in reply.answers)
    strange = sorted(counted.keys() - set(expected(question)))
    return (
        *(f"{symbol} has {count} answers" for symbol, count in counted.items() if count > 1),
        *(f"{symbol} was not asked about" for symbol in strange),
        *(() if reply.profile.name == question.profile.name else ("another agent answered",)),
    )
