"""Authentication: from a cookie or a token to the principal who holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from quorate.access import TOKEN_PREFIX, Credential, Scope, SessionGrant, TokenGrant
from quorate.hub.security.forgery import csrf_token
from quorate.hub.security.headers import header_of
from quorate.hub.security.presence import Presence
from quorate.hub.security.principal import STRANGER, Principal, PrincipalKind
from quorate.hub.security.tickets import Tickets

if TYPE_CHECKING:
    from litestar.types import Scope as AsgiScope

COOKIE: Final = "quorate-hub"
"""Not `__Host-`: that prefix needs TLS, and loopback has none. Source: RELIABILITY 6.5."""

OPERATOR: Final = "operator"
"""The name of whoever came in by a sign-in link: there are no accounts yet."""

API_KEY: Final = "x-api-key"
"""The other header that a machine may send its token in. Source: R-049."""

_BEARER: Final = "bearer "


class Grants(Protocol):
    """What authentication asks of the application."""

    @property
    def hub_secret(self) -> bytes:
        """Return the key of this home's tokens against forgery."""
        ...

    async def session(self, secret: Credential) -> SessionGrant | None:
        """Return the session that this secret opens, None when it is unknown, closed or too old."""
        ...

    async def token(self, secret: Credential) -> TokenGrant | None:
        """Return the token that this secret is, None when it is unknown, revoked or too old."""
        ...

    async def sign_out(self, session_id: str) -> None:
        """Close a session."""
        ...


class Authentication:
    """Finds out who asks; ends the sessions that were silent for too long."""

    def __init__(self, grants: Grants, presence: Presence) -> None:
        self._grants = grants
        self.presence = presence
        self.tickets = Tickets(presence.clock)

    async def principal(self, scope: AsgiScope) -> Principal:
        """Return who asks: a token where one is sent, else the cookie's session, else `STRANGER`."""
        self.tickets.redeem(scope)
        authorization, key = header_of(scope, "authorization"), header_of(scope, API_KEY)
        if authorization is not None or key is not None:
            return await self._token(authorization or f"{_BEARER}{key}")
        secret = cookie_of(header_of(scope, "cookie"))
        return STRANGER if secret is None else await self._session(secret)

    async def _token(self, authorization: str) -> Principal:
        secret = authorization[len(_BEARER) :].strip()
        if not authorization.lower().startswith(_BEARER) or not secret.startswith(TOKEN_PREFIX):
            return STRANGER
        grant = await self._grants.token(Credential(secret))
        return STRANGER if grant is None else token_principal(grant)

    async def _session(self, secret: Credential) -> Principal:
        grant = await self._grants.session(secret)
        if grant is None:
            return STRANGER
        if self.presence.is_idle(grant.id):
            await self._grants.sign_out(grant.id)
            self.presence.forget(grant.id)
            return STRANGER
        now = self.presence.clock.now()
        return session_principal(grant, self._grants.hub_secret, fresh=grant.is_fresh(now))


def session_principal(grant: SessionGrant, secret: bytes, *, fresh: bool) -> Principal:
    """Return the operator of a browser session, who may do everything; some of it while the session is `fresh`."""
    return Principal(
        name=OPERATOR,
        kind=PrincipalKind.OPERATOR,
        scopes=frozenset(Scope),
        csrf=csrf_token(secret, grant.id),
        session_id=grant.id,
        fresh=fresh,
    )


def token_principal(grant: TokenGrant) -> Principal:
    """Return the machine that holds a token."""
    return Principal(
        name=grant.name,
        kind=PrincipalKind.TOKEN,
        scopes=grant.scopes,
        token_id=grant.token_id,
    )


def cookie_of(header: str | None) -> Credential | None:
    """Return the session's secret from a Cookie header."""
    pairs = (pair.strip().partition("=") for pair in (header or "").split(";"))
    return next((Credential(value) for name, _, value in pairs if name == COOKIE and value), None)


def cookie_line(secret: Credential) -> str:
    """Return the Set-Cookie line that hands the secret to the browser, for as long as the browser is open."""
    return f"{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict"


def expired_cookie_line() -> str:
    """Return the Set-Cookie line that takes the secret away."""
    return f"{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
