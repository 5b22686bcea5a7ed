"""A boundary: where one component asks another that may not answer; its breaker, its figures, and what weighs.

asked -> the breaker lets it through, or it fails at once -> answer within the time, or a failure that weighs
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from quorate.kernel.errors import QuorateError, UnavailableError
from quorate.resilience.breaker import CLOSED, Breaker, BreakerPolicy, Circuit

DEFAULT_TIMEOUT_MS: Final = 5_000.0
"""How long a component is waited for, in milliseconds. Source: R-136."""

VALIDATOR_TIMEOUT_MS: Final = 5_000.0
"""How long the checks of a task may take, in milliseconds. Source: R-138."""

ROUTER_TIMEOUT_MS: Final = 2_000.0
"""How long the choice of a worker may take, in milliseconds. Source: R-138."""

COMPONENT_BREAKER: Final = BreakerPolicy(threshold=3.0, window_s=60.0, open_s=10.0, trial_s=10.0)
"""When a component's breaker opens: three failures in a row within a minute. Source: R-051.

It is asked again after 10 s, not after the 30 s of tasks: nobody else could be asked instead. Ours.
"""

BREAKER_OPEN: Final = "breaker-open"
"""The slug of what an open breaker did not let through."""


class BreakerOpenError(UnavailableError):
    """An open breaker let nobody through: the component was not asked, so nothing happened there."""

    default_slug = BREAKER_OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was counted at a boundary since the process began; `waited_s` is of all that were let through."""

    calls: int = 0
    failures: int = 0
    timeouts: int = 0
    refused: int = 0
    waited_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Boundary:
    """One boundary of this process as it stands; `of` says in words what is behind it."""

    name: str
    of: str = ""
    policy: BreakerPolicy = COMPONENT_BREAKER
    breaker: Breaker = field(default=CLOSED)
    asked: Asked = field(default_factory=Asked)
    cause: str = ""
    """What the newest failure was."""

    @property
    def is_open(self) -> bool:
        """Return whether something is held back."""
        return self.breaker.circuit is not Circuit.CLOSED

    def left_s(self, now: float) -> float | None:
        """Return how long nobody is let through, None where everybody is."""
        return max(self.breaker.until - now, 0.0) if self.is_open else None

    def failures_weigh(self, now: float) -> float:
        """Return what the failures of the present window weigh; an open one weighs its threshold."""
        if self.is_open:
            return self.policy.threshold
        return sum(
            weight for then, weight in self.breaker.failures if now - then < self.policy.window_s
        )


def weight_of(error: BaseException) -> float:
    """Return what a failure weighs against the component: only silence does, a refusal is an answer.

    Source: R-051 (whose fault it was decides), R-136.
    """
    if isinstance(error, BreakerOpenError):
        return 0.0
    return 1.0 if isinstance(error, UnavailableError | TimeoutError) else 0.0


def is_answer(error: BaseException) -> bool:
    """Return whether a failure shows that the component works: it said no, or that somebody else moved first."""
    return isinstance(error, QuorateError) and weight_of(error) == 0.0


def answered(breaker: Breaker, generation: int) -> Breaker:
    """Return the breaker once the component answered: only failures in a row count against it.

    Many kinds of requests pass one boundary; a host that answers the others is not down.
    """
    worked = breaker.worked(generation)
    return replace(worked, failures=()) if worked.failures else worked


def held_back(boundary: Boundary, now: float) -> BreakerOpenError:
    """Return the failure of a request that an open breaker does not let through."""
    left = boundary.left_s(now) or 0.0
    last = f" ({boundary.cause})" if boundary.cause else ""
    return BreakerOpenError(
        f"{boundary.of or boundary.name} failed too often{last}, so it is left alone for {left:.0f} s",
        source=boundary.name,
        retry_after=timedelta(seconds=left),
        effect="nothing was sent",
        fix="it is asked again by itself; quorate breakers",
    )


def too_slow(boundary: Boundary, timeout_ms: float) -> UnavailableError:
    """Return the failure of a component that gave no answer in time."""
    return UnavailableError(
        f"{boundary.of or boundary.name} gave no answer within {timeout_ms:g} ms",
        source=boundary.name,
        slug="timeout",
    )
