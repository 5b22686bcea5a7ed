"""The hash chain: each row's hash covers its bytes and the row before it, so nothing changes unseen."""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring as quoted

from quorate.kernel.journal import JournalEntry

GENESIS = "0" * 64
"""What the first row of a tenant names as its predecessor's hash."""


def row_bytes(  # noqa: PLR0913  (one argument a column: the row is the interface)
    *,
    seq: int,
    ts: str,
    tenant: str,
    book: str,
    trace_id: str,
    stream: str,
    type_: str,
    payload: str,
) -> bytes:
    """Return the bytes that a row's hash covers: its canonical JSON, the stored payload verbatim within it.

    Bytes that are no UTF-8 stand in for themselves, so that a damaged row has a hash like any other: a wrong one.
    """
    return (
        f'{{"book":{quoted(book)},"payload":{payload},"seq":{seq},"stream":{quoted(stream)},'
        f'"tenant":{quoted(tenant)},"traceId":{quoted(trace_id)},"ts":{quoted(ts)},"type":{quoted(type_)}}}'
    ).encode("utf-8", "surrogateescape")


def chained_hash(prev_hash: str, row: bytes) -> str:
    """Return SHA-256(0x00 || previous hash || row) in hex.  Source: RELIABILITY 4.2, invariant 10."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(prev_hash) + row).hexdigest()


def recomputed_hash(entry: JournalEntry, prev_hash: str) -> str:
    """Return the hash that `entry` must carry when it follows the row hashed `prev_hash`."""
    return chained_hash(
        prev_hash,
        row_bytes(
            seq=entry.seq,
            ts=entry.ts,
            tenant=entry.tenant,
            book=entry.book,
            trace_id=entry.trace_id,
            stream=entry.stream,
            type_=entry.type,
            payload=entry.payload,
        ),
    )
