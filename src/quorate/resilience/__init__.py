"""The resilience room: when to stop asking, when to ask again, and when to give up; pure, over given times."""

from quorate.resilience.breaker import (
    CLOSED,
    TASK_WEIGHTS,
    Breaker,
    BreakerPolicy,
    Circuit,
    FailureSource,
)
from quorate.resilience.deadline import Deadline
from quorate.resilience.retry import (
    AttemptBudget,
    RetryPolicy,
    backoff_s,
    next_try_at,
    parse_retry_after,
    waited_s,
)

__all__ = [
    "CLOSED",
    "TASK_WEIGHTS",
    "AttemptBudget",
    "Breaker",
    "BreakerPolicy",
    "Circuit",
    "Deadline",
    "FailureSource",
    "RetryPolicy",
    "backoff_s",
    "next_try_at",
    "parse_retry_after",
    "waited_s",
]
