"""Stores to test against: a migrated database, a tenant that nobody else has, the journal opened on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Table, select

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.keys.ed25519 import signature_check, signing_key_at
from quorate.adapters.keys.notary import FileNotary, notes_in
from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.journal import SqlJournal, chain_rows, checkpoint_notes
from quorate.adapters.sql.projections import STATE_TABLES
from quorate.adapters.sql.refold import projection_problems
from quorate.adapters.sql.session import Sessions, WriterSession
from quorate.adapters.sql.use_case import UseCase
from quorate.adapters.sql.writer import (
    Failpoint,
    JournalWriter,
    Notary,
    WriterPolicy,
    unharmed,
)
from quorate.audit.verification import Verification, verify_chain
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Committed, Event, JournalEntry
from quorate.kernel.ports import Clock

LONGEST = 30.0
"""No wait in these tests lasts longer; whatever takes so long has failed."""

SYSTEM = SystemClock()

T = TypeVar("T")


class OneByOne:
    """Sessions that never gather, as a writer uses them after a gathered batch was contended."""

    is_near = False

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def open(self, *, gathering: bool) -> WriterSession:  # noqa: ARG002  (the point of it)
        return self._sessions.open(gathering=False)

    def close(self) -> None:
        self._sessions.close()


@dataclass(frozen=True, kw_only=True)
class OpenStore:
    """A tenant's journal with all that stands behind it."""

    tenant: Tenant
    database: Database
    writer: JournalWriter
    notary: FileNotary
    clock: Clock

    @property
    def journal(self) -> SqlJournal:
        return SqlJournal(self.writer, self.database, self.tenant)

    def of(self, tenant: Tenant) -> OpenStore:
        """Return the same store as another tenant sees it."""
        return replace(self, tenant=tenant)

    async def add(self, *events: Event) -> Committed:
        """Commit `events` as one use case."""
        return await self.journal.commit(lambda _tx: events)

    def rows(self) -> list[JournalEntry]:
        return self.database.read_now(lambda connection: list(chain_rows(connection, self.tenant)))

    def facts(self) -> list[tuple[str, str]]:
        """Return type and payload of every row."""
        return [(row.type, row.payload) for row in self.rows()]

    def notes(self) -> Sequence[str]:
        return self.database.read_now(partial(checkpoint_notes, tenant=self.tenant))

    def copies(self) -> Sequence[str]:
        return notes_in(self.notary.copies_of(self.tenant))

    def table(self, table: Table) -> list[tuple[object, ...]]:
        """Return the tenant's rows of `table` without the tenant, in the order of their key."""
        query = select(table).where(table.c.tenant == self.tenant).order_by(*table.primary_key)
        rows = self.database.read_now(lambda connection: connection.execute(query).all())
        return [tuple(row[1:]) for row in rows]

    def state(self) -> dict[str, list[tuple[object, ...]]]:
        """Return all state tables."""
        return {table.name: self.table(table) for table in STATE_TABLES}

    def verified(self, *, projections: bool = False) -> Verification:
        """Return what is wrong with the chain, its checkpoints, their copies, and, if asked, the state tables."""
        return self.database.read_now(
            lambda connection: self.verified_on(connection, projections=projections)
        )

    def verified_on(self, connection: Connection, *, projections: bool = True) -> Verification:
        """Return the same as this connection sees it."""
        keys = {self.notary.key_id(self.tenant): self.notary.public_key}
        notes = dict.fromkeys((*checkpoint_notes(connection, self.tenant), *self.copies()))
        rows = list(chain_rows(connection, self.tenant))
        found = verify_chain(rows, notes, partial(signature_check, keys))
        refolded = projection_problems(connection, self.tenant, rows) if projections else ()
        problems = (*found.problems, *refolded)
        return replace(found, ok=not problems, problems=problems)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a store can be opened, again and again, here and in other processes."""

    url: str
    tenant: Tenant
    folder: Path
    one_by_one: bool = False

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite:")

    @property
    def file(self) -> Path:
        """Return the SQLite file."""
        return Path(self.url.removeprefix("sqlite:///"))

    @contextmanager
    def opened(
        self,
        *,
        policy: WriterPolicy | None = None,
        failpoint: Failpoint = unharmed,
        clock: Clock = SYSTEM,
        max_pages: int | None = None,
        notary: Notary | None = None,
        wrapped: Callable[[Sessions], Sessions] | None = None,
    ) -> Iterator[OpenStore]:
        """Yield the store opened; closing it signs the chain's head."""
        database = Database(DatabasePolicy(url=self.url, max_pages=max_pages))
        keeper = FileNotary(signing_key_at(self.folder / "key"), self.folder / "checkpoints")
        policy = policy or WriterPolicy()
        sessions = database.sessions(lock_seconds=policy.lock_seconds)
        for wrap in (OneByOne if self.one_by_one else None, wrapped):
            sessions = wrap(sessions) if wrap else sessions
        writer = JournalWriter(
            sessions, notary or keeper, clock, policy=policy, failpoint=failpoint
        )
        writer.start()
        try:
            yield OpenStore(
                tenant=self.tenant, database=database, writer=writer, notary=keeper, clock=clock
            )
        finally:
            writer.close()
            database.close()


async def turn() -> None:
    """Let the event loop take a few turns, so that what was started has reached the writer."""
    for _ in range(3):
        await SYSTEM.sleep(0)


async def outcomes(commits: Sequence[Awaitable[T]]) -> list[T | BaseException]:
    """Return what became of each of `commits`, started together: its result or its error."""
    tasks = [asyncio.ensure_future(commit) for commit in commits]
    _done, late = await asyncio.wait(tasks, timeout=LONGEST)
    assert not late, f"{len(late)} of {len(tasks)} use cases got no answer"
    return [task.exception() or task.result() for task in tasks]


async def in_one_batch(journal: SqlJournal, *decides: UseCase) -> list[Committed | BaseException]:
    """Commit `decides` in one transaction: they gather while the writer is kept busy with another."""
    busy, go_on = threading.Event(), threading.Event()

    def hold(_tx: object) -> Sequence[Event]:
        busy.set()
        assert go_on.wait(LONGEST)
        return []

    # Two at once, since a lone one may be carried out on this very thread.
    holding = [asyncio.ensure_future(journal.commit(hold)) for _ in range(2)]
    assert await asyncio.to_thread(busy.wait, LONGEST)
    waiting = [asyncio.ensure_future(journal.commit(decide)) for decide in decides]
    await turn()
    go_on.set()
    await outcomes(holding)
    return await outcomes(waiting)


def giving(*events: Event) -> UseCase:
    """Return the use case that gives `events`."""
    return lambda _tx: events
