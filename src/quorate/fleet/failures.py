"""Failures: whose fault it is that nothing came of a task."""

from __future__ import annotations

from quorate.fleet.outcome import LONGEST_REASON, Failed, FailedBy
from quorate.kernel.errors import (
    InvalidOutputError,
    QuorateError,
    RejectedError,
    UnavailableError,
    root_cause,
)
from quorate.llm.failure import FailureCode, ModelCallError


def failure_of(error: BaseException) -> Failed:
    """Return what a worker tells of an error that ended its work.

    A model that is slow says nothing about the worker, a lost connection little, a bug everything; a rule's refusal
    would be the same at any other worker. Source: R-051, FM-TAW-010.
    """
    cause = root_cause(error)
    said = str(cause) if isinstance(cause, QuorateError) else f"{type(cause).__name__}: {cause}"
    return Failed(source=_source(cause), reason=" ".join(said.split())[:LONGEST_REASON])


def _source(cause: BaseException) -> FailedBy:
    match cause:
        case TimeoutError() | ModelCallError(code=FailureCode.TIMEOUT):
            return FailedBy.LLM_TIMEOUT
        case UnavailableError() | ConnectionError():
            return FailedBy.NETWORK_ERROR
        case RejectedError() | InvalidOutputError():
            return FailedBy.RULE
        case _:
            return FailedBy.WORKER_CRASH
