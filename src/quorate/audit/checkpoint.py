"""Checkpoints: the chain's head, signed, so that a cut-off or rewritten chain can be told from the true one.

The text is a C2SP checkpoint (origin, size, root) in a C2SP signed note with an Ed25519 signature. The root is the hash
of the last row, not a Merkle root: whoever verifies reads the rows anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Tenant

ED25519_NOTE = b"\x01"
"""The signature type byte of Ed25519 in a signed note.  Source: C2SP signed-note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The statement "the chain of `origin` has `size` rows and the last one's hash is `root`" (hex)."""

    origin: str
    size: int
    root: str

    def text(self) -> str:
        """Return the signed text: three lines, each ended by a newline."""
        root = base64.b64encode(bytes.fromhex(self.root)).decode()
        return f"{self.origin}\n{self.size}\n{root}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A checkpoint with one signature; `key_id` is the note's four-byte key hash in hex."""

    checkpoint: Checkpoint
    key_id: str
    signature: bytes

    def text(self) -> str:
        """Return the note as it is stored and copied."""
        blob = base64.b64encode(bytes.fromhex(self.key_id) + self.signature).decode()
        return f"{self.checkpoint.text()}\n— {self.checkpoint.origin} {blob}\n"


def origin_of(tenant: Tenant) -> str:
    """Return the name under which a tenant's chain is signed."""
    return f"quorate/{tenant}"


def note_key_id(origin: str, public_key: bytes) -> str:
    """Return the first four bytes of SHA-256(name, newline, type, key) in hex.  Source: C2SP signed-note."""
    return hashlib.sha256(origin.encode() + b"\n" + ED25519_NOTE + public_key).digest()[:4].hex()


def signed_note(
    checkpoint: Checkpoint, *, public_key: bytes, sign: Callable[[bytes], bytes]
) -> SignedNote:
    """Return `checkpoint` signed; `sign` is an Ed25519 signature over the bytes it is given."""
    return SignedNote(
        checkpoint=checkpoint,
        key_id=note_key_id(checkpoint.origin, public_key),
        signature=sign(checkpoint.text().encode()),
    )


def parsed_note(text: str) -> SignedNote:
    """Return the note that `text` holds; the signature is not yet checked.

    Raises:
        InvariantBrokenError: the text is no note of this kind.
    """
    try:
        body, signature_line = text.split("\n\n")
        origin, size, root = body.split("\n")
        dash, name, blob = signature_line.removesuffix("\n").split(" ")
        raw = base64.b64decode(blob, validate=True)
        checkpoint = Checkpoint(
            origin=origin, size=int(size), root=base64.b64decode(root, validate=True).hex()
        )
    except (ValueError, binascii.Error) as error:
        raise InvariantBrokenError(f"not a checkpoint note: {error}") from error
    if dash != "—" or name != origin:
        raise InvariantBrokenError("not a checkpoint note: the signature line names another origin")
    note = SignedNote(checkpoint=checkpoint, key_id=raw[:4].hex(), signature=raw[4:])
    if note.text() != text:
        raise InvariantBrokenError("not a checkpoint note: it is not in its one canonical form")
    return note
