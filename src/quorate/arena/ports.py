"""What the arena asks of the world: somebody who asks agents, and a journal that remembers steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from quorate.agents.profile import AgentProfile
from quorate.agents.prompts import Briefing
from quorate.arena.voting import AgentReply
from quorate.kernel.canonical import digest
from quorate.kernel.ids import BookName, RunId, TraceId
from quorate.kernel.journal import Committed, Event, JournalEntry
from quorate.kernel.money import Usd
from quorate.kernel.vote import Vote
from quorate.llm.call import Purpose
from quorate.llm.ladder import Preset


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What a question's calls are recorded and paid under; `limit` is what the run was told to stay below.

    `preset` says which tiers the router may use, None for that of the configuration; `answer_ttl_s` for how long an
    answer of the first round is remembered, 0 where none is, nor used.
    """

    run_id: RunId
    trace_id: TraceId
    book: BookName
    limit: Usd | None = None
    preset: Preset | None = None
    answer_ttl_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One agent's turn: who, on what evidence, to what end; `before` is what was said so far."""

    profile: AgentProfile
    briefing: Briefing
    context: RunContext
    purpose: Purpose = Purpose.ANSWER
    round: int = 0
    before: str = ""

    @property
    def step(self) -> str:
        """Return the name of the step that the answer is: `answer:trend`, `argue:bull:1`, `panel:judge`."""
        turn = f":{self.round}" if self.round else ""
        return f"{self.purpose}:{self.profile.name}{turn}"

    @property
    def step_input(self) -> str:
        """Return what the answer depends on."""
        said = f"\n{digest(self.before)}" if self.before else ""
        return f"{self.profile.model}\n{self.briefing.snapshot.hash}{said}"


class AgentRunner(Protocol):
    """Whoever gets an agent's answers."""

    async def ask(self, question: Question) -> AgentReply:
        """Return what the profile says about every symbol of the briefing that has a view.

        Raises:
            UnavailableError: the agent gave no answer; it abstains.
        """
        ...


Recorded = Callable[[AgentReply], Event]
"""Makes the row that keeps a reply; it is the recorded success of its step."""


class Analyses(Protocol):
    """The turns of one run's agents, each a task of its own, a part of the run's."""

    def begun(self, questions: Sequence[Question]) -> Sequence[Event]:
        """Return what is committed together with the run's first row: the turns of its first round."""
        ...

    async def answered(self, question: Question, recorded: Recorded) -> AgentReply:
        """Return what the profile says, an abstention where it gave no answer.

        By then the row that `recorded` makes of it is durable, together with the end of the turn's task.
        """
        ...

    def validated(self, votes: Sequence[Vote]) -> Sequence[Event]:
        """Return what is committed with the run's votes: that they were held against the phase of their symbols."""
        ...


class RunJournal(Protocol):
    """The part of the journal that a run writes and reads."""

    async def commit(self, decide: Callable[[object], Sequence[Event]]) -> Committed:
        """Return once the events of `decide` are durable; see the kernel's port."""
        ...

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        """Return the committed rows of `stream`, oldest first."""
        ...

    async def recorded_steps(self, stream: str) -> Mapping[str, JournalEntry]:
        """Return the recorded successes of the steps in `stream`, by their key."""
        ...
