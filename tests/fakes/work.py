"""Work that does what a test tells it, and notes where its task stood when it was called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from quorate.kernel.account import Account, Subject
from quorate.kernel.journal import Event
from tests.fakes.journal import MemoryJournal


async def at_once() -> None:
    """Take no time."""


@dataclass
class ScriptedWork:
    """The work of the task `task_id`; `calls` pairs each call with the state committed by then."""

    journal: MemoryJournal
    task_id: str
    during: Callable[[], Awaitable[None]] = at_once
    broken: Sequence[str] = ()
    calls: list[tuple[str, str]] = field(default_factory=list)

    def requested(self) -> Sequence[Event]:
        return [self._fact("work.requested")]

    async def execute(self) -> Sequence[Event]:
        self._note("execute")
        await self.during()
        return [self._fact("work.result")]

    async def violations(self) -> Sequence[str]:
        self._note("violations")
        return self.broken

    async def completed(self) -> Sequence[Event]:
        self._note("completed")
        return [self._fact("work.completed")]

    def failed(self, reason: str, detail: str) -> Sequence[Event]:
        return [self._fact("work.failed", reason=reason, detail=detail)]

    def account(self) -> Account:
        return Account(subjects=(Subject(name="thing", sha256="0" * 64),))

    def _note(self, call: str) -> None:
        self.calls.append((call, self.journal.task(self.task_id).state))

    @staticmethod
    def _fact(kind: str, **payload: str) -> Event:
        return Event(stream="work", type=kind, payload=payload)
