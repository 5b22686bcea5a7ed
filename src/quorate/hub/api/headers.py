"""Request headers: what callers say beside the body, and when a change of something that was read is refused."""

from __future__ import annotations

from typing import Annotated

from litestar.params import HeaderParameter

from quorate.hub.problems import RefusedError

IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key")]
IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]
Prefer = Annotated[str | None, HeaderParameter(name="Prefer")]


def require_unchanged(if_match: str | None, etag: str, changed: str) -> None:
    """Refuse a change of what is no longer as it was read; without the header, or with `*`, any state will do.

    Raises:
        RefusedError: `etag` is another one (slug `precondition-failed`); `changed` says what happened.
    """
    if if_match not in {None, "*", etag}:
        raise RefusedError(
            changed,
            slug="precondition-failed",
            effect="nothing was changed",
            fix="read it again",
        )
