"""What the arena asks of the world: somebody who asks agents, and a journal that remembers steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from quorate.agents.profile import AgentProfile
from quorate.arena.voting import AgentReply
from quorate.kernel.journal import Committed, Event, JournalEntry
from quorate.market.snapshot import Snapshot


class AgentRunner(Protocol):
    """Whoever gets an agent's answers: in this process now, through the fleet later."""

    async def ask(self, profile: AgentProfile, snapshot: Snapshot) -> AgentReply:
        """Return what `profile` says about every symbol of `snapshot` that has a view.

        Raises:
            UnavailableError: the agent gave no answer; it abstains.
        """
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
