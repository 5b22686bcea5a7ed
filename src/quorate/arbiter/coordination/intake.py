"""Intake: whether a new task may come in now. Below the limit it waits its turn; above it, or with nobody to work, 503.

closed --(nobody can work, or 1000 wait, or failures weigh 3)--> open --30 s--> half-open: one test task
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from quorate.arbiter.coordination.shutdown import Switch
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import UnavailableError
from quorate.resilience.breaker import (
    CLOSED,
    TASK_WEIGHTS,
    Breaker,
    BreakerPolicy,
    Circuit,
    FailureSource,
)

QUEUE_LIMIT: Final = 1000
"""So many tasks that wait are too many. Source: R-051, the ARBITER facts."""

TASK_BREAKER: Final = BreakerPolicy(threshold=3.0, window_s=60.0, open_s=30.0, trial_s=30.0)
"""Source: R-051 (tasks: 30 s, one test task)."""

CIRCUIT_OPEN: Final = "circuit_open"
"""The reason of a 503. Source: the ARBITER facts (FM-TAW-010)."""


class CircuitOpenError(UnavailableError):
    """No task is taken now; `open_reason` says why, `retry_after` when to come again."""

    default_slug = "breaker-open"

    def __init__(self, open_reason: str, retry_after_s: float) -> None:
        super().__init__(
            f"no task is taken now: {open_reason}",
            effect="nothing was started",
            fix=f"try again in {retry_after_s:.0f} s",
            source="arbiter",
            retry_after=timedelta(seconds=retry_after_s),
        )
        self.open_reason = open_reason
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, JsonValue]:
        """Return what a program is told beside the problem. Source: the ARBITER facts."""
        return {
            "reason": CIRCUIT_OPEN,
            "retry_after": round(self.retry_after_s),
            "open_reason": self.open_reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """How it stands with those who work: how many could, and how many tasks wait for them."""

    able: int
    queued: int


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of new tasks at one moment; `why` is what opened its breaker last."""

    breaker: Breaker = CLOSED
    why: str = ""

    def passed(
        self, pressure: Pressure, intake: Switch, now: float, policy: BreakerPolicy = TASK_BREAKER
    ) -> Gate:
        """Return the gate once a task was let in.

        Raises:
            CircuitOpenError: none is let in.
        """
        if intake.is_shut:
            raise CircuitOpenError(
                f"shut down until a person resumes: {intake.reason}", policy.open_s
            )
        if not self.breaker.admits(now):
            raise CircuitOpenError(self.why, max(1.0, self.breaker.until - now))
        if why := obstacle(pressure):
            raise CircuitOpenError(why, policy.open_s)
        return Gate(self.breaker.admitted(policy, now), self.why)

    def pressed(self, pressure: Pressure, now: float, policy: BreakerPolicy = TASK_BREAKER) -> Gate:
        """Return the gate as the pressure leaves it: open as soon as it is too much."""
        why = obstacle(pressure)
        if not why or self.breaker.circuit is Circuit.OPEN:
            return self
        opened = Breaker(
            circuit=Circuit.OPEN,
            generation=self.breaker.generation + 1,
            until=now + policy.open_s,
        )
        return Gate(opened, why)

    def worked(self, generation: int) -> Gate:
        """Return the gate once a task that it let in did its work: the test task closes it."""
        return Gate(self.breaker.worked(generation), self.why)

    def failed(
        self,
        source: FailureSource,
        generation: int,
        now: float,
        policy: BreakerPolicy = TASK_BREAKER,
    ) -> Gate:
        """Return the gate once a task failed; a model that is slow never closes the gate. Source: R-051."""
        weight = TASK_WEIGHTS[source]
        after = self.breaker.failed(policy, generation=generation, weight=weight, now=now)
        opened = after.circuit is Circuit.OPEN and self.breaker.circuit is not Circuit.OPEN
        return Gate(after, f"tasks fail: {source.value}" if opened else self.why)


def obstacle(pressure: Pressure) -> str:
    """Return why nothing more can be taken, empty where it can wait its turn."""
    if pressure.able == 0:
        return "no worker is able to work"
    if pressure.queued >= QUEUE_LIMIT:
        return f"{pressure.queued} tasks wait already"
    return ""
