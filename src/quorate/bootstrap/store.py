"""The store: one tenant's database, journal and readers, opened together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from quorate.adapters.clock.system import RandomIds, SystemClock
from quorate.adapters.keys.ed25519 import signing_key_at
from quorate.adapters.keys.notary import FileNotary
from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.journal import SqlJournal, head_of
from quorate.adapters.sql.market_data import SqlMarketData
from quorate.adapters.sql.migration import migrate
from quorate.adapters.sql.news import SqlNews
from quorate.adapters.sql.series import FETCHED
from quorate.adapters.sql.writer import Failpoint, JournalWriter, WriterPolicy, unharmed
from quorate.bootstrap.boundaries import declared_boundaries
from quorate.config import Settings
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.ids import Tenant
from quorate.kernel.ports import Clock, IdSource
from quorate.portfolio.book import BookMode
from quorate.resilience.bounding import Boundaries

SIGNING_KEY: Final = Path("keys") / "checkpoint.ed25519"
"""Where a home keeps the key that signs its chain and its verdicts."""

LOCAL_TENANT: Final = Tenant("local")
"""The tenant of a home whose settings name no other."""


@dataclass(slots=True, kw_only=True, eq=False)
class Store:
    """Everything that outlives the process, and the clock and ids that stamp it; a reload alone replaces `settings`."""

    settings: Settings
    tenant: Tenant
    database: Database
    writer: JournalWriter
    journal: SqlJournal
    notary: FileNotary
    market: SqlMarketData
    fetched: SqlMarketData
    news: SqlNews
    clock: Clock
    ids: IdSource
    boundaries: Boundaries = field(default_factory=lambda: Boundaries(SystemClock().monotonic))
    """What this process asks of other components goes through them."""

    async def head(self) -> int:
        """Return the newest row of the journal; raises UnavailableError when the database gives no answer."""
        return await self.database.look_up(lambda connection: head_of(connection, self.tenant))

    def market_of(self, mode: BookMode) -> SqlMarketData:
        """Return the bars that a book of `mode` trades on: what was imported in REPLAY, else what was fetched."""
        return self.market if mode is BookMode.REPLAY else self.fetched


def database_of(settings: Settings) -> Database:
    """Return the database that the settings name, not yet migrated."""
    chosen = settings.database
    return Database(
        DatabasePolicy(
            url=settings.database_url,
            busy_seconds=chosen.busy_seconds,
            max_pages=chosen.max_pages,
        )
    )


def notary_of(settings: Settings) -> FileNotary:
    """Return who signs the checkpoints of this home; its key is made on first use.

    A database of its own keeps its copies apart: two chains of one tenant's name would contradict each other.
    """
    key = signing_key_at(settings.home / SIGNING_KEY)
    copies = settings.home / "checkpoints"
    elsewhere = settings.database.url
    return FileNotary(key, copies / sha256_hex(elsewhere)[:12] if elsewhere else copies)


@contextmanager
def opened_store(
    settings: Settings,
    *,
    tenant: Tenant | None = None,
    clock: Clock | None = None,
    failpoint: Failpoint = unharmed,
) -> Iterator[Store]:
    """Yield the migrated store of `tenant`, else of the settings' one; closing it signs the chain's head."""
    owner = tenant or Tenant(settings.database.tenant)
    database = database_of(settings)
    try:
        migrate(database)
        notary, used_clock = notary_of(settings), clock or SystemClock()
        policy = WriterPolicy(
            checkpoint_rows=settings.journal.checkpoint_rows,
            checkpoint_seconds=settings.journal.checkpoint_seconds,
        )
        writer = JournalWriter(
            database.sessions(lock_seconds=policy.lock_seconds),
            notary,
            used_clock,
            policy=policy,
            failpoint=failpoint,
        )
        writer.start()
        try:
            yield Store(
                settings=settings,
                tenant=owner,
                database=database,
                writer=writer,
                journal=SqlJournal(writer, database, owner),
                notary=notary,
                market=SqlMarketData(database, owner),
                fetched=SqlMarketData(database, owner, FETCHED),
                news=SqlNews(database, owner),
                clock=used_clock,
                ids=RandomIds(),
                boundaries=declared_boundaries(Boundaries(used_clock.monotonic), settings),
            )
        finally:
            writer.close()
    finally:
        database.close()
