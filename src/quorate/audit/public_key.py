"""Public keys as files hold them."""

from __future__ import annotations

from typing import Final

from quorate.kernel.errors import RejectedError

KEY_BYTES: Final = 32
"""An Ed25519 public key has so many."""


def public_key_in(raw: bytes) -> bytes:
    """Return the Ed25519 key that a file holds: 32 bytes, or these in hex.

    Raises:
        RejectedError: it holds none.
    """
    if len(raw) == KEY_BYTES:
        return raw
    try:
        key = bytes.fromhex(raw.decode().strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise RejectedError(
            "that is no Ed25519 public key: 32 bytes, or 64 hex digits",
            effect="nothing was verified",
            fix="take it from `quorate verdicts keys`",
        )
    return key
