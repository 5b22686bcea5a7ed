"""Who is signed in: the browsers that may still come in, and one of them signed out. Source: RELIABILITY 6.4."""

from __future__ import annotations

from collections.abc import Sequence

from quorate.access import SessionGrant
from quorate.hub.parts import Parts


async def signed_in(parts: Parts) -> Sequence[SessionGrant]:
    """Return the sessions that may still be used, newest first, whichever process opened them."""
    idle = parts.authentication.presence.is_idle
    return [each for each in await parts.app.sign_ins.sessions() if not idle(each.id)]


async def sign_out(parts: Parts, session_id: str) -> None:
    """Sign a browser out for good, for every process at once; its streams end.

    Raises:
        RejectedError: there is no such session, or it is over (slug `not-found`).
    """
    await parts.app.sign_ins.close(session_id)
    parts.authentication.presence.forget(session_id)
    parts.broadcast.end_of(session_id)
