"""Who may come in: sign-in links, browser sessions and tokens, each by the hash of its secret alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Index, Table, bindparam, select

from quorate.access import AccessEvent, Scope, SessionGrant, SignInGrant, TokenGrant
from quorate.adapters.sql.projection import Place, Projections, list_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Value, rows_of
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of, stamp

SIGN_IN_LINKS = Table(
    "sign_in_links",
    metadata,
    tenant_column(),
    text_column("link_hash", key=True),
    text_column("expires_at"),
    text_column("used_at"),
)

HUB_SESSIONS = Table(
    "hub_sessions",
    metadata,
    tenant_column(),
    text_column("session_id", key=True),
    text_column("opened_at"),
    text_column("expires_at"),
    text_column("closed_at"),
)

API_TOKENS = Table(
    "api_tokens",
    metadata,
    tenant_column(),
    text_column("token_id", key=True),
    text_column("name"),
    text_column("token_hash"),
    text_column("scopes"),
    text_column("last4"),
    text_column("created_at"),
    text_column("expires_at"),
    text_column("revoked_at"),
)
Index("api_tokens_hash", API_TOKENS.c.tenant, API_TOKENS.c.token_hash)

_ADD_LINK = Insert(SIGN_IN_LINKS)
_ADD_SESSION = Insert(HUB_SESSIONS)
_ADD_TOKEN = Insert(API_TOKENS)
_USE_LINK = GuardedUpdate(
    SIGN_IN_LINKS, where=("tenant", "link_hash", "used_at"), change=("used_at",)
)
_CLOSE = GuardedUpdate(
    HUB_SESSIONS, where=("tenant", "session_id", "closed_at"), change=("closed_at",)
)
_REVOKE = GuardedUpdate(
    API_TOKENS, where=("tenant", "token_id", "revoked_at"), change=("revoked_at",)
)

_LINK = Statement(
    select(SIGN_IN_LINKS.c.link_hash, SIGN_IN_LINKS.c.expires_at, SIGN_IN_LINKS.c.used_at).where(
        SIGN_IN_LINKS.c.tenant == bindparam("tenant"),
        SIGN_IN_LINKS.c.link_hash == bindparam("link_hash"),
    )
)
_SESSION = Statement(
    select(
        HUB_SESSIONS.c.session_id,
        HUB_SESSIONS.c.opened_at,
        HUB_SESSIONS.c.expires_at,
        HUB_SESSIONS.c.closed_at,
    ).where(
        HUB_SESSIONS.c.tenant == bindparam("tenant"),
        HUB_SESSIONS.c.session_id == bindparam("session_id"),
    )
)
_SESSIONS = Statement(
    select(
        HUB_SESSIONS.c.session_id,
        HUB_SESSIONS.c.opened_at,
        HUB_SESSIONS.c.expires_at,
        HUB_SESSIONS.c.closed_at,
    )
    .where(
        HUB_SESSIONS.c.tenant == bindparam("tenant"),
        HUB_SESSIONS.c.closed_at == bindparam("closed_at"),
        HUB_SESSIONS.c.expires_at > bindparam("now"),
    )
    .order_by(HUB_SESSIONS.c.opened_at.desc(), HUB_SESSIONS.c.session_id)
)
_TOKEN_COLUMNS = (
    API_TOKENS.c.token_id,
    API_TOKENS.c.name,
    API_TOKENS.c.scopes,
    API_TOKENS.c.last4,
    API_TOKENS.c.created_at,
    API_TOKENS.c.expires_at,
    API_TOKENS.c.revoked_at,
)
_TOKENS = Statement(
    select(*_TOKEN_COLUMNS)
    .where(API_TOKENS.c.tenant == bindparam("tenant"))
    .order_by(API_TOKENS.c.created_at, API_TOKENS.c.token_id)
)
_TOKEN = Statement(
    select(*_TOKEN_COLUMNS).where(
        API_TOKENS.c.tenant == bindparam("tenant"),
        API_TOKENS.c.token_hash == bindparam("token_hash"),
    )
)


def sign_in_link(session: Session, tenant: Tenant, link_hash: str) -> SignInGrant | None:
    """Return the sign-in link with this hash, inside the writer's transaction."""
    rows = session.read(_LINK, {"tenant": tenant, "link_hash": link_hash})
    for found, expires_at, used_at in rows:
        return SignInGrant(
            link_hash=str(found), expires_at=moment_of(str(expires_at)), used=bool(used_at)
        )
    return None


def hub_session(connection: Connection, tenant: Tenant, session_id: str) -> SessionGrant | None:
    """Return the session with this id, closed or not."""
    rows = rows_of(connection, _SESSION, {"tenant": tenant, "session_id": session_id})
    return _grant(rows[0]) if rows else None


def hub_sessions(connection: Connection, tenant: Tenant, now: datetime) -> Sequence[SessionGrant]:
    """Return every session that is neither closed nor too old, newest first; idleness is not known here."""
    asked: dict[str, Value] = {"tenant": tenant, "closed_at": "", "now": stamp(now)}
    return [_grant(row) for row in rows_of(connection, _SESSIONS, asked)]


def _grant(row: Row) -> SessionGrant:
    session_id, opened_at, expires_at, closed_at = map(str, row)
    return SessionGrant(
        id=session_id,
        opened_at=moment_of(opened_at),
        expires_at=moment_of(expires_at),
        closed=bool(closed_at),
    )


def api_tokens(connection: Connection, tenant: Tenant) -> Sequence[TokenGrant]:
    """Return every token, oldest first, those that are no longer good included."""
    return [_token(row) for row in rows_of(connection, _TOKENS, {"tenant": tenant})]


def api_token(connection: Connection, tenant: Tenant, token_hash: str) -> TokenGrant | None:
    """Return the token whose secret has this hash."""
    rows = rows_of(connection, _TOKEN, {"tenant": tenant, "token_hash": token_hash})
    return _token(rows[0]) if rows else None


def _token(row: Row) -> TokenGrant:
    token_id, name, scopes, last4, created_at, expires_at, revoked_at = map(str, row)
    return TokenGrant(
        token_id=token_id,
        name=name,
        scopes=frozenset(map(Scope, scopes.split())),
        last4=last4,
        created_at=moment_of(created_at),
        expires_at=moment_of(expires_at),
        revoked=bool(revoked_at),
    )


def _issued(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD_LINK,
        {
            "tenant": place.tenant,
            "link_hash": text_of(event, "linkHash"),
            "expires_at": text_of(event, "expiresAt"),
            "used_at": "",
        },
    )


def _opened(session: Session, place: Place, event: Event) -> None:
    """Open a session and use its link up: of two that come with one link, the second finds it used."""
    session.update(
        _USE_LINK,
        {
            "was_tenant": place.tenant,
            "was_link_hash": text_of(event, "linkHash"),
            "was_used_at": "",
            "used_at": place.ts,
        },
        otherwise="the sign-in link was used already",
    )
    session.insert(
        _ADD_SESSION,
        {
            "tenant": place.tenant,
            "session_id": text_of(event, "sessionId"),
            "opened_at": text_of(event, "openedAt"),
            "expires_at": text_of(event, "expiresAt"),
            "closed_at": "",
        },
    )


def _closed(session: Session, place: Place, event: Event) -> None:
    session.update(
        _CLOSE,
        {
            "was_tenant": place.tenant,
            "was_session_id": text_of(event, "sessionId"),
            "was_closed_at": "",
            "closed_at": place.ts,
        },
        otherwise="the session is closed already",
    )


def _created(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD_TOKEN,
        {
            "tenant": place.tenant,
            "token_id": text_of(event, "tokenId"),
            "name": text_of(event, "name"),
            "token_hash": text_of(event, "tokenHash"),
            "scopes": " ".join(map(str, list_of(event, "scopes"))),
            "last4": text_of(event, "last4"),
            "created_at": text_of(event, "createdAt"),
            "expires_at": text_of(event, "expiresAt"),
            "revoked_at": "",
        },
    )


def _revoked(session: Session, place: Place, event: Event) -> None:
    token_id = text_of(event, "tokenId")
    session.update(
        _REVOKE,
        {
            "was_tenant": place.tenant,
            "was_token_id": token_id,
            "was_revoked_at": "",
            "revoked_at": place.ts,
        },
        otherwise=f"token {token_id} is revoked already",
    )


PROJECTIONS: Projections = {
    AccessEvent.LINK_ISSUED: _issued,
    AccessEvent.SESSION_OPENED: _opened,
    AccessEvent.SESSION_CLOSED: _closed,
    AccessEvent.TOKEN_CREATED: _created,
    AccessEvent.TOKEN_REVOKED: _revoked,
}
