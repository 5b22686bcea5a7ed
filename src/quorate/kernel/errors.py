"""The one error tree: a type per reaction of the caller, the cause in its fields.

QuorateError
├── RejectedError          a rule said no                          -> record, stop, never retry
├── UnavailableError       a dependency gave no answer             -> retry or fall back
├── InvalidOutputError     a model broke its schema                -> one cheap repair, then abstain
├── ConflictError          someone else moved first                -> reload
└── InvariantBrokenError   our own bug, or corrupt data            -> halt
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class QuorateError(Exception):
    """Parent of every failure that Quorate raises on purpose.

    Args:
        cause: what happened, in the words of the domain.
        effect: what follows for the user ("nothing was written").
        fix: the next act, often a command.
        slug: the machine-readable kind, one of the problem list of the API.
    """

    default_slug: ClassVar[str] = "internal-error"

    def __init__(self, cause: str, *, effect: str = "", fix: str = "", slug: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.effect = effect
        self.fix = fix
        self.slug = slug or self.default_slug

    def __str__(self) -> str:
        """Return cause, effect and next act as one line."""
        effect = self.effect[:1].upper() + self.effect[1:]
        line = ". ".join(part.rstrip(".") for part in (self.cause, effect) if part) + "."
        return f"{line} Fix: {self.fix}" if self.fix else line


class RejectedError(QuorateError):
    """A rule said no: record it and stop, a second try gives the same answer."""

    default_slug = "validation-failed"


class UnavailableError(QuorateError):
    """A dependency gave no answer; `source` names it, `retry_after` says when to ask again."""

    default_slug = "unavailable"

    def __init__(
        self,
        cause: str,
        *,
        source: str,
        retry_after: timedelta | None = None,
        effect: str = "",
        fix: str = "",
        slug: str = "",
    ) -> None:
        super().__init__(cause, effect=effect, fix=fix, slug=slug)
        self.source = source
        self.retry_after = retry_after


class InvalidOutputError(QuorateError):
    """A model's answer broke its schema; `code` is the rejection code."""

    default_slug = "invalid-output"

    def __init__(self, cause: str, *, code: str) -> None:
        super().__init__(cause)
        self.code = code


class ConflictError(QuorateError):
    """Someone else moved first (state, version, lease): reload and look again."""

    default_slug = "conflict"


class InvariantBrokenError(QuorateError):
    """Our own bug or corrupt data: nothing built on it can be trusted, so stop."""

    default_slug = "invariant-broken"


def root_cause(error: BaseException) -> BaseException:
    """Return what a task group's failure is about: its first QuorateError, else its first error."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    causes = [root_cause(each) for each in error.exceptions]
    return next((cause for cause in causes if isinstance(cause, QuorateError)), causes[0])
