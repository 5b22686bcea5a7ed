"""What a hub expects of its workers, and where analyses are done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quorate.kernel.errors import RejectedError


class Analyses(StrEnum):
    """Where model agents are asked; rule agents are always asked in the process of the run."""

    AUTO = "auto"
    """By a live, capable worker where there is one, else here."""
    EMBEDDED = "embedded"
    """Here, whatever workers there are."""
    REMOTE = "remote"
    """By a worker: without one the task waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPolicy:
    """Times in seconds on the monotonic clock; see each for its source."""

    analyses: Analyses = Analyses.AUTO

    heartbeat_seconds: float = 15.0
    """How often a worker says that it lives. Source: R-041, FM-TAW-002."""

    dead_after_seconds: float = 45.0
    """The silence after which a worker is dead: three beats; a task's lease lasts as long. Source: FM-TAW-002."""

    sweep_seconds: float = 5.0
    """How often silence is looked for. Source: RELIABILITY 1.6 (at most 5 s)."""

    accept_seconds: float = 10.0
    """How long a worker may take to register, and to accept a task. Source: R-049, FM-TAW-008 (10 s)."""

    messages_per_second: int = 50
    """What a worker may say in a second; who says more is cut off. Source: RELIABILITY 1.6."""

    quarantine_after: int = 3
    """After so many failures in a row a worker is given nothing until a person restores it. Ours, as MAX_ATTEMPTS."""

    alert_after_seconds: float = 60.0
    """How long a task waits for somebody capable before a person is told. Source: FM-TAW-004."""

    def __post_init__(self) -> None:
        """Refuse what no fleet could be held to."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"fleet policy: {rule}", effect="nothing was started")

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        return (
            (0.05 <= self.heartbeat_seconds <= 60, "heartbeat_seconds is in [0.05, 60]"),
            (
                2 * self.heartbeat_seconds <= self.dead_after_seconds <= 600,
                "dead_after_seconds is from two heartbeats to 600",
            ),
            (0.01 <= self.sweep_seconds <= 5, "sweep_seconds is in [0.01, 5]"),
            (0.05 <= self.accept_seconds <= 60, "accept_seconds is in [0.05, 60]"),
            (1 <= self.messages_per_second <= 10_000, "messages_per_second is in [1, 10000]"),
            (1 <= self.quarantine_after <= 100, "quarantine_after is in [1, 100]"),
            (0 <= self.alert_after_seconds <= 86_400, "alert_after_seconds is in [0, 86400]"),
        )
