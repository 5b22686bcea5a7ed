"""Granting: sign-in links, browser sessions and tokens, committed before anyone learns their secret."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from quorate.access import (
    TOKEN_PREFIX,
    Credential,
    Scope,
    SessionGrant,
    TokenGrant,
    credential_hash,
    link_issued,
    refused_link,
    require_good_link,
    session_closed,
    session_grant,
    session_opened,
    sign_in_grant,
    token_created,
    token_grant,
    token_revoked,
)
from quorate.adapters.keys.secret import fresh_credential
from quorate.adapters.sql.access import api_token, api_tokens, hub_session, hub_sessions
from quorate.adapters.sql.transaction import Transaction
from quorate.bootstrap.answers import TokenChange
from quorate.bootstrap.store import Store
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.journal import Event


async def issue_sign_in(store: Store) -> Credential:
    """Return the secret of a new sign-in link, good once and for minutes."""
    link = fresh_credential()
    issued = link_issued(sign_in_grant(link, store.clock.now()))
    await store.journal.commit(lambda _tx: [issued])
    return link


async def sign_in(store: Store, link: Credential) -> tuple[Credential, SessionGrant]:
    """Use up a sign-in link and return the secret of the session that it opened.

    Raises:
        RejectedError: the link is unknown, used or expired (slug `unauthenticated`).
    """
    secret, now, link_hash = fresh_credential(), store.clock.now(), credential_hash(link)
    session = session_grant(secret, now)

    def decide(tx: Transaction) -> Sequence[Event]:
        require_good_link(tx.sign_in_link(link_hash), now)
        return [session_opened(session, link_hash)]

    try:
        await store.journal.commit(decide)
    except ConflictError as error:
        raise refused_link() from error
    return secret, session


async def good_session(store: Store, secret: Credential) -> SessionGrant | None:
    """Return the session of `secret`, None unless it may still be used."""
    found = await store.database.look_up(
        partial(hub_session, tenant=store.tenant, session_id=credential_hash(secret))
    )
    return found if found and found.is_good(store.clock.now()) else None


async def sign_out(store: Store, session_id: str) -> None:
    """Close a session; one that is closed already stays so."""
    closed = session_closed(session_id)
    try:
        await store.journal.commit(lambda _tx: [closed])
    except ConflictError:
        return


async def create_token(
    store: Store, name: str, scopes: Iterable[Scope], life: timedelta
) -> tuple[Credential, TokenGrant]:
    """Return the secret of a new token, which is kept nowhere, and its grant.

    Raises:
        RejectedError: its name, scopes or life are none that a token can have.
    """
    secret = fresh_credential(TOKEN_PREFIX)
    token = token_grant(
        secret,
        token_id=store.ids.ulid("tok_"),
        name=name,
        scopes=scopes,
        now=store.clock.now(),
        life=life,
    )
    created = token_created(token, credential_hash(secret))
    await store.journal.commit(lambda _tx: [created])
    return secret, token


async def tokens(store: Store) -> Sequence[TokenGrant]:
    """Return every token, oldest first, those that are no longer good included."""
    return await store.database.read(partial(api_tokens, tenant=store.tenant))


async def revoke_token(store: Store, token_id: str) -> TokenChange:
    """Take a token back for good; one that was taken back already stays so.

    Raises:
        RejectedError: there is no such token (slug `not-found`).
    """
    revoked = token_revoked(token_id)
    try:
        await store.journal.commit(lambda _tx: [revoked])
    except ConflictError:
        return TokenChange(await _token(store, token_id), applied=False)
    return TokenChange(await _token(store, token_id), applied=True)


async def _token(store: Store, token_id: str) -> TokenGrant:
    for token in await tokens(store):
        if token.token_id == token_id:
            return token
    raise RejectedError(
        f"there is no token '{token_id}'",
        effect="nothing was changed",
        fix="quorate tokens list",
        slug="not-found",
    )


async def good_token(store: Store, secret: Credential) -> TokenGrant | None:
    """Return the token of `secret`, None unless it may still be used."""
    found = await store.database.look_up(
        partial(api_token, tenant=store.tenant, token_hash=credential_hash(secret))
    )
    return found if found and found.is_good(store.clock.now()) else None


class SignIns:
    """The browsers that are signed in: who they are, and the way to sign one out from elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def sessions(self) -> Sequence[SessionGrant]:
        """Return every session that may still be used, newest first (idleness is the caller's to judge)."""
        now = self._store.clock.now()
        found = partial(hub_sessions, tenant=self._store.tenant, now=now)
        return await self._store.database.read(found)

    async def close(self, session_id: str) -> None:
        """Sign a browser out, for every process at once.

        Raises:
            RejectedError: there is no such session, or it is over (slug `not-found`).
        """
        if session_id not in {each.id for each in await self.sessions()}:
            raise RejectedError(
                "there is no such session, or it is over",
                effect="nothing was changed",
                fix="quorate sign-ins list",
                slug="not-found",
            )
        await sign_out(self._store, session_id)
