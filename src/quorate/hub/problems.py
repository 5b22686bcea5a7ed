"""Problems: a failure as the API tells it (RFC 9457), with nothing of what is inside.

A slug says what kind it is and fixes the status; a code says more where one slug covers several reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import msgspec

from quorate.agents.profile import UnfitProfileError
from quorate.arena.competition.trader import UnfitTraderError
from quorate.kernel.errors import QuorateError, RejectedError, UnavailableError
from quorate.kernel.problems import OUR_FAULT, status_of, title_of

PROBLEM_JSON: Final = "application/problem+json"

_CODES: Final[Mapping[str, str]] = {
    "forbidden": "FORBIDDEN",
    "method-not-allowed": "METHOD",
    "misdirected-request": "HOST",
    "not-found": "NOT_FOUND",
    "payload-too-large": "BODY_TOO_LARGE",
    "rate-limited": "RATE_LIMITED",
    "unauthenticated": "UNAUTHENTICATED",
    "unsupported-media-type": "CONTENT_TYPE",
}
"""The code of a slug whose failure names none; any other slug is its own code. Source: bad_inputs.jsonl AP-*."""


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one part of a request: `/symbols/0` of its body, or `?limit` of its address."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=False):
    """The body of every answer that is no success."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str
    retryable: bool = False
    retry_after_ms: int | None = None
    errors: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a refusal says beside its slug."""

    code: str = ""
    errors: Sequence[FieldProblem] = ()
    retry_after: timedelta | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(RejectedError):
    """The hub itself said no, before the application was asked."""

    def __init__(
        self,
        cause: str,
        *,
        slug: str,
        fix: str = "",
        effect: str = "nothing was done",
        refusal: Refusal = Refusal(),
    ) -> None:
        super().__init__(cause, effect=effect, fix=fix, slug=slug)
        self.refusal = refusal


def problem_of(error: QuorateError, *, instance: str, trace_id: str) -> Problem:
    """Return what a client is told; of a failure that is ours it learns the trace id and nothing else."""
    status, refusal = status_of(error.slug), _refusal_of(error)
    ours = status == OUR_FAULT
    slug = "internal-error" if ours else error.slug
    return Problem(
        type=f"/problems/{slug}",
        title=title_of(slug),
        status=status,
        detail=_OURS if ours else str(error),
        instance=instance,
        code=refusal.code or _CODES.get(slug, slug),
        trace_id=trace_id,
        retryable=isinstance(error, UnavailableError) or refusal.retry_after is not None,
        retry_after_ms=_milliseconds(refusal.retry_after),
        errors=tuple(refusal.errors),
    )


def headers_of(error: QuorateError) -> dict[str, str]:
    """Return the headers that a problem's answer carries: when to ask again, and the refusal's own."""
    refusal = _refusal_of(error)
    if refusal.retry_after is None:
        return dict(refusal.headers)
    seconds = max(1, -int(-refusal.retry_after.total_seconds() // 1))
    return {**refusal.headers, "Retry-After": str(seconds)}


def internal_error() -> QuorateError:
    """Return the failure that an unforeseen exception is to a client."""
    return QuorateError(_OURS)


_OURS: Final = "Something failed here that should not have. Quote the trace id when you report it."


def _refusal_of(error: QuorateError) -> Refusal:
    if isinstance(error, RefusedError):
        return error.refusal
    if isinstance(error, UnfitProfileError | UnfitTraderError):
        said = [FieldProblem(f"/{each.key}", each.rule) for each in error.violations]
        return Refusal(errors=said)
    if isinstance(error, UnavailableError):
        return Refusal(retry_after=error.retry_after)
    return Refusal()


def _milliseconds(after: timedelta | None) -> int | None:
    return None if after is None else max(1, round(after.total_seconds() * 1000))
