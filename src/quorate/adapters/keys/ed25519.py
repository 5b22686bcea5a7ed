"""The Ed25519 key that signs checkpoints: one file, readable by its owner alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from quorate.adapters.keys.owned_file import owned_bytes
from quorate.kernel.errors import RejectedError

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
    raw = owned_bytes(
        path, lambda: Ed25519PrivateKey.generate().private_bytes_raw(), what="signing key"
    )
    if len(raw) != SEED_BYTES:
        raise RejectedError(
            f"{path} holds no Ed25519 key",
            effect="nothing can be signed",
            fix="restore the file from a backup; checkpoints made with the lost key still verify",
            slug="config-refused",
        )
    return SigningKey(Ed25519PrivateKey.from_private_bytes(raw))


def next_signing_key(path: Path) -> SigningKey:
    """Return a fresh key that waits beside the one at `path`; the same one again until it has taken over.

    Raises:
        RejectedError: it cannot be kept there, or can be read by others.
    """
    return signing_key_at(_waiting(path))


def take_over(path: Path) -> None:
    """Put the waiting key in the place of the one at `path`, which is gone then.

    Raises:
        RejectedError: it cannot be put there; the old key stays.
    """
    try:
        _waiting(path).replace(path)
    except OSError as error:
        raise RejectedError(
            f"{path} cannot be replaced ({error.strerror})",
            effect="the old key goes on signing",
            fix=f"make {path.parent} a folder that you may write to, then rotate again",
        ) from error


def _waiting(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


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
