"""How patient a worker is, and who it says that it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.kernel.errors import RejectedError
from quorate.resilience.retry import RetryPolicy

MOST_SLOTS = 64
"""Tasks at a time. Source: the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPolicy:
    """Waits of a worker, in seconds of the monotonic clock."""

    register_s: float = 10.0
    """For the answer to `register`. Ours: as long as for any other acknowledgement."""

    resend_s: float = 10.0
    """Before a result that nobody acknowledged is sent again. Source: R-049, FM-TAW-008 (10 s)."""

    resends: int = 3
    """How often it is sent again on one connection; then that one is given up. Source: FM-TAW-008 (3 retries)."""

    answer_s: float = 5.0
    """For the hub's word on money, reconnections included; without it no call is made. Ours: it is time that the call
    itself does not have, and a quarter of what a cheap model has in all."""

    silent_beats: float = 3.0
    """After so many heartbeats without a word from the hub the connection counts as dead. Source: R-041 (3 misses)."""

    drain_s: float = 10.0
    """For finishing what is in hand once the worker is told to stop. Source: RELIABILITY 1.9 (SIGTERM, <= 10 s)."""

    reconnect: RetryPolicy = field(default_factory=lambda: RetryPolicy(base_s=0.5, ceiling_s=30.0))
    """The waits before the hub is called again; half a wait is drawn on top. Ours."""

    remembered: int = 1000
    """How many finished tasks are remembered, so that a late repetition begins none of them again. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerIdentity:
    """What a worker says of itself when it registers."""

    agent_id: str
    capabilities: Mapping[str, bool]
    agent_type: str = "worker"
    versions: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    slots: int = 4

    def __post_init__(self) -> None:
        """Refuse a worker that could be given nothing."""
        if not 1 <= self.slots <= MOST_SLOTS:
            raise RejectedError(
                f"a worker has 1 to {MOST_SLOTS} slots, not {self.slots}",
                effect="it was not started",
                fix="quorate worker --slots 4",
            )
        if not any(self.capabilities.values()):
            raise RejectedError(
                "a worker without a capability is given no task",
                effect="it was not started",
                fix="quorate worker --capabilities llm,trading_analysis",
            )
