"""The gate: what every request passes before any route sees it, in this order.

host -> who asks, and may a stranger see this -> is the change our own page's -> type and length of the body -> its form

Scopes and limits are the route's own guard, idempotency its handler's. What the gate refuses is answered as any
failure is; the rest goes on with the body read and the principal in the request's state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar.enums import ScopeType

from quorate.bootstrap.telemetry.tracing import accepted
from quorate.hub.problems import Refusal, RefusedError
from quorate.hub.security.authentication import API_KEY, Authentication
from quorate.hub.security.bodies import (
    CSP_REPORT,
    FORM,
    JSON,
    check_json,
    check_length,
    check_type,
    form_field,
    has_body,
    read_body,
    replayed,
)
from quorate.hub.security.forgery import CSRF_FIELD, CSRF_HEADER, check_csrf, check_origin
from quorate.hub.security.headers import REPORTS_PATH, header_of, trace_id_of
from quorate.hub.security.hosts import check_host
from quorate.hub.security.principal import (
    PRINCIPAL,
    SAFE_METHODS,
    STRANGER,
    Open,
    Principal,
    PrincipalKind,
    Requires,
    unauthenticated,
)
from quorate.hub.security.sockets import check_socket, refuse_socket
from quorate.kernel.errors import QuorateError

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send, WebSocketScope

API: Final = "/api/"
"""Below it bodies and answers are JSON, elsewhere forms and pages."""

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """What the gate knows of the application.

    Args:
        hosts: the Host headers that are answered.
        open_paths: the paths that a stranger may see.
        open_prefixes: likewise, all below these.
        unattended: the paths whose requests are no sign of a person: they do not prolong a session.
        sockets: the paths of WebSockets, and what each needs.
        patience: how long a body may take to arrive.
    """

    hosts: frozenset[str]
    open_paths: frozenset[str]
    open_prefixes: tuple[str, ...]
    unattended: frozenset[str]
    sockets: Mapping[str, Requires | Open] = field(default_factory=dict)
    patience: timedelta = timedelta(seconds=10)

    def is_open(self, path: str) -> bool:
        """Return whether a stranger may see `path`."""
        return path in self.open_paths or path.startswith(self.open_prefixes)


UNATTENDED: Final = "x-unattended"
"""What a page of ours sends with what it reloads by itself."""

Answer = Callable[[QuorateError, "HTTPScope", "Receive"], "ASGIApp"]
"""How a failure is told to whoever asked."""


class Gate:
    """Stands before the whole application, so that no route can be reached round it."""

    def __init__(
        self,
        inside: ASGIApp,
        *,
        policy: GatePolicy,
        authentication: Authentication,
        answer: Answer,
    ) -> None:
        self._inside = inside
        self._policy = policy
        self._authentication = authentication
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await self._socket(scope, receive, send)
            return
        request = scope
        try:
            passed = await self._passed(request, receive)
        except QuorateError as error:
            await self._answer(error, request, receive)(scope, receive, send)
        else:
            with accepted(request["method"], request["path"], header_of(scope, "traceparent")):
                await self._inside(scope, passed, send)

    async def _socket(self, scope: WebSocketScope, receive: Receive, send: Send) -> None:
        """Let a handshake pass, or refuse it: nothing is accepted before it is known who asks, and from where."""
        try:
            check_host(header_of(scope, "host"), self._policy.hosts)
            principal = await self._principal(scope)
            if principal.session_id:
                _check_origin(scope)
            check_socket(self._policy.sockets.get(scope["path"]), principal)
        except QuorateError as error:
            await refuse_socket(error, scope, receive, send)
            return
        state: dict[str, Any] = scope["state"]
        state[PRINCIPAL] = principal
        await self._inside(scope, receive, send)

    async def _passed(self, scope: HTTPScope, receive: Receive) -> Receive:
        """Return the `receive` that the application is to use.

        Raises:
            QuorateError: the request is refused; the first check that fails says why.
        """
        check_host(header_of(scope, "host"), self._policy.hosts)
        principal = await self._principal(scope)
        state: dict[str, Any] = scope["state"]
        state[PRINCIPAL] = principal
        if scope["method"] not in SAFE_METHODS:
            return await self._change(scope, principal, receive)
        if principal.session_id and header_of(scope, "upgrade") is not None:
            _check_origin(scope)
        check_length(header_of(scope, "content-length"))
        return receive

    async def _principal(self, scope: HTTPScope | WebSocketScope) -> Principal:
        path = scope["path"]
        if self._policy.is_open(path):
            return STRANGER
        principal = await self._authentication.principal(scope)
        if principal.kind is PrincipalKind.STRANGER:
            _note_attempt(scope)
            raise unauthenticated()
        if principal.session_id and self._is_attended(scope):
            self._authentication.presence.use(principal.session_id)
        return principal

    def _is_attended(self, scope: HTTPScope | WebSocketScope) -> bool:
        """Return whether a person is behind a request: not where a page says itself that it acts alone."""
        alone = header_of(scope, UNATTENDED) is not None
        return not alone and scope["path"] not in self._policy.unattended

    async def _change(self, scope: HTTPScope, principal: Principal, receive: Receive) -> Receive:
        """Check a request that would change something."""
        is_api = scope["path"].startswith(API)
        token = header_of(scope, CSRF_HEADER)
        in_form = not is_api and token is None
        if principal.session_id:
            _check_origin(scope)
            if not in_form:
                check_csrf(token, principal.csrf)
        wanted = _type_at(scope["path"])
        check_type(header_of(scope, "content-type"), wanted, empty=not has_body(scope))
        check_length(header_of(scope, "content-length"))
        body = await self._body(receive)
        if principal.session_id and in_form:
            check_csrf(form_field(body, CSRF_FIELD), principal.csrf)
        if is_api and body:
            check_json(body)
        return replayed(body, receive)

    async def _body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._policy.patience.total_seconds()):
                return await read_body(receive)
        except TimeoutError:
            raise RefusedError(
                "the body did not arrive in time",
                slug="request-timeout",
                refusal=Refusal(headers={"Connection": "close"}),
            ) from None


def _type_at(path: str) -> str:
    """Return the one type that a body has at `path`."""
    if path == REPORTS_PATH:
        return CSP_REPORT
    return JSON if path.startswith(API) else FORM


def _note_attempt(scope: HTTPScope | WebSocketScope) -> None:
    """Log that somebody came with a secret that is none; who brings nothing was merely not signed in."""
    if header_of(scope, "authorization") or header_of(scope, API_KEY):
        _LOG.warning("token_refused", trace_id=trace_id_of(scope), path=scope["path"])


def _check_origin(scope: HTTPScope | WebSocketScope) -> None:
    check_origin(
        header_of(scope, "origin"), header_of(scope, "sec-fetch-site"), header_of(scope, "host")
    )
