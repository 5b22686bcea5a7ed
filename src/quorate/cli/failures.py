"""Failures as a user meets them: one line, one exit code, one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from quorate.kernel.errors import QuorateError, RejectedError, UnavailableError


class ExitCode(IntEnum):
    """What a command's end means to a script. Source: UI 2."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PROBLEMS_FOUND = 3
    CREDENTIALS = 4
    NOT_FOUND = 5
    SAFETY = 6
    UNREACHABLE = 7
    CONFLICT = 8
    CONFIG = 78
    INTERRUPTED = 130


_KINDS: Final[Mapping[str, tuple[int, ExitCode]]] = {
    "validation-failed": (422, ExitCode.USAGE),
    "invalid-cursor": (400, ExitCode.USAGE),
    "unauthenticated": (401, ExitCode.CREDENTIALS),
    "not-found": (404, ExitCode.NOT_FOUND),
    "conflict": (409, ExitCode.CONFLICT),
    "illegal-transition": (409, ExitCode.CONFLICT),
    "unavailable": (503, ExitCode.UNREACHABLE),
    "storage-unavailable": (503, ExitCode.FAILED),
    "storage-full": (507, ExitCode.FAILED),
    "check-failed": (500, ExitCode.PROBLEMS_FOUND),
    "config-refused": (500, ExitCode.CONFIG),
}
"""Slug -> HTTP status and exit code; any other slug is our own failure."""


def exit_code(error: QuorateError) -> ExitCode:
    """Return how a command ends that met `error`."""
    return _kind(error)[1]


def failure_tree(error: QuorateError) -> dict[str, object]:
    """Return what `--json` prints for `error`; outside a run there is no trace, so no traceId."""
    problem: dict[str, object] = {
        "type": error.slug,
        "title": error.slug.replace("-", " ").capitalize(),
        "status": _kind(error)[0],
        "detail": str(error),
        "traceId": None,
        "retryable": isinstance(error, UnavailableError),
    }
    return {"error": problem | _config_errors(error)}


def usage_error(message: str, command: str) -> RejectedError:
    """Return the refusal of a command line that cannot be understood."""
    cause, guess, meant = message.partition(" Did you mean ")
    fix = f"did you mean {meant} See {command} --help" if guess else f"{command} --help"
    return RejectedError(cause, effect="nothing was done", fix=fix)


def internal_error(error: BaseException) -> QuorateError:
    """Return the failure that an unforeseen exception is to the user."""
    return QuorateError(
        f"an internal error: {type(error).__name__}: {error}",
        effect="the command was abandoned; what the journal holds stands",
        fix="run it again with --verbose, and report what it prints",
    )


def root_cause(error: BaseException) -> BaseException:
    """Return what a task group's failure is about: its first QuorateError, else its first error."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    causes = [root_cause(each) for each in error.exceptions]
    return next((cause for cause in causes if isinstance(cause, QuorateError)), causes[0])


def _kind(error: QuorateError) -> tuple[int, ExitCode]:
    return _KINDS.get(error.slug, (500, ExitCode.FAILED))


def _config_errors(error: QuorateError) -> dict[str, object]:
    found = getattr(error, "errors", None)
    if found is None:
        return {}
    return {"errors": [{"key": e.key, "problem": e.problem, "code": e.code} for e in found]}
