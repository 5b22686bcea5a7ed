"""A run that its process left, and that nobody can plan again: it ends as failed, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.arena.record import RecordedRun, RunEvent, end_of, ended_payload, stream_of
from quorate.kernel.account import Account
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import TraceId
from quorate.kernel.journal import Event


@dataclass(frozen=True, slots=True)
class LostRun:
    """The work of a run that cannot be planned again: it ends as failed, with the reason."""

    run: RecordedRun
    error: RejectedError

    def requested(self) -> Sequence[Event]:
        """Return nothing: the run was requested by the process that died."""
        return []

    async def execute(self) -> Sequence[Event]:
        """Refuse."""
        raise self.error

    async def violations(self) -> Sequence[str]:
        """Return why the result cannot be checked."""
        return [str(self.error)]

    def account(self) -> Account:
        """Return that nothing was made."""
        return Account()

    async def completed(self) -> Sequence[Event]:
        """Return the run's end as a failure: nobody can vouch for what it rests on."""
        return self.failed(self.error.slug, str(self.error))

    def failed(self, reason: str, detail: str) -> Sequence[Event]:
        """Return the fact that the run ended without a result."""
        return [
            Event(
                stream=stream_of(self.run.run_id),
                type=RunEvent.FAILED.value,
                payload=end_of(self.run.header.fact, ended_payload(reason=reason, detail=detail)),
                trace_id=TraceId(self.run.trace_id),
                book=self.run.header.fact.book,
            )
        ]
