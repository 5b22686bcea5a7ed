"""Asking a record: who answers in a run that is recomputed, and in one that asks "what if".

question -> the recorded answer | the real models where something is swapped or was never asked | nobody
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from quorate.arena.ports import AgentRunner, Question, Recorded
from quorate.arena.rerun.turns import FREE, Turns, missing
from quorate.arena.voting import AgentReply
from quorate.kernel.action import DecisionReason
from quorate.kernel.ids import ProfileName
from quorate.kernel.journal import Committed, Event, JournalEntry
from quorate.kernel.vote import Vote
from quorate.llm.call import Purpose

NOT_RECORDED = "not_recorded"
"""The failure of a reply that the record does not hold and that nobody may buy."""


@dataclass(frozen=True, slots=True)
class RecordJournal:
    """The rows of one run as a journal that cannot be written: what would be committed is dropped."""

    rows: Sequence[JournalEntry]

    async def commit(self, decide: Callable[[object], Sequence[Event]]) -> Committed:  # noqa: ARG002
        """Write nothing."""
        return Committed()

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        """Return the rows of `stream`."""
        return [row for row in self.rows if row.stream == stream]

    async def recorded_steps(self, stream: str) -> Mapping[str, JournalEntry]:
        """Return the recorded successes of the steps in `stream`, by their key."""
        keyed = ((row.facts.get("stepKey"), row) for row in await self.entries(stream))
        return {key: row for key, row in keyed if isinstance(key, str)}


@dataclass(slots=True)
class Bystanders:
    """Who is asked when a run is recomputed: nobody. `asked` names the steps that the record lacks."""

    asked: list[str] = field(default_factory=list)

    def begun(self, questions: Sequence[Question]) -> Sequence[Event]:  # noqa: ARG002
        """Begin nothing."""
        return []

    async def answered(self, question: Question, recorded: Recorded) -> AgentReply:  # noqa: ARG002
        """Say nothing, and note the question."""
        self.asked.append(question.step)
        return silence(question)

    def validated(self, votes: Sequence[Vote]) -> Sequence[Event]:  # noqa: ARG002
        """Write nothing."""
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswers:
    """Who is asked in a what-if: the record, and `live` for the `swapped` profiles and for what was never asked.

    Nothing is bought where it is `free`. A panel's word counts only for the number of rounds that it heard: with
    `other_rounds` it was never asked.
    """

    turns: Turns
    live: AgentRunner
    swapped: frozenset[ProfileName]
    other_rounds: bool = False
    free: bool = False

    async def ask(self, question: Question) -> AgentReply:
        """Return what the profile said then, or says now; see the port."""
        if question.profile.name in self.swapped:
            return await self.live.ask(question)
        recorded = None if self._is_new(question) else self.turns.again(question)
        unsaid = missing(question, recorded.answers if recorded else ())
        if not unsaid and recorded:
            return recorded
        if self.free:
            return recorded if recorded and recorded.answers else silence(question)
        briefing = replace(question.briefing, symbols=unsaid)
        bought = await self.live.ask(replace(question, briefing=briefing))
        return _joined(recorded, bought)

    def _is_new(self, question: Question) -> bool:
        return self.other_rounds and question.purpose is Purpose.PANEL


def silence(question: Question) -> AgentReply:
    """Return the reply of somebody who is not asked: no answer to anything; a panel was not there."""
    absent = question.purpose is Purpose.PANEL
    return AgentReply(
        profile=question.profile,
        answers=(),
        model=question.profile.model,
        cost=FREE,
        failure=DecisionReason.NO_POWER_MODEL.value if absent else NOT_RECORDED,
    )


def _joined(recorded: AgentReply | None, bought: AgentReply) -> AgentReply:
    """Return what was said then and what was said now as one reply; it costs what was bought."""
    if recorded is None or not recorded.answers:
        return bought
    then = (recorded.call or {}).get("replayedFrom")
    return replace(
        bought,
        answers=(*recorded.answers, *bought.answers),
        call={**(bought.call or {}), "replayedFrom": then},
    )
