"""How patient execution is with a broker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from quorate.kernel.errors import RejectedError

BACKOFF_S: Final = 2.0
"""The first pause after a transient failure; each further one is twice as long. Source: R-105."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionPolicy:
    """Times in seconds. Source: RELIABILITY 1.3, 2.2, unless told."""

    decision_ttl_s: float = 60.0
    """An order for an older decision is not sent, nor sent again."""

    polls: int = 5
    """How often the broker says that it does not know an id before that is believed."""

    poll_every_s: float = 2.0
    """Between two polls while the decision's time runs. Ours: five of them fit into it."""

    late_poll_every_s: float = 12.0
    """Between two polls after it: five of them take 60 s."""

    max_polls: int = 45
    """After so many polls without a word an order stays in doubt until the next reconciliation. Ours."""

    cancel_attempts: int = 5
    """A cancellation that nobody answers is asked for so often. Source: R-105."""

    look_back_s: float = 86_400.0
    """Where positions differ, orders that are over are read again when they were sent within this time. Ours."""

    def __post_init__(self) -> None:
        """Refuse a policy that would ask for ever, or never."""
        counts = (self.polls, self.max_polls, self.cancel_attempts)
        times = (
            *(self.decision_ttl_s, self.poll_every_s, self.late_poll_every_s),
            self.look_back_s,
        )
        if min(counts) < 1 or min(times) <= 0:
            raise RejectedError(
                "execution: counts are 1 or more, times above 0 s", effect="nothing was sent"
            )


def backoff_s(attempt: int, jitter: float) -> float:
    """Return how long to wait after failed attempt `attempt` (from 0); `jitter` is in [0, 1] s. Source: R-105."""
    return float(BACKOFF_S * 2**attempt) + jitter
