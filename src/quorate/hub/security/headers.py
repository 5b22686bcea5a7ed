"""Headers: what every answer carries, errors and files included, and the trace id that ties it to the log."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from quorate.kernel.ids import TraceId

if TYPE_CHECKING:
    from litestar.types import Message, Scope

REPORTS_PATH: Final = "/api/admin/csp-reports"
"""Where a browser tells what it refused."""

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types default; "
    f"report-uri {REPORTS_PATH}"
)
"""Nothing but our own files, no inline script or style, no frame; markup and script addresses through one policy of
our own (`hub-trust.js`). Source: RELIABILITY 6.8."""

SECURITY_HEADERS: Final = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)
"""On every answer. There is no TLS on loopback, so no HSTS."""

NO_STORE: Final = "no-store"
"""What is said of caching where an answer says nothing itself."""

_TRACE: Final = "trace_id"
_RAW = tuple((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS)
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


async def protect(message: Message, scope: Scope) -> None:
    """Add the headers to an answer that is about to begin (Litestar's `before_send`)."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    if not any(name.lower() == b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", NO_STORE.encode()))
    message["headers"] = [*headers, *_RAW, (b"x-trace-id", trace_id_of(scope).encode())]


def trace_id_of(scope: Scope) -> TraceId:
    """Return the request's trace id: the caller's `traceparent`, else a new one, the same for all of the request."""
    state: dict[str, Any] = scope["state"]
    if _TRACE not in state:
        state[_TRACE] = _named_by_caller(scope) or secrets.token_hex(16)
    return TraceId(str(state[_TRACE]))


def header_of(scope: Scope, name: str) -> str | None:
    """Return the first header of that name (lower case), as text."""
    wanted = name.encode()
    found = next((value for each, value in scope["headers"] if each == wanted), None)
    return None if found is None else found.decode("latin-1")


def _named_by_caller(scope: Scope) -> str | None:
    """Return the trace id of a well-formed `traceparent`. Source: W3C Trace Context."""
    found = _TRACEPARENT.fullmatch(header_of(scope, "traceparent") or "")
    return found[1] if found else None
