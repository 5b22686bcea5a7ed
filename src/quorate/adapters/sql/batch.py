"""The rows that one transaction adds to one chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from quorate.audit.chain import chained_hash, row_bytes
from quorate.kernel.canonical import canonical_json
from quorate.kernel.journal import Event

if TYPE_CHECKING:
    from quorate.adapters.sql.statement import Values
    from quorate.kernel.ids import Tenant


@dataclass(slots=True)
class Batch:
    """The rows that one transaction adds to one chain."""

    tenant: Tenant
    seq: int
    head: str
    ts: str
    rows: list[Values] = field(default_factory=list)

    def append(self, event: Event, payload: str) -> None:
        """Chain `event` behind the rows so far; its seq is the next."""
        seq = self.seq + 1
        prev_hash = self.head
        self.head = chained_hash(
            prev_hash,
            row_bytes(
                seq=seq,
                ts=self.ts,
                tenant=self.tenant,
                book=event.book,
                trace_id=event.trace_id,
                stream=event.stream,
                type_=event.type,
                payload=payload,
            ),
        )
        self.seq = seq
        self.rows.append(
            {
                "tenant": self.tenant,
                "seq": seq,
                "ts": self.ts,
                "book": event.book,
                "trace_id": event.trace_id,
                "stream": event.stream,
                "type": event.type,
                "payload": payload,
                "prev_hash": prev_hash,
                "hash": self.head,
            }
        )


def _require_storable(text: str) -> None:
    if not text.isascii() or "\x00" in text:
        canonical_json(text)


def as_stored(event: Event) -> tuple[Event, str]:
    """Return `event` with its payload as it will read back, step key included, and the text that is stored.

    Refolding must see the same values.

    Raises:
        InvariantBrokenError: one of its texts or values cannot be stored on every database.
    """
    _require_storable(f"{event.stream}{event.type}{event.trace_id}{event.book}{event.step_key}")
    step = {"stepKey": event.step_key} if event.step_key else {}
    text = canonical_json({**event.payload, **step})
    stored = Event(
        stream=event.stream,
        type=event.type,
        payload=msgspec.json.decode(text),
        trace_id=event.trace_id,
        book=event.book,
        step_key=event.step_key,
        attachments=event.attachments,
    )
    return stored, text
