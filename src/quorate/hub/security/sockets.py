"""Sockets: who may open a WebSocket, decided before it is accepted, and how a refusal is told.

A refused handshake is answered over HTTP (401, 403, 404), where the server can, with the code that a socket would be
closed with in a header; else it is closed with that code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

import msgspec

from quorate.hub.problems import PROBLEM_JSON, RefusedError, problem_of
from quorate.hub.security.headers import trace_id_of
from quorate.hub.security.principal import Open, Principal, Requires, scope_missing
from quorate.kernel.problems import status_of

if TYPE_CHECKING:
    from litestar.types import Message, Receive, Scope, Send

    from quorate.kernel.errors import QuorateError

DENIAL: Final = "websocket.http.response"
"""The ASGI extension by which a handshake is answered over HTTP."""

CLOSE_CODE: Final = b"x-close-code"

_CODES: Final[Mapping[int, int]] = {401: 4401, 403: 4403, 404: 4404}
"""HTTP status -> the code that a socket is closed with. Source: RELIABILITY 1.6 (4401)."""

_POLICY_VIOLATION: Final = 1008


def check_socket(guard: Requires | Open | None, principal: Principal) -> None:
    """Refuse a socket that is not there, or not for this principal.

    Raises:
        RefusedError: there is no such socket, or the scope that it needs is missing.
    """
    if guard is None:
        raise RefusedError("there is no socket at this address", slug="not-found")
    if isinstance(guard, Requires) and guard.scope not in principal.scopes:
        raise scope_missing(guard.scope)


async def refuse_socket(error: QuorateError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a handshake that is refused; nothing was accepted."""
    await receive()
    status = status_of(error.slug)
    code = _CODES.get(status, _POLICY_VIOLATION)
    if DENIAL not in (scope.get("extensions") or {}):
        closing = {"type": "websocket.close", "code": code, "reason": error.slug}
        await send(cast("Message", closing))
        return
    problem = problem_of(error, instance=scope["path"], trace_id=trace_id_of(scope))
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"cache-control", b"no-store"),
        (CLOSE_CODE, str(code).encode()),
        (b"x-trace-id", trace_id_of(scope).encode()),
    ]
    start = {"type": f"{DENIAL}.start", "status": status, "headers": headers}
    await send(cast("Message", start))
    body = {"type": f"{DENIAL}.body", "body": msgspec.json.encode(problem)}
    await send(cast("Message", body))
