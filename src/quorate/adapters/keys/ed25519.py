"""The Ed25519 key that signs checkpoints: one file, readable by its owner alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from quorate.kernel.errors import RejectedError

OWNER_ONLY = 0o600
SEED_BYTES = 32


class SigningKey:
    """A private key and what others need to check it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        return self._private.sign(message)


def signing_key_at(path: Path) -> SigningKey:
    """Return the key in the file `path`, made on first use.

    Raises:
        RejectedError: the file can be read by others, or holds no key.
    """
    try:
        if not path.exists():
            _create(path)
    except OSError as error:
        raise RejectedError(
            f"{path.parent} cannot hold the signing key ({error.strerror})",
            effect="nothing was opened",
            fix="point QUORATE_HOME to a folder that you may write to",
            slug="config-refused",
        ) from error
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise RejectedError(
            f"the signing key {path} can be read by others",
            effect="it is not used, so nothing can be signed",
            fix=f"chmod 600 {path}",
            slug="config-refused",
        )
    raw = path.read_bytes()
    if len(raw) != SEED_BYTES:
        raise RejectedError(
            f"{path} holds no Ed25519 key",
            effect="nothing can be signed",
            fix="restore the file from a backup; checkpoints made with the lost key still verify",
            slug="config-refused",
        )
    return SigningKey(Ed25519PrivateKey.from_private_bytes(raw))


def is_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether `signature` over `message` was made with the key whose public half is `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signature_check(
    keys: Mapping[str, bytes], key_id: str, message: bytes, signature: bytes
) -> bool:
    """Return whether one of the known `keys` (id -> public key) made `signature`."""
    public = keys.get(key_id)
    return public is not None and is_signature(public, message, signature)


def _create(path: Path) -> None:
    """Write a fresh key; of two processes that start at once, the first one's file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes_raw())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
