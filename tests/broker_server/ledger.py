"""The ledger: what really happened at the scripted broker, written once and never changed. The tests' oracle."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that happened: a request, an order accepted, filled, cancelled, refused."""

    number: int
    kind: str
    order_id: str = ""
    client_order_id: str = ""
    symbol: str = ""
    side: str = ""
    qty: str = ""
    price: str = ""
    execution_id: str = ""
    method: str = ""
    path: str = ""
    status: int = 0


class Ledger:
    """Entries in memory, and in a file over restarts where one is given."""

    def __init__(self, path: Path | None = None) -> None:
        kept = path.read_bytes().splitlines() if path is not None and path.exists() else []
        self.entries = [msgspec.json.decode(line, type=Entry) for line in kept]
        self._file = path.open("ab") if path is not None else None

    def write(self, kind: str, **facts: object) -> Entry:
        """Write an entry."""
        entry = msgspec.convert({"number": len(self.entries) + 1, "kind": kind, **facts}, Entry)
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(msgspec.json.encode(entry) + b"\n")
            self._file.flush()
        return entry

    def clear(self) -> None:
        """Begin anew, for the next test; a ledger in a file is never cleared."""
        assert self._file is None
        self.entries.clear()
