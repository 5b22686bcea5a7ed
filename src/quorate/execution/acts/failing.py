"""Failing: which failures may pass if the same is tried again, and which would only be repeated: R-105, R-202."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from quorate.execution.broker import KeysRefusedError, OrderRefusedError, OutcomeUnknownError
from quorate.kernel.errors import ConflictError, QuorateError, UnavailableError

REFUSALS: Final = (
    ("wash trade", "WASH_TRADE"),
    ("buying power", "BUYING_POWER"),
    ("insufficient", "BUYING_POWER"),
    ("already filled", "FILLED"),
    ("is filled", "FILLED"),
    ("already canceled", "CLOSED"),
    ("already cancelled", "CLOSED"),
    ("closed", "CLOSED"),
    ("not tradable", "RESTRICTED"),
    ("restricted", "RESTRICTED"),
    ("not allowed", "RESTRICTED"),
    ("asset", "BAD_SYMBOL"),
    ("symbol", "BAD_SYMBOL"),
)
"""What a broker's refusal is about, by its words; the first that it holds counts. Source: R-105, BR-011."""

REFUSED: Final = "REFUSED"
"""A refusal in other words."""


class Kind(NamedTuple):
    """A kind of error: its code, empty where the error itself says it, and whether it is permanent."""

    type: type[BaseException]
    code: str
    permanent: bool


KINDS: Final = (
    Kind(KeysRefusedError, "CREDENTIALS", permanent=True),
    Kind(OrderRefusedError, "", permanent=True),
    Kind(OutcomeUnknownError, "OUTCOME_UNKNOWN", permanent=False),
    Kind(UnavailableError, "", permanent=False),
    Kind(ConflictError, "", permanent=False),
    Kind(QuorateError, "", permanent=True),
    Kind(TimeoutError, "TIMEOUT", permanent=False),
    Kind(ConnectionError, "RESET", permanent=False),
    Kind(BaseException, "INTERNAL_ERROR", permanent=True),
)
"""What an attempt may fail with, special kinds before general ones; the first that fits counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an attempt failed; a permanent one is not tried again, `retry_after_s` is what the other side asked for."""

    code: str
    reason: str
    permanent: bool
    retry_after_s: float = 0.0


def failure_of(error: BaseException) -> Failure:
    """Return what an attempt's error means for the next one."""
    kind = next(each for each in KINDS if isinstance(error, each.type))
    after = error.retry_after if isinstance(error, UnavailableError) else None
    return Failure(
        code=kind.code or _code(error),
        reason=error.cause if isinstance(error, QuorateError) else type(error).__name__,
        permanent=kind.permanent,
        retry_after_s=0.0 if after is None else after.total_seconds(),
    )


def _code(error: BaseException) -> str:
    if isinstance(error, OrderRefusedError):
        words = error.cause.lower()
        return next((code for word, code in REFUSALS if word in words), REFUSED)
    slug = error.slug if isinstance(error, QuorateError) else ""
    return slug.upper().replace("-", "_")
