"""Failures as a user meets them: one line, one exit code, one JSON object."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from quorate.kernel.errors import QuorateError, RejectedError, UnavailableError
from quorate.kernel.problems import status_of, title_of


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


_CODES: Final[Mapping[str, ExitCode]] = {
    "validation-failed": ExitCode.USAGE,
    "invalid-cursor": ExitCode.USAGE,
    "unauthenticated": ExitCode.CREDENTIALS,
    "forbidden": ExitCode.CREDENTIALS,
    "budget-exhausted": ExitCode.SAFETY,
    "trading-halted": ExitCode.SAFETY,
    "risk-denied": ExitCode.SAFETY,
    "breaker-open": ExitCode.SAFETY,
    "not-found": ExitCode.NOT_FOUND,
    "conflict": ExitCode.CONFLICT,
    "cycle-running": ExitCode.CONFLICT,
    "idempotency-in-flight": ExitCode.CONFLICT,
    "idempotency-reused": ExitCode.CONFLICT,
    "precondition-failed": ExitCode.CONFLICT,
    "illegal-transition": ExitCode.CONFLICT,
    "unavailable": ExitCode.UNREACHABLE,
    "broker-unavailable": ExitCode.UNREACHABLE,
    "check-failed": ExitCode.PROBLEMS_FOUND,
    "config-refused": ExitCode.CONFIG,
}
"""Slug -> exit code; any other slug ends with 1."""

SHOWN_OF_A_WORD: Final = 60
_ENDLESS: Final = re.compile(r"\S{201,}")
_NEGATIVE: Final = re.compile(r"No such option: -\.?[0-9]\S*")


def exit_code(error: QuorateError) -> ExitCode:
    """Return how a command ends that met `error`."""
    return _CODES.get(error.slug, ExitCode.FAILED)


def failure_tree(error: QuorateError) -> dict[str, object]:
    """Return what `--json` prints for `error`; a hub's own problem names its trace, else there is none."""
    problem: dict[str, object] = {
        "type": error.slug,
        "title": title_of(error.slug),
        "status": status_of(error.slug),
        "detail": str(error),
        "traceId": getattr(error, "trace_id", None),
        "retryable": isinstance(error, UnavailableError) or getattr(error, "retryable", False),
    }
    return {"error": problem | _config_errors(error)}


def usage_error(message: str, command: str) -> RejectedError:
    """Return the refusal of a command line that cannot be understood."""
    if _NEGATIVE.fullmatch(message):
        message = f"{message}. A number below 0 is nothing that a command takes."
    cause, guess, meant = message.partition(" Did you mean ")
    fix = f"did you mean {meant} See {command} --help" if guess else f"{command} --help"
    return RejectedError(cause, effect="nothing was done", fix=fix)


def internal_error(error: BaseException) -> QuorateError:
    """Return the failure that an unforeseen exception is to the user; output without room is no error of ours."""
    if isinstance(error, OSError) and error.filename is None and error.errno == errno.ENOSPC:
        return QuorateError(
            f"there is no room for the output ({error.strerror})",
            effect="what the journal holds stands, the answer was not written",
            fix="make room, or send it elsewhere",
        )
    return QuorateError(
        f"an internal error: {type(error).__name__}: {error}",
        effect="the command was abandoned; what the journal holds stands",
        fix="run it again with --verbose, and report what it prints",
    )


def shortened(text: str) -> str:
    """Return `text` with no word longer than a person reads: whoever typed a megabyte knows what it was."""
    return _ENDLESS.sub(lambda word: f"{word[0][:SHOWN_OF_A_WORD]}...", text)


def _config_errors(error: QuorateError) -> dict[str, object]:
    found = getattr(error, "errors", None)
    if found is None:
        return {}
    return {"errors": [{"key": e.key, "problem": e.problem, "code": e.code} for e in found]}
