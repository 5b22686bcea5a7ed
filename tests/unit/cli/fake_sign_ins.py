"""Browsers that are signed in, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from quorate.access import SessionGrant
from quorate.kernel.errors import RejectedError


@dataclass
class FakeSignIns:
    known: list[SessionGrant] = field(default_factory=list)

    async def sessions(self):
        return [each for each in self.known if not each.closed]

    async def close(self, session_id):
        if session_id not in {each.id for each in await self.sessions()}:
            raise RejectedError(f"there is no session {session_id!r}", slug="not-found")
        self.known = [
            replace(each, closed=each.closed or each.id == session_id) for each in self.known
        ]
