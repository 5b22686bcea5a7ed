"""The notary: signs chain heads with the local key and keeps a second copy of each note in a file of its own."""

from __future__ import annotations

import re
from pathlib import Path

from quorate.adapters.keys.ed25519 import SigningKey
from quorate.audit.checkpoint import Checkpoint, note_key_id, origin_of, signed_note
from quorate.kernel.ids import Tenant

SEPARATOR = "\n"
"""Stands before and behind each note, so that one which was torn off does not run into the next."""

NOTE = re.compile(r"^[^\n]+\n[^\n]+\n[^\n]+\n\n[^\n]+ [^\n]+ [^\n]+\n", re.MULTILINE)
"""Three lines, an empty one, and a line of signature: what a note looks like, whatever it says."""


class FileNotary:
    """Signs with one key, copies into `<folder>/<tenant>.notes`."""

    def __init__(self, key: SigningKey, folder: Path) -> None:
        self._key = key
        self._folder = folder

    def note(self, tenant: Tenant, size: int, root: str) -> str:
        """Return the signed note of a chain of `size` rows ending in the hash `root`."""
        checkpoint = Checkpoint(origin=origin_of(tenant), size=size, root=root)
        return signed_note(checkpoint, public_key=self._key.public, sign=self._key.sign).text()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`, which names its purpose itself: by a note's first line or a type."""
        return self._key.sign(message)

    def hand_over(self, key: SigningKey) -> None:
        """Sign with another key from now on."""
        self._key = key

    def copy(self, tenant: Tenant, note: str) -> None:
        """Append `note` to the tenant's file.

        Not synced: the copy is there to betray a changed database, and the database itself is what survives a crash.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.copies_of(tenant).open("a", encoding="utf-8") as file:
            file.write(SEPARATOR + note + SEPARATOR)

    @property
    def folder(self) -> Path:
        """Return where the second copies of notes are kept."""
        return self._folder

    def copies_of(self, tenant: Tenant) -> Path:
        """Return the file that holds the second copies of a tenant's notes."""
        return self._folder / f"{tenant}.notes"

    def key_id(self, tenant: Tenant) -> str:
        """Return the id under which this notary's signatures on the tenant's chain go."""
        return note_key_id(origin_of(tenant), self._key.public)

    @property
    def public_key(self) -> bytes:
        """Return the public half of the key."""
        return self._key.public


def notes_in(path: Path) -> tuple[str, ...]:
    """Return the notes that a file of copies holds, damaged ones included; none where there is no file.

    A note that a crash tore off ends where the next one begins, or with the file, and is passed over: its original
    stands in the database.
    """
    if not path.exists():
        return ()
    text = path.read_text(encoding="utf-8", errors="replace")
    return tuple(found[0] for found in NOTE.finditer(text))
