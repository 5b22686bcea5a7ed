"""Secrets: the hub's own, kept in the home, and fresh ones for those who sign in."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from quorate.access import Credential
from quorate.adapters.keys.owned_file import owned_bytes
from quorate.kernel.errors import RejectedError

SECRET_BYTES: Final = 32


def hub_secret(home: Path) -> bytes:
    """Return the 32 random bytes that the hub of this home signs with, made on first use.

    Raises:
        RejectedError: the file can be read by others, or holds no such secret.
    """
    path = home / "keys" / "hub.secret"
    secret = owned_bytes(path, lambda: secrets.token_bytes(SECRET_BYTES), what="hub's secret")
    if len(secret) != SECRET_BYTES:
        raise RejectedError(
            f"{path} holds no secret of {SECRET_BYTES} bytes",
            effect="the hub cannot start",
            fix="remove the file: a new one is made, and open forms must be loaded again",
            slug="config-refused",
        )
    return secret


def fresh_credential(prefix: str = "") -> Credential:
    """Return `prefix` and 256 random bits, URL-safe."""
    return Credential(prefix + secrets.token_urlsafe(SECRET_BYTES))
