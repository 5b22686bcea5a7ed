"""The problem list: every slug that a failure may carry, with the HTTP status that it is answered with.

The one such list: the API answers by it, and `--json` prints the same. Source: UI 3 (Errors), RFC 9457.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OUR_FAULT: Final = 500
"""The status of every slug that is not on the list."""

STATUSES: Final[Mapping[str, int]] = {
    "idempotency-missing": 400,
    "invalid-cursor": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "request-timeout": 408,
    "budget-exhausted": 409,
    "conflict": 409,
    "cycle-running": 409,
    "idempotency-in-flight": 409,
    "illegal-transition": 409,
    "risk-denied": 409,
    "precondition-failed": 412,
    "payload-too-large": 413,
    "unsupported-media-type": 415,
    "misdirected-request": 421,
    "idempotency-reused": 422,
    "validation-failed": 422,
    "trading-halted": 423,
    "rate-limited": 429,
    "check-failed": OUR_FAULT,
    "config-refused": OUR_FAULT,
    "broker-unavailable": 502,
    "breaker-open": 503,
    "storage-unavailable": 503,
    "unavailable": 503,
    "storage-full": 507,
}


def status_of(slug: str) -> int:
    """Return the HTTP status of a failure with this slug."""
    return STATUSES.get(slug, OUR_FAULT)


def title_of(slug: str) -> str:
    """Return what the kind of failure is called: "Not found"."""
    return slug.replace("-", " ").capitalize()
