"""The breaker: after enough failures nobody asks a dependency for a while, then one does.

closed --(failures of a window weigh `threshold`)--> open --(`open_s`)--> half-open: one trial
half-open --(it worked)--> closed;  --(it failed)--> open;  --(it said nothing)--> half-open, the next may try
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.kernel.errors import RejectedError


class Circuit(StrEnum):
    """Where a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class FailureSource(StrEnum):
    """Whose fault a failed task was. Source: R-051, FM-TAW-010."""

    AGENT_CRASH = "agent_crash"
    NETWORK_ERROR = "network_error"
    LLM_TIMEOUT = "llm_timeout"


TASK_WEIGHTS: Final[Mapping[FailureSource, float]] = MappingProxyType(
    {
        FailureSource.AGENT_CRASH: 1.0,
        FailureSource.NETWORK_ERROR: 0.5,
        FailureSource.LLM_TIMEOUT: 0.0,
    }
)
"""What a failure weighs for the breaker of tasks: a slow model never stops them. Source: R-051, FM-TAW-010."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a breaker opens and for how long."""

    threshold: float = 3.0
    """It opens when the failures of one window weigh this much. Source: R-051 (3 failures)."""

    window_s: float = 60.0
    """How long a failure counts, in seconds. Source: R-051."""

    open_s: float = 60.0
    """How long it lets nobody through, in seconds. Source: R-051 (models 60 s, tasks 30 s)."""

    trial_s: float = 60.0
    """A trial of which nothing was heard for so long, in seconds, is given up. Source: R-051."""

    def __post_init__(self) -> None:
        """Refuse a breaker that never opens or never closes again."""
        values = (self.threshold, self.window_s, self.open_s, self.trial_s)
        if not all(0 < value <= 86_400 for value in values):
            raise RejectedError("breaker policy: every value is in (0, 86400]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A breaker at one moment; times are seconds of the monotonic clock.

    `until` is when an open one lets one through, or when a half-open one gives its trial up. Each change of
    circuit, and each new trial, starts a `generation`: an outcome counts only in the generation that let it
    through, so the late failure of an old call does not spoil the trial.
    """

    circuit: Circuit = Circuit.CLOSED
    generation: int = 0
    until: float = 0.0
    failures: tuple[tuple[float, float], ...] = ()
    """When each failure of the window was, and what it weighs."""

    def admits(self, now: float) -> bool:
        """Return whether one may pass now."""
        return self.circuit is Circuit.CLOSED or now >= self.until

    def admitted(self, policy: BreakerPolicy, now: float) -> Breaker:
        """Return the breaker once somebody passes; its generation is the pass. Ask `admits` first."""
        if self.circuit is Circuit.CLOSED:
            return self
        return self._next(Circuit.HALF_OPEN, until=now + policy.trial_s)

    def worked(self, generation: int) -> Breaker:
        """Return the breaker once what passed in `generation` did what it should: a trial closes it."""
        if self._is_trial(generation):
            return self._next(Circuit.CLOSED)
        return self

    def failed(
        self, policy: BreakerPolicy, *, generation: int, weight: float, now: float
    ) -> Breaker:
        """Return the breaker once what passed in `generation` failed; weight 0 says nothing about it."""
        if weight <= 0:
            return self.silent(generation, now)
        if self._is_trial(generation):
            return self._next(Circuit.OPEN, until=now + policy.open_s)
        if self.circuit is not Circuit.CLOSED or generation != self.generation:
            return self
        recent = [(then, each) for then, each in self.failures if now - then < policy.window_s]
        failures = (*recent, (now, weight))
        if sum(each for _, each in failures) >= policy.threshold:
            return self._next(Circuit.OPEN, until=now + policy.open_s)
        return replace(self, failures=failures)

    def silent(self, generation: int, now: float) -> Breaker:
        """Return the breaker once what passed ended without saying how the dependency is: the next may try."""
        return replace(self, until=now) if self._is_trial(generation) else self

    def _is_trial(self, generation: int) -> bool:
        return self.circuit is Circuit.HALF_OPEN and generation == self.generation

    def _next(self, circuit: Circuit, until: float = 0.0) -> Breaker:
        return Breaker(circuit=circuit, generation=self.generation + 1, until=until)


CLOSED: Final = Breaker()
"""A breaker of which nothing bad is known."""
