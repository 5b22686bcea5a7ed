"""Forgery: is a change wished for by our own page, or by a page elsewhere that uses our cookie?

Three things must agree where they are there: the Origin, what the browser says of the request's site, and a token
that only our own pages know. Source: RELIABILITY 6.6, ASVS 3.5.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from quorate.hub.problems import Refusal, RefusedError

CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"

SAME_ORIGIN: Final = "same-origin"
OPAQUE: Final = "null"
"""What Chromium sends as the Origin of a plain form of our own pages, because they tell no referrer; then what it says
of the request's site has to vouch for it."""


def csrf_token(secret: bytes, session_id: str) -> str:
    """Return the token of a session: an HMAC, so that none has to be kept."""
    return keyed_hash(secret, "csrf", session_id)


def keyed_hash(secret: bytes, purpose: str, text: str) -> str:
    """Return the HMAC-SHA-256 of `text` for one purpose, in hex; another purpose gives another one."""
    return hmac.new(secret, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def check_origin(origin: str | None, site: str | None, host: str | None) -> None:
    """Refuse what a page of another origin asked for; both headers are the browser's, no script can set them.

    Args:
        origin: the Origin header, None where the browser sent none.
        site: the Sec-Fetch-Site header, likewise.
        host: the Host header, checked already.

    Raises:
        RefusedError: slug `forbidden`, code ORIGIN.
    """
    if site is not None and site != SAME_ORIGIN:
        raise _foreign()
    ours = (f"http://{host}", *([OPAQUE] if site == SAME_ORIGIN else []))
    if origin is not None and origin not in ours:
        raise _foreign()


def check_csrf(given: str | None, expected: str) -> None:
    """Refuse a change without this session's token.

    Raises:
        RefusedError: slug `forbidden`, code CSRF.
    """
    if not hmac.compare_digest((given or "").encode(), expected.encode()):
        raise RefusedError(
            "the form's token is missing or is not this session's",
            slug="forbidden",
            fix="load the page again",
            refusal=Refusal(code="CSRF"),
        )


def _foreign() -> RefusedError:
    return RefusedError(
        "the request comes from a page of another origin",
        slug="forbidden",
        refusal=Refusal(code="ORIGIN"),
    )
