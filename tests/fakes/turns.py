"""The turns of a run without tasks: asked, and recorded in a commit of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.arena.ports import AgentRunner, Question, Recorded, RunJournal
from quorate.arena.turn import abstention
from quorate.arena.voting import AgentReply
from quorate.kernel.errors import UnavailableError
from quorate.kernel.journal import Event
from quorate.kernel.vote import Vote


@dataclass
class BareTurns:
    """Asks `agents` and writes to `journal` what the run makes of their replies."""

    agents: AgentRunner
    journal: RunJournal

    def begun(self, questions: Sequence[Question]) -> Sequence[Event]:  # noqa: ARG002
        return []

    async def answered(self, question: Question, recorded: Recorded) -> AgentReply:
        try:
            reply = await self.agents.ask(question)
        except UnavailableError as error:
            reply = abstention(question, str(error))
        events = [recorded(reply), *reply.events]
        await self.journal.commit(lambda _tx: events)
        return reply

    def validated(self, votes: Sequence[Vote]) -> Sequence[Event]:  # noqa: ARG002
        return []
