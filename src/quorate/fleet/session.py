"""A worker's session: one connection from its first message to its end, and the one table of its states.

connected -> registered -> idle <-> busy, until it drains, is quarantined, is lost or leaves. It is given tasks while
idle alone, and idle it is only after both sides heard of each other (FM-TAW-001). `epoch` grows with every session of
a worker, so that what an older one says is told apart (FM-TAW-011).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from quorate.kernel.transition import TransitionTable


class SessionState(StrEnum):
    """Where a session is."""

    CONNECTED = "connected"
    """It was let in, and has not said who it is."""
    REGISTERED = "registered"
    """Its registration is durable and acknowledged; whether it heard that is not known yet."""
    IDLE = "idle"
    """It has a slot free: it may be given a task."""
    BUSY = "busy"
    """All its slots are taken."""
    DRAINING = "draining"
    """It finishes what it has, and is given nothing more."""
    QUARANTINED = "quarantined"
    """It failed too often: it is given nothing until a person restores it."""
    LOST = "lost"
    """Its connection is gone; what it held is its own until the leases run out (FM-TAW-007)."""
    LEFT = "left"
    """It went, and held nothing."""


class SessionEvent(StrEnum):
    """What moves a session."""

    REGISTERED = "registered"
    READY = "ready"
    FILLED = "filled"
    FREED = "freed"
    DRAIN = "drain"
    STOP_DRAIN = "stop_drain"
    QUARANTINE = "quarantine"
    RESTORE = "restore"
    SILENT = "silent"
    DISCONNECTED = "disconnected"
    SUPERSEDED = "superseded"
    LEAVE = "leave"


_S, _E = SessionState, SessionEvent
_GONE: Mapping[SessionEvent, SessionState] = {
    _E.SILENT: _S.LOST,
    _E.DISCONNECTED: _S.LOST,
    _E.SUPERSEDED: _S.LOST,
}
"""From every state but the last ones a session may be lost."""

SESSION_TABLE: TransitionTable[SessionState, SessionEvent] = TransitionTable(
    name="worker's session",
    moves=MappingProxyType(
        {
            _S.CONNECTED: {_E.REGISTERED: _S.REGISTERED, **_GONE},
            _S.REGISTERED: {
                _E.READY: _S.IDLE,
                _E.DRAIN: _S.DRAINING,
                _E.QUARANTINE: _S.QUARANTINED,
                _E.LEAVE: _S.LEFT,
                **_GONE,
            },
            _S.IDLE: {
                _E.FILLED: _S.BUSY,
                _E.DRAIN: _S.DRAINING,
                _E.QUARANTINE: _S.QUARANTINED,
                _E.LEAVE: _S.LEFT,
                **_GONE,
            },
            _S.BUSY: {
                _E.FREED: _S.IDLE,
                _E.DRAIN: _S.DRAINING,
                _E.QUARANTINE: _S.QUARANTINED,
                **_GONE,
            },
            _S.DRAINING: {
                _E.STOP_DRAIN: _S.REGISTERED,
                _E.QUARANTINE: _S.QUARANTINED,
                _E.LEAVE: _S.LEFT,
                **_GONE,
            },
            _S.QUARANTINED: {
                _E.RESTORE: _S.REGISTERED,
                _E.DRAIN: _S.DRAINING,
                _E.LEAVE: _S.LEFT,
                **_GONE,
            },
        }
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session; `held` are its tasks, each with the token that it was given under.

    `heard` says that the worker answered its registration with `ready`; `failures` counts those in a row.
    """

    worker: str
    epoch: int = 0
    state: SessionState = SessionState.CONNECTED
    capabilities: Mapping[str, bool] = field(default_factory=dict)
    slots: int = 1
    held: Mapping[str, int] = field(default_factory=dict)
    heard: bool = False
    failures: int = 0

    @property
    def free(self) -> int:
        """Return how many tasks it may be given now."""
        return max(self.slots - len(self.held), 0) if self.state is SessionState.IDLE else 0

    @property
    def is_over(self) -> bool:
        """Return whether nothing more comes of it."""
        return SESSION_TABLE.is_terminal(self.state)

    def moved(self, event: SessionEvent) -> Session:
        """Return the session after `event`.

        Raises:
            ConflictError: the table has no such move.
        """
        return replace(self, state=SESSION_TABLE.target(self.state, event))

    def registered(
        self, epoch: int, capabilities: Mapping[str, bool], slots: int, held: Mapping[str, int]
    ) -> Session:
        """Return the session of a worker that said who it is, with the tasks that are still its own."""
        after = self.moved(SessionEvent.REGISTERED)
        known = MappingProxyType(dict(capabilities))
        return replace(after, epoch=epoch, capabilities=known, slots=slots, held=dict(held))

    def ready(self) -> Session:
        """Return the session whose worker heard its registration; a drained or quarantined one stays what it is."""
        return _settled(replace(self, heard=True))

    def given(self, task: str, token: int) -> Session:
        """Return the session with one task more."""
        return _settled(replace(self, held={**self.held, task: token}))

    def without(self, task: str) -> Session:
        """Return the session without a task; it need not have had it."""
        held = {each: token for each, token in self.held.items() if each != task}
        return _settled(replace(self, held=held))

    def restored(self) -> Session:
        """Return a quarantined session as one that may be given tasks again."""
        return _settled(replace(self.moved(SessionEvent.RESTORE), failures=0))

    def undrained(self) -> Session:
        """Return a draining session as one that may be given tasks again."""
        return _settled(self.moved(SessionEvent.STOP_DRAIN))

    def failed(self) -> Session:
        """Return the session with one failure more in a row."""
        return replace(self, failures=self.failures + 1)

    def succeeded(self) -> Session:
        """Return the session with its row of failures ended."""
        return replace(self, failures=0)


def _settled(session: Session) -> Session:
    """Return the session in the state that what it heard and holds makes it."""
    after = session
    if after.state is SessionState.REGISTERED and after.heard:
        after = after.moved(SessionEvent.READY)
    is_full = len(after.held) >= after.slots
    if after.state is SessionState.IDLE and is_full:
        return after.moved(SessionEvent.FILLED)
    if after.state is SessionState.BUSY and not is_full:
        return after.moved(SessionEvent.FREED)
    return after
