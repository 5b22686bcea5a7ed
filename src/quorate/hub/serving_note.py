"""The note of a hub that serves: which process it is and where it listens, in the home as long as it does.

The note only says where to look: whether a hub of this home answers there, its proof says (`neighbour`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

FILE: Final = "hub.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingNote:
    """A process that serves, or served and could not take its note away."""

    pid: int
    address: str
    port: int

    @property
    def url(self) -> str:
        """Return where people find it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}/admin"


@contextmanager
def noted(home: Path, address: str, port: int) -> Iterator[None]:
    """Keep the note of this process as long as the block lasts; only the owner may read it."""
    file = home / FILE
    note = ServingNote(pid=os.getpid(), address=address, port=port)
    part = file.with_name(f"{FILE}.{note.pid}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(asdict(note), opened)
    part.replace(file)
    try:
        yield
    finally:
        if note_in(home) == note:
            file.unlink(missing_ok=True)


def note_in(home: Path) -> ServingNote | None:
    """Return the note that stands in a home, None where there is none that can be read."""
    try:
        told = json.loads((home / FILE).read_text())
        return ServingNote(
            pid=int(told["pid"]), address=str(told["address"]), port=int(told["port"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
