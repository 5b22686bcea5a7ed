"""`/auth/login` and `/auth/stream-ticket`: a session for who reads JSON, and a way to a stream without a header."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import JSONBody

from quorate.access import Credential, Scope
from quorate.hub.api.shape import Given, Moment, Shape
from quorate.hub.api.signing_in import close_former, note_refusal
from quorate.hub.parts import AnyRequest, parts_of
from quorate.hub.security.authentication import cookie_line, session_principal
from quorate.hub.security.principal import OPEN, require
from quorate.hub.security.rates import Rate
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp


class SignIn(Given):
    """The secret of a sign-in link, as it stands behind `token=`."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SignedIn(Shape):
    """A session that was opened; its secret is in the cookie, `csrf` is what changes must carry as X-CSRF-Token."""

    name: str
    kind: str
    scopes: tuple[str, ...]
    csrf: str


class StreamTicket(Shape):
    """What opens one stream, once: `/stream?ticket=...` or `/ws?ticket=...`."""

    ticket: str
    expires_at: Moment


@post("/auth/login", guards=[OPEN], status_code=200, summary="Sign in")
async def log_in(request: AnyRequest, data: JSONBody[SignIn]) -> Response[SignedIn]:
    """Use a sign-in link up (`quorate up` prints one) and open a browser session."""
    parts = parts_of(request)
    try:
        secret, session = await parts.app.sign_in(Credential(data.token))
    except RejectedError:
        note_refusal(request)
        raise
    await close_former(request)
    parts.authentication.presence.use(session.id)
    came_in = session_principal(session, parts.app.hub_secret, fresh=True)
    body = SignedIn(
        name=came_in.name,
        kind=came_in.kind.value,
        scopes=tuple(sorted(came_in.scopes)),
        csrf=came_in.csrf,
    )
    return Response(body, headers={"Set-Cookie": cookie_line(secret)})


@post(
    "/auth/stream-ticket",
    guards=[require(Scope.READ, Rate.SPENDING)],
    status_code=201,
    summary="A ticket for a stream",
)
async def stream_ticket(request: AnyRequest) -> StreamTicket:
    """Make a ticket for who cannot send a header with a stream: good for 30 s and once, for what its maker may read."""
    ticket, until = parts_of(request).authentication.tickets.issue(request.scope)
    return StreamTicket(ticket=ticket, expires_at=stamp(until))
