"""Access as journal events: what was handed out, used and taken back; secrets appear as hashes only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from quorate.access.grants import SessionGrant, SignInGrant, TokenGrant
from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp


class AccessEvent(StrEnum):
    """The types of the events about access."""

    LINK_ISSUED = "sign_in.issued"
    SESSION_OPENED = "session.opened"
    SESSION_CLOSED = "session.closed"
    TOKEN_CREATED = "token.created"  # noqa: S105  (the name of an event)
    TOKEN_REVOKED = "token.revoked"  # noqa: S105


def link_issued(link: SignInGrant) -> Event:
    """Return the fact that a sign-in link was handed out."""
    return _event(
        f"link:{link.link_hash}",
        AccessEvent.LINK_ISSUED,
        {"linkHash": link.link_hash, "expiresAt": stamp(link.expires_at)},
    )


def session_opened(session: SessionGrant, link_hash: str) -> Event:
    """Return the fact that the link with this hash was used up for `session`."""
    return _event(
        f"session:{session.id}",
        AccessEvent.SESSION_OPENED,
        {
            "sessionId": session.id,
            "linkHash": link_hash,
            "openedAt": stamp(session.opened_at),
            "expiresAt": stamp(session.expires_at),
        },
    )


def session_closed(session_id: str) -> Event:
    """Return the fact that a session was signed out."""
    return _event(f"session:{session_id}", AccessEvent.SESSION_CLOSED, {"sessionId": session_id})


def token_created(token: TokenGrant, token_hash: str) -> Event:
    """Return the fact that a token was made."""
    return _event(
        f"token:{token.token_id}",
        AccessEvent.TOKEN_CREATED,
        {
            "tokenId": token.token_id,
            "name": token.name,
            "tokenHash": token_hash,
            "scopes": sorted(token.scopes),
            "last4": token.last4,
            "createdAt": stamp(token.created_at),
            "expiresAt": stamp(token.expires_at),
        },
    )


def token_revoked(token_id: str) -> Event:
    """Return the fact that a token was taken back."""
    return _event(f"token:{token_id}", AccessEvent.TOKEN_REVOKED, {"tokenId": token_id})


def _event(stream: str, kind: AccessEvent, payload: Mapping[str, JsonValue]) -> Event:
    return Event(stream=stream, type=kind.value, payload=payload)
