"""Grants in memory: sessions and tokens by their secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from quorate.access import Scope, SessionGrant, TokenGrant
from tests.fakes.clock import NOON

HOUR = timedelta(hours=1)


def session_grant(name: str) -> SessionGrant:
    return SessionGrant(id=name, opened_at=NOON, expires_at=NOON + HOUR, closed=False)


def token_grant(name: str, *scopes: Scope) -> TokenGrant:
    return TokenGrant(
        token_id=f"tok_{name}",
        name=name,
        scopes=frozenset(scopes),
        last4="wxyz",
        created_at=NOON,
        expires_at=NOON + HOUR,
        revoked=False,
    )


@dataclass
class FakeGrants:
    """What the application knows; `signed_out` are the sessions that were closed."""

    sessions: dict[str, SessionGrant] = field(default_factory=dict)
    tokens: dict[str, TokenGrant] = field(default_factory=dict)
    signed_out: list[str] = field(default_factory=list)
    hub_secret: bytes = bytes(32)

    async def session(self, secret):
        return self.sessions.get(secret)

    async def token(self, secret):
        return self.tokens.get(secret)

    async def sign_out(self, session_id):
        self.signed_out.append(session_id)


def scope(path="/api/admin/arena/runs", method="GET", **headers):
    """Return the scope of a request."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "method": method, "headers": raw, "state": {}}
