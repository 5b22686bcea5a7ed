"""Hearing a dispute: advocates and analysts argue, round by round, then the power panel answers.

deliberations that need the panel -> rounds of arguments, each read by the next -> panel -> one hearing per symbol
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from quorate.agents.profile import ADVOCATES
from quorate.agents.prompts import Briefing
from quorate.arena.debate.transcript import REBUTTAL, Argument, transcript
from quorate.arena.deciding import Deliberation
from quorate.arena.panel import NO_PANEL, Hearing
from quorate.arena.policy import ArenaPolicy
from quorate.arena.ports import Question, RunContext
from quorate.arena.scene import Scene
from quorate.arena.seats import Seats
from quorate.arena.voting import AgentReply, cast_votes
from quorate.kernel.action import DecisionReason
from quorate.kernel.calibration import NOBODY_CALIBRATED, CalibrationCurve
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.vote import Vote
from quorate.llm.call import Purpose

Ask: TypeAlias = Callable[[Question], Coroutine[None, None, AgentReply]]
"""Asks one agent and returns once its answer is recorded."""

NOT_ASKED = (
    DecisionReason.NO_POWER_MODEL,
    DecisionReason.POWER_CALLS_EXHAUSTED,
    DecisionReason.BUDGET_EXHAUSTED,
)
"""Failures that mean that the panel was never asked."""


@dataclass(frozen=True, slots=True)
class Debate:
    """One run's hearing of what its first round could not settle."""

    seats: Seats
    briefing: Briefing
    context: RunContext
    policy: ArenaPolicy
    ask: Ask
    curves: Mapping[ProfileName, CalibrationCurve] = field(default_factory=dict)

    async def hear(self, disputed: Sequence[Deliberation]) -> Mapping[Symbol, Hearing]:
        """Return the hearing of every disputed symbol; one call of a member covers all of them."""
        scenes = {found.scene.symbol: found.scene for found in disputed}
        if not scenes or not self.seats.panel:
            return dict.fromkeys(scenes, NO_PANEL)
        briefing = replace(self.briefing, symbols=tuple(scenes))
        votes = [vote for found in disputed for vote in found.votes]
        arguments = await self._rounds(briefing, votes)
        before = transcript(votes, arguments)
        replies = await self._all(
            [
                Question(
                    profile=judge,
                    briefing=briefing,
                    context=self.context,
                    purpose=Purpose.PANEL,
                    before=before,
                )
                for judge in self.seats.panel
            ]
        )
        return hearings(replies, scenes, self.policy, self.curves)

    async def _rounds(self, briefing: Briefing, votes: Sequence[Vote]) -> Sequence[Argument]:
        """Let every speaker argue in each round, knowing the rounds before; 0 rounds are the control.

        An analyst speaks where it voted: it answers the advocates, and its vote stays as it was.
        """
        arguments: list[Argument] = []
        voted = {vote.profile for vote in votes}
        speakers = [
            each for each in self.seats.speakers if each.role in ADVOCATES or each.name in voted
        ]
        for number in range(1, self.policy.debate_rounds + 1):
            before = transcript(votes, arguments)
            replies = await self._all(
                [
                    Question(
                        profile=speaker,
                        briefing=briefing,
                        context=self.context,
                        purpose=Purpose.ARGUE,
                        round=number,
                        before=before if speaker.role in ADVOCATES else f"{before}\n\n{REBUTTAL}",
                    )
                    for speaker in speakers
                ]
            )
            arguments += [Argument(number, reply) for reply in replies]
        return arguments

    async def _all(self, questions: Sequence[Question]) -> Sequence[AgentReply]:
        """Ask all of them at once; of several failures the first one is the run's."""
        try:
            async with asyncio.TaskGroup() as asking:
                tasks = [asking.create_task(self.ask(question)) for question in questions]
        except* QuorateError as several:
            raise several.exceptions[0] from None
        return [task.result() for task in tasks]


def hearings(
    replies: Sequence[AgentReply],
    scenes: Mapping[Symbol, Scene],
    policy: ArenaPolicy,
    curves: Mapping[ProfileName, CalibrationCurve] = NOBODY_CALIBRATED,
) -> Mapping[Symbol, Hearing]:
    """Return what the panel's replies are to each symbol; a panel that nobody paid for was never asked.

    A panel without a single reply to a symbol, not even an abstention, was not asked about it.
    """
    refusals = {reply.failure for reply in replies}
    for reason in NOT_ASKED:
        if refusals == {reason}:
            return dict.fromkeys(scenes, Hearing(absence=reason))
    votes = [
        vote
        for reply in replies
        for vote in cast_votes(reply, scenes, policy, panel=True, curves=curves)
    ]
    heard = {
        symbol: tuple(vote for vote in votes if vote.answer.symbol == symbol) for symbol in scenes
    }
    return {symbol: Hearing(votes=said) if said else NO_PANEL for symbol, said in heard.items()}
