"""The journal's rows: what a use case adds, and what stands written for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from quorate.kernel.canonical import Json, JsonValue, sha256_hex
from quorate.kernel.ids import BookName, Tenant, TraceId

NO_TRACE = TraceId("")
NO_BOOK = BookName("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact that a use case wants written; the journal adds seq, time, tenant and hashes.

    `stream` names the thing it happened to (`run:...`, `task:...`); `step_key` makes the row the recorded
    success of a step, so that the step never runs again; `attachments` are kept beside the row under their SHA-256.
    """

    stream: str
    type: str
    payload: Mapping[str, JsonValue]
    trace_id: TraceId = NO_TRACE
    book: BookName = NO_BOOK
    step_key: str = ""
    attachments: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One row of the journal as stored; `payload` is the stored canonical JSON text."""

    seq: int
    ts: str
    tenant: Tenant
    book: BookName
    trace_id: TraceId
    stream: str
    type: str
    payload: str
    prev_hash: str
    hash: str

    @property
    def facts(self) -> dict[str, Json]:
        """Return the payload as a tree; every non-integer number is text."""
        return _as_object(json.loads(self.payload))


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a use case learns when its rows are durable: their seq, in the order of its events."""

    seqs: tuple[int, ...] = field(default=())


def _as_object(tree: Json) -> dict[str, Json]:
    if not isinstance(tree, dict):
        raise TypeError("a journal payload is a JSON object")
    return tree


def step_key(*, scope: str, step: str, version: str, step_input: str) -> str:
    """Return the idempotency key of a step: scope (run, cycle or task id), name, version, input (R-007)."""
    return sha256_hex(f"{scope}\n{step}\n{version}\n{step_input}")
