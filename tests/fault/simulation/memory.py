"""The real journal on a database in memory, written inline: no thread, no file, and a crash forgets the transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.projections import metadata
from quorate.adapters.sql.sqlite_session import SqliteSessions
from quorate.adapters.sql.writer import Failpoint, JournalWriter, WriterPolicy
from quorate.audit.checkpoint import Checkpoint, origin_of, signed_note
from quorate.kernel.ids import Tenant
from quorate.kernel.ports import Clock

TENANT = Tenant("simulated")
POLICY = WriterPolicy(checkpoint_rows=100, checkpoint_seconds=10**9)
NOTARY_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
"""Signs the chain of every simulated home."""


class KilledError(BaseException):
    """The process is gone: nothing of ours may catch this."""


@cache
def _template() -> bytes:
    """Return an empty database with every table, made once."""
    empty = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://", creator=lambda: empty, poolclass=StaticPool)
    metadata.create_all(engine)
    return bytes(empty.serialize())


class MemoryDatabase(Database):
    """A database in memory behind one connection, which all simulated processes share."""

    def __init__(self) -> None:
        self.raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.copies: list[str] = []
        self.raw.deserialize(_template())
        super().__init__(DatabasePolicy(url="sqlite://"))

    def connect_sqlite(self, *, patience: float) -> sqlite3.Connection:  # noqa: ARG002  (nobody waits)
        return self.raw

    def _reading_engine(self) -> Any:
        return create_engine("sqlite://", creator=lambda: self.raw, poolclass=StaticPool)

    def head(self) -> int:
        """Return the seq of the newest committed row."""
        return int(self.raw.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])

    def rows(self, after: int = 0) -> Iterator[Mapping[str, Any]]:
        """Yield the journal's rows behind `after` as plain values."""
        cursor = self.raw.execute("SELECT * FROM journal WHERE seq > ? ORDER BY seq", (after,))
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))

    def table(self, name: str) -> list[Mapping[str, Any]]:
        """Return a state table as plain values."""
        cursor = self.raw.execute(f"SELECT * FROM {name}")  # noqa: S608  (our own names)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class MemoryNotary:
    """Signs with the simulation's key, and keeps the copies where every process finds them."""

    def __init__(self, copies: list[str]) -> None:
        self._copies = copies

    def note(self, tenant: Tenant, size: int, root: str) -> str:
        """Return the signed note."""
        public = NOTARY_KEY.public_key().public_bytes_raw()
        checkpoint = Checkpoint(origin=origin_of(tenant), size=size, root=root)
        return signed_note(checkpoint, public_key=public, sign=NOTARY_KEY.sign).text()

    def copy(self, tenant: Tenant, note: str) -> None:  # noqa: ARG002  (there is one)
        """Keep a copy."""
        self._copies.append(note)


class InlineWriter(JournalWriter):
    """The product's writer without its thread: what arrived within a moment is one batch, carried out on the loop."""

    def __init__(
        self,
        database: MemoryDatabase,
        clock: Clock,
        failpoint: Failpoint,
        latency: Callable[[], float],
        wrote: Callable[[int], None],
    ) -> None:
        sessions = SqliteSessions(database.raw)
        notary = MemoryNotary(database.copies)
        super().__init__(sessions, notary, clock, policy=POLICY, failpoint=failpoint)
        self._latency, self._wrote, self._head = latency, wrote, database.head
        self._gathered: list[Any] = []

    def start(self) -> None:
        """There is no thread."""

    def close(self) -> None:
        """There is nothing to end, and the connection is everybody's."""

    async def commit(self, tenant: Tenant, decide: Any) -> Any:
        from quorate.adapters.sql.use_case import Case  # noqa: PLC0415  (as the writer names it)

        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if not self._gathered:
            loop.call_later(self._latency(), self._carried)
        self._gathered.append(Case(tenant, decide, loop, future))
        return await future

    def _carried(self) -> None:
        gathered, self._gathered = self._gathered, []
        try:
            for tenant, cases in groupby(gathered, key=lambda case: case.tenant):
                self._carry_out(tenant, list(cases), patient=True)
        except KilledError as death:
            for case in gathered:
                if not case.future.done():
                    case.future.set_exception(death)
        head = self._head()
        for seq in (seq for case in gathered for seq in case.seqs if seq <= head):
            self._wrote(seq)
