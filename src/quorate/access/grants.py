"""Grants: what a bearer of a secret may do, and until when. Only hashes of the secrets are kept anywhere.

A sign-in link is good once and for minutes; it opens a browser session, which ends by idleness, by age or by signing
out; a token is a machine's, with the scopes that it was made with. Source: RELIABILITY 6.4, 6.11, UI 3 (Auth).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from quorate.kernel.canonical import sha256_hex

Credential = NewType("Credential", str)
"""A secret as its bearer holds it: 256 random bits, URL-safe."""

TOKEN_PREFIX: Final = "arn_"  # noqa: S105  (no secret by itself)
"""What a machine's token begins with, so that a leaked one can be found. Source: UI 3."""

LINK_LIFE: Final = timedelta(minutes=15)
"""How long a sign-in link is good.  Ours: long enough to copy it, too short to find it in a scroll-back."""

SESSION_LIFE: Final = timedelta(hours=12)
"""The age at which a session ends. Source: RELIABILITY 6.4."""

SESSION_IDLE: Final = timedelta(minutes=30)
"""The silence after which a session ends. Source: RELIABILITY 6.4."""

STEP_UP_LIFE: Final = timedelta(minutes=5)
"""How long after a sign-in link a session may do what is taken back last. Source: RELIABILITY 6.10, ASVS 7.5.3."""


class Scope(StrEnum):
    """What a token may do; the browser's operator holds all of them. Source: UI 3."""

    READ = "read"
    RUN = "run"
    TRADE = "trade"
    SAFETY = "safety"
    ADMIN = "admin"
    WORKER = "worker"
    """To take tasks as a worker of the fleet, and nothing else. Source: R-049, ours: a worker reads no books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInGrant:
    """A sign-in link that was handed out."""

    link_hash: str
    expires_at: datetime
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionGrant:
    """A browser's session; `id` is the hash of its secret."""

    id: str
    opened_at: datetime
    expires_at: datetime
    closed: bool

    def is_good(self, now: datetime) -> bool:
        """Return whether the session may still be used, idleness apart."""
        return not self.closed and now < self.expires_at

    def is_fresh(self, now: datetime) -> bool:
        """Return whether its bearer proved a moment ago who they are; a clock that was set back proves nothing."""
        return timedelta(0) <= now - self.opened_at <= STEP_UP_LIFE


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrant:
    """A machine's token; `token_id` names it in lists, `last4` helps to recognise it."""

    token_id: str
    name: str
    scopes: frozenset[Scope]
    last4: str
    created_at: datetime
    expires_at: datetime
    revoked: bool

    def is_good(self, now: datetime) -> bool:
        """Return whether the token may still be used."""
        return not self.revoked and now < self.expires_at


def credential_hash(credential: Credential) -> str:
    """Return what is kept of a secret. It holds 256 random bits, so a plain SHA-256 cannot be searched."""
    return sha256_hex(credential)
