"""The journal of one tenant: the kernel's port on top of the writer and the reading pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, func, select

from quorate.adapters.sql.chain_table import (
    BEYOND,
    CHECKPOINTS,
    JOURNAL,
    NEWEST_OF_STREAM,
    ROWS_AFTER,
    STREAM_ROWS,
)
from quorate.adapters.sql.ledger import BLOBS, SIGNING_KEYS
from quorate.adapters.sql.statement import Values, rows_of
from quorate.kernel.ids import BookName, Tenant, TraceId
from quorate.kernel.journal import Committed, JournalEntry

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database
    from quorate.adapters.sql.use_case import UseCase
    from quorate.adapters.sql.writer import JournalWriter

CHUNK = 2000
"""Rows fetched at once when the whole journal is read."""


class SqlJournal:
    """One tenant's journal; see the kernel's port for what it promises."""

    def __init__(self, writer: JournalWriter, database: Database, tenant: Tenant) -> None:
        self._writer = writer
        self._database = database
        self._listeners: list[Callable[[], None]] = []
        self.tenant = tenant

    def heard_by(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit that is made through this journal, on the committer's event loop."""
        self._listeners.append(listener)

    async def commit(self, decide: UseCase) -> Committed:
        """Return once the events of `decide` are durable."""
        committed = await self._writer.commit(self.tenant, decide)
        for listener in self._listeners:
            listener()
        return committed

    async def entries(self, stream: str) -> Sequence[JournalEntry]:
        """Return the committed rows of `stream`, oldest first."""
        values: Values = {"tenant": self.tenant, "stream": stream, "nothing": ""}
        rows = await self._database.look_up(
            lambda connection: rows_of(connection, STREAM_ROWS, values)
        )
        return [entry_of(row) for row in rows]

    async def recorded_steps(self, stream: str) -> Mapping[str, JournalEntry]:
        """Return the recorded successes of the steps in `stream`, by their key."""
        entries = [(entry.facts.get("stepKey"), entry) for entry in await self.entries(stream)]
        return {key: entry for key, entry in entries if isinstance(key, str)}


def chain_rows(
    connection: Connection, tenant: Tenant, *, first: int | None = None, last: int | None = None
) -> Iterator[JournalEntry]:
    """Yield the rows `first` to `last` of a tenant's chain by seq, a chunk at a time; all of them by default."""
    query = select(JOURNAL).where(JOURNAL.c.tenant == tenant)
    if first is not None:
        query = query.where(JOURNAL.c.seq >= first)
    if last is not None:
        query = query.where(JOURNAL.c.seq <= last)
    in_order = query.order_by(JOURNAL.c.seq)
    with connection.execution_options(yield_per=CHUNK).execute(in_order) as result:
        for row in result:
            yield entry_of(row)


def rows_after(
    connection: Connection, tenant: Tenant, after: int, limit: int
) -> Sequence[JournalEntry]:
    """Return at most `limit` rows behind row `after`, by seq: there are no gaps, so the last one is known."""
    values: Values = {"tenant": tenant, "after": after, "last": after + limit}
    return [entry_of(row) for row in rows_of(connection, ROWS_AFTER, values)]


def newest_rows(
    connection: Connection, tenant: Tenant, stream: str, limit: int
) -> Sequence[JournalEntry]:
    """Return at most `limit` rows of a stream, newest first."""
    values: Values = {"tenant": tenant, "stream": stream, "end": BEYOND, "most": limit}
    return [entry_of(row) for row in rows_of(connection, NEWEST_OF_STREAM, values)]


def checkpoint_notes(connection: Connection, tenant: Tenant) -> Sequence[str]:
    """Return the signed notes of a tenant's chain, by size."""
    query = select(CHECKPOINTS.c.note).where(CHECKPOINTS.c.tenant == tenant)
    return list(connection.execute(query.order_by(CHECKPOINTS.c.size)).scalars())


def last_note(connection: Connection, tenant: Tenant) -> str | None:
    """Return the signed note of the largest size, None before the first."""
    query = select(CHECKPOINTS.c.note).where(CHECKPOINTS.c.tenant == tenant)
    return connection.execute(query.order_by(CHECKPOINTS.c.size.desc()).limit(1)).scalar()


class KeyRegistration(NamedTuple):
    """The row by which a home made the key known that it signs this chain with."""

    seq: int
    key_id: str
    public_key: bytes


def key_registrations(connection: Connection, tenant: Tenant) -> Sequence[KeyRegistration]:
    """Return the registrations that stand in a tenant's chain, by seq."""
    query = select(JOURNAL).where(
        JOURNAL.c.tenant == tenant, JOURNAL.c.type == "key.registered", JOURNAL.c.seq < BEYOND
    )
    return [
        registration
        for row in connection.execute(query.order_by(JOURNAL.c.seq))
        if (registration := _registration(entry_of(row))) is not None
    ]


def _registration(entry: JournalEntry) -> KeyRegistration | None:
    """Return the registration that a row holds; a damaged one registers nothing."""
    try:
        key_id, public_key = str(entry.facts["keyId"]), str(entry.facts["publicKey"])
        return KeyRegistration(entry.seq, key_id, bytes.fromhex(public_key))
    except (KeyError, TypeError, ValueError):
        return None


def public_keys(connection: Connection, tenant: Tenant) -> Mapping[str, bytes]:
    """Return the registered public keys by key id."""
    query = select(SIGNING_KEYS).where(SIGNING_KEYS.c.tenant == tenant)
    return {row.key_id: bytes.fromhex(row.public_key) for row in connection.execute(query)}


def head_of(connection: Connection, tenant: Tenant) -> int:
    """Return the seq of the newest row, 0 for an empty chain."""
    query = select(func.max(JOURNAL.c.seq)).where(JOURNAL.c.tenant == tenant)
    return int(connection.execute(query).scalar_one() or 0)


def blobs(connection: Connection, tenant: Tenant) -> Iterator[tuple[str, bytes]]:
    """Yield every blob of a tenant with the digest that it is kept under."""
    query = select(BLOBS.c.digest, BLOBS.c.content).where(BLOBS.c.tenant == tenant)
    with connection.execution_options(yield_per=50).execute(query) as result:
        for digest, content in result:
            yield digest, content if isinstance(content, bytes) else str(content).encode()


def entry_of(row: Sequence[object]) -> JournalEntry:
    """Return the row that the chain's table holds."""
    tenant, seq, ts, book, trace_id, stream, type_, payload, prev_hash, hash_ = row
    return JournalEntry(
        seq=seq if isinstance(seq, int) else -1,
        ts=str(ts),
        tenant=Tenant(str(tenant)),
        book=BookName(str(book)),
        trace_id=TraceId(str(trace_id)),
        stream=str(stream),
        type=str(type_),
        payload=str(payload),
        prev_hash=str(prev_hash),
        hash=str(hash_),
    )
