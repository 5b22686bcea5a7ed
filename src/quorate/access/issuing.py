"""Issuing: from a fresh secret and the time, the grant that goes with it; and what refuses to be granted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from quorate.access.grants import (
    LINK_LIFE,
    SESSION_LIFE,
    Credential,
    Scope,
    SessionGrant,
    SignInGrant,
    TokenGrant,
    credential_hash,
)
from quorate.kernel.errors import RejectedError

MAX_TOKEN_LIFE: Final = timedelta(days=366)
"""Ours: who needs a token for longer makes a new one once a year."""

MAX_NAME: Final = 64


def sign_in_grant(link: Credential, now: datetime) -> SignInGrant:
    """Return the grant of a new sign-in link."""
    return SignInGrant(link_hash=credential_hash(link), expires_at=now + LINK_LIFE, used=False)


def session_grant(secret: Credential, now: datetime) -> SessionGrant:
    """Return the grant of a new session."""
    return SessionGrant(
        id=credential_hash(secret), opened_at=now, expires_at=now + SESSION_LIFE, closed=False
    )


def require_good_link(link: SignInGrant | None, now: datetime) -> SignInGrant:
    """Return `link` if somebody may still sign in by it.

    Raises:
        RejectedError: it is unknown, used or expired (slug `unauthenticated`).
    """
    if link is None or link.used or now >= link.expires_at:
        raise refused_link()
    return link


def refused_link() -> RejectedError:
    """Return the refusal of a link: the same whether it is unknown, used or too old, so that a guess learns nothing."""
    return RejectedError(
        "the sign-in link is unknown, used or too old",
        effect="nobody was signed in",
        fix="run `quorate up` again and open the link that it prints",
        slug="unauthenticated",
    )


def token_grant(
    secret: Credential,
    *,
    token_id: str,
    name: str,
    scopes: Iterable[Scope],
    now: datetime,
    life: timedelta,
) -> TokenGrant:
    """Return the grant of a new token.

    Raises:
        RejectedError: its name, scopes or life are none that a token can have.
    """
    chosen = frozenset(scopes)
    for holds, rule in (
        (name.isprintable() and 0 < len(name.strip()) <= MAX_NAME, "a name has 1 to 64 characters"),
        (bool(chosen), "a token needs at least one scope"),
        (timedelta(0) < life <= MAX_TOKEN_LIFE, "a token is good for 1 to 366 days"),
    ):
        if not holds:
            raise RejectedError(rule, effect="no token was made", fix="quorate tokens --help")
    return TokenGrant(
        token_id=token_id,
        name=name.strip(),
        scopes=chosen,
        last4=secret[-4:],
        created_at=now,
        expires_at=now + life,
        revoked=False,
    )
