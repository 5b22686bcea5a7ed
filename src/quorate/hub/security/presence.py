"""Presence: when each session was last used, in this process alone.

After a restart idleness starts anew; the absolute age, which the journal knows, still ends a session.
"""

from __future__ import annotations

from quorate.access import SESSION_IDLE
from quorate.kernel.ports import Clock


class Presence:
    """Remembers the last use of every session; a handful, since each needed a sign-in link."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._used: dict[str, float] = {}

    def use(self, session_id: str) -> None:
        """Note that the session was used just now."""
        self._used[session_id] = self.clock.monotonic()

    def is_idle(self, session_id: str) -> bool:
        """Return whether the session was silent for too long; one never seen here is not."""
        used = self._used.get(session_id)
        idle = SESSION_IDLE.total_seconds()
        return used is not None and self.clock.monotonic() - used >= idle

    def forget(self, session_id: str) -> None:
        """Forget a session that ended."""
        self._used.pop(session_id, None)
