"""`/auth/sessions`: the browsers that are signed in; any is signed out from another. Source: RELIABILITY 6.4."""

from __future__ import annotations

from litestar import delete, get
from litestar.params import FromPath

from quorate.access import Scope
from quorate.hub.api.shape import Moment, Shape
from quorate.hub.parts import AnyRequest, parts_of
from quorate.hub.security.principal import principal_of, require
from quorate.hub.signed_in import sign_out, signed_in
from quorate.kernel.stamps import stamp


class SessionItem(Shape):
    """A session; its id is the SHA-256 of its secret, so it opens nothing."""

    session_id: str
    opened_at: Moment
    expires_at: Moment
    current: bool


class SessionList(Shape):
    """The sessions that may still be used, newest first."""

    read_at: Moment
    items: tuple[SessionItem, ...]
    next_cursor: str | None = None


class SessionClosed(Shape):
    """A session that was signed out."""

    target: str
    applied: bool
    dry_run: bool


@get("/auth/sessions", guards=[require(Scope.ADMIN)], summary="List browser sessions")
async def sessions(request: AnyRequest) -> SessionList:
    """List the browser sessions that may still be used, whichever process opened them."""
    parts, own = parts_of(request), principal_of(request).session_id
    items = tuple(
        SessionItem(
            session_id=each.id,
            opened_at=stamp(each.opened_at),
            expires_at=stamp(each.expires_at),
            current=each.id == own,
        )
        for each in await signed_in(parts)
    )
    return SessionList(read_at=stamp(parts.app.clock.now()), items=items)


@delete(
    "/auth/sessions/{session_id:str}",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Sign a browser out",
)
async def close_session(request: AnyRequest, session_id: FromPath[str]) -> SessionClosed:
    """Sign a browser out for good, for every process at once; its streams end."""
    await sign_out(parts_of(request), session_id)
    return SessionClosed(target=session_id, applied=True, dry_run=False)
