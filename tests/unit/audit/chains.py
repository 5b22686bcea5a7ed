"""Small chains with real hashes and real signatures."""

from collections.abc import Sequence
from dataclasses import replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quorate.audit.chain import GENESIS, recomputed_hash
from quorate.audit.checkpoint import Checkpoint, note_key_id, origin_of, signed_note
from quorate.kernel.ids import BookName, Tenant, TraceId
from quorate.kernel.journal import JournalEntry

TENANT = Tenant("local")
ORIGIN = origin_of(TENANT)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def row(seq: int, **other: str) -> JournalEntry:
    """A row that is not yet chained; `other` names any column that differs."""
    usual = {
        "ts": f"2026-11-21T03:12:00.{seq:06d}Z",
        "book": "replay",
        "trace_id": f"{seq:032x}",
        "stream": "run:run_1",
        "type": "vote.cast",
        "payload": f'{{"seq":{seq}}}',
    }
    fields = usual | other
    return JournalEntry(
        seq=seq,
        ts=fields["ts"],
        tenant=TENANT,
        book=BookName(fields["book"]),
        trace_id=TraceId(fields["trace_id"]),
        stream=fields["stream"],
        type=fields["type"],
        payload=fields["payload"],
        prev_hash="",
        hash="",
    )


def chained(rows: Sequence[JournalEntry], after: str = GENESIS) -> list[JournalEntry]:
    """The rows as a journal would have written them, one after the other."""
    chain = []
    for unchained in rows:
        entry = replace(unchained, prev_hash=after)
        after = recomputed_hash(entry, after)
        chain.append(replace(entry, hash=after))
    return chain


def chain(length: int) -> list[JournalEntry]:
    return chained([row(seq) for seq in range(1, length + 1)])


def note(rows: Sequence[JournalEntry], size: int, key: Ed25519PrivateKey = KEY) -> str:
    """The signed note on the first `size` of `rows`."""
    root = rows[size - 1].hash if size else GENESIS
    point = Checkpoint(origin=ORIGIN, size=size, root=root)
    public = key.public_key().public_bytes_raw()
    return signed_note(point, public_key=public, sign=key.sign).text()


def is_signed(key_id: str, text: bytes, signature: bytes) -> bool:
    """Knows one key, the chain's own."""
    try:
        KEY.public_key().verify(signature, text)
    except InvalidSignature:
        return False
    return key_id == note_key_id(ORIGIN, PUBLIC)
