"""Signing in by a link that is good once, and out again."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from quorate.access import Credential, Scope
from quorate.hub.api.shape import Shape
from quorate.hub.failures import SIGN_IN
from quorate.hub.parts import AnyRequest, parts_of
from quorate.hub.problems import RefusedError
from quorate.hub.security.authentication import cookie_line, expired_cookie_line
from quorate.hub.security.principal import OPEN, principal_of, require
from quorate.kernel.errors import RejectedError

HOME_PAGE = "/admin"


class SignedOut(Shape):
    """The session is closed."""

    target: str
    applied: bool
    dry_run: bool


@get(SIGN_IN, guards=[OPEN], include_in_schema=False)
async def sign_in(
    request: AnyRequest, token: Annotated[str | None, QueryParameter(name="token")] = None
) -> Response[Any]:
    """Use a sign-in link up and go on to the hub; without a good one, say how to get one."""
    if not token:
        return _sign_in_page("missing", 200)
    try:
        secret, session = await parts_of(request).app.sign_in(Credential(token))
    except RejectedError:
        return _sign_in_page("refused", 401)
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
