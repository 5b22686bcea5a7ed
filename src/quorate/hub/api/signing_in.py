"""Signing in by a link that is good once, and out again."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from quorate.access import Credential, Scope
from quorate.hub.api.shape import Shape
from quorate.hub.failures import SIGN_IN
from quorate.hub.parts import AnyRequest, parts_of
from quorate.hub.problems import RefusedError
from quorate.hub.security.authentication import cookie_line, cookie_of, expired_cookie_line
from quorate.hub.security.headers import header_of, trace_id_of
from quorate.hub.security.principal import OPEN, principal_of, require
from quorate.kernel.errors import RejectedError

HOME_PAGE = "/admin"

_LOG = structlog.get_logger()


class SignedOut(Shape):
    """The session is closed."""

    target: str
    applied: bool
    dry_run: bool


@get(SIGN_IN, guards=[OPEN], include_in_schema=False)
async def sign_in(
    request: AnyRequest, token: Annotated[str | None, QueryParameter(name="token")] = None
) -> Response[Any]:
    """Use a sign-in link up and go on to the hub; without a good one, say how to get one.

    The session that the browser held before ends, so that nobody goes on under a secret that was left behind.
    """
    if not token:
        return _sign_in_page("missing", 200)
    try:
        secret, session = await parts_of(request).app.sign_in(Credential(token))
    except RejectedError:
        note_refusal(request)
        return _sign_in_page("refused", 401)
    await close_former(request)
    parts_of(request).authentication.presence.use(session.id)
    return Redirect(HOME_PAGE, status_code=303, headers={"Set-Cookie": cookie_line(secret)})


@post("/admin/sign-out", guards=[require(Scope.READ)], include_in_schema=False)
async def sign_out_page(request: AnyRequest) -> Response[Any]:
    """Sign out and show how to come in again."""
    await close_session(request)
    return Redirect(SIGN_IN, status_code=303, headers={"Set-Cookie": expired_cookie_line()})


@post("/auth/logout", guards=[require(Scope.READ)], status_code=200, summary="Sign out")
async def log_out(request: AnyRequest) -> Response[SignedOut]:
    """Close this browser session; its streams end. A token is not signed out but revoked."""
    closed = await close_session(request)
    body = SignedOut(target=closed, applied=True, dry_run=False)
    return Response(body, headers={"Set-Cookie": expired_cookie_line()})


def note_refusal(request: AnyRequest) -> None:
    """Log that somebody came with a link that is no good; those that were good are rows of the journal."""
    _LOG.warning("sign_in_refused", trace_id=trace_id_of(request.scope))


async def close_former(request: AnyRequest) -> None:
    """Close the session whose cookie came with a sign-in."""
    parts, secret = parts_of(request), cookie_of(header_of(request.scope, "cookie"))
    former = None if secret is None else await parts.app.session(secret)
    if former is not None:
        await parts.app.sign_out(former.id)
        parts.authentication.presence.forget(former.id)
        parts.broadcast.end_of(former.id)


async def close_session(request: AnyRequest) -> str:
    """Close the session of whoever asks, and return what it is called."""
    principal, parts = principal_of(request), parts_of(request)
    if not principal.session_id:
        raise RefusedError(
            "a token has no session",
            slug="conflict",
            fix=f"DELETE /api/admin/tokens/{principal.token_id}",
        )
    await parts.app.sign_out(principal.session_id)
    parts.authentication.presence.forget(principal.session_id)
    parts.broadcast.end_of(principal.session_id)
    return "session"


def _sign_in_page(reason: str, status: int) -> Template:
    return Template("sign_in.html", context={"reason": reason}, status_code=status)
