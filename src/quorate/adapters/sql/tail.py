"""The journal's tail: followers wake after every commit, whichever process made it, and read on by seq.

A wake-up may come twice, early, or for several commits at once without harm: rows are read by `seq > cursor`, so none
is missed and none comes twice. One watch over the database serves every follower of the process, and runs only while
there is one; commits of this process are heard of at once, beside it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from quorate.adapters.sql.failure import as_quorate_error
from quorate.adapters.sql.journal import head_of, rows_after

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database
    from quorate.kernel.ids import Tenant
    from quorate.kernel.journal import JournalEntry
    from quorate.kernel.ports import Clock

POLL_SECONDS: Final = 0.004
"""How often SQLite is asked whether another process committed: an event is due in a browser 10 ms after its commit."""

RETRY_SECONDS: Final = 0.5
"""How long to wait before a lost database is watched again."""

_LOG = structlog.get_logger()


class JournalFeed(Protocol):
    """The journal as it grows."""

    async def head(self) -> int:
        """Return the seq of the newest committed row, 0 before the first."""
        ...

    async def rows(self, after: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` committed rows behind `after`, by seq."""
        ...

    def following(self) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yield wake-ups: one at once, then at least one after every commit; several may come as one."""
        ...


class Wakes:
    """One follower's wake-ups; those that it has not taken yet are one."""

    def __init__(self) -> None:
        self._awake = asyncio.Event()
        self._awake.set()
        self._ended = False

    def wake(self) -> None:
        """Let the follower look again."""
        self._awake.set()

    def end(self) -> None:
        """Let the follower go: there is nothing more to come."""
        self._ended = True
        self._awake.set()

    def __aiter__(self) -> AsyncIterator[None]:
        """Return itself: it is taken from by one."""
        return self

    async def __anext__(self) -> None:
        """Return when there may be more to read."""
        await self._awake.wait()
        if self._ended:
            raise StopAsyncIteration
        self._awake.clear()


class JournalTail:
    """One tenant's journal as it grows; see `JournalFeed`."""

    def __init__(self, database: Database, tenant: Tenant, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant
        self._clock = clock
        self._followers: set[Wakes] = set()
        self._watch: asyncio.Task[None] | None = None

    async def head(self) -> int:
        """Return the seq of the newest committed row, 0 before the first."""
        return await self._database.look_up(lambda connection: head_of(connection, self._tenant))

    async def rows(self, after: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` committed rows behind `after`, by seq."""
        return await self._database.look_up(
            lambda connection: rows_after(connection, self._tenant, after, limit)
        )

    @asynccontextmanager
    async def following(self) -> AsyncIterator[AsyncIterator[None]]:
        """Yield wake-ups: one at once, then at least one after every commit; they end when the tail is closed."""
        follower = Wakes()
        self._followers.add(follower)
        if self._watch is None:
            self._watch = asyncio.create_task(self._watched())
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            if not self._followers:
                await self._unwatch()

    def wake(self) -> None:
        """Let every follower look again."""
        for follower in self._followers:
            follower.wake()

    async def close(self) -> None:
        """Let every follower go and stop watching."""
        for follower in self._followers:
            follower.end()
        await self._unwatch()

    async def _unwatch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.wait({watch})

    async def _watched(self) -> None:
        """Watch the database until nobody follows; when it is lost, watch it again as soon as it is there."""
        while True:
            try:
                await self._watching()
            except Exception as error:  # noqa: BLE001  (the relay's edge: whatever it was, it is watched again)
                _LOG.warning("journal_watch_lost", cause=str(error))
            await self._clock.sleep(RETRY_SECONDS)

    async def _watching(self) -> None:
        """Wake all once the watch stands, for what was committed before, and then after every commit.

        Raises:
            UnavailableError: the database is lost.
        """
        if self._database.is_sqlite:
            await self._polled()
            return
        from quorate.adapters.sql.postgres_tail import (  # noqa: PLC0415  (psycopg is optional)
            listen,
        )

        await listen(self._database.postgres_dsn, self._tenant, self.wake)

    async def _polled(self) -> None:
        """Ask SQLite for the number that changes with every commit of another connection, the writer's too."""
        try:
            with closing(self._database.connect_sqlite(patience=0.0)) as connection:
                seen = None
                while True:
                    version = connection.execute("PRAGMA data_version").fetchall()
                    if version != seen:
                        seen = version
                        self.wake()
                    await self._clock.sleep(POLL_SECONDS)
        except sqlite3.Error as error:
            raise as_quorate_error(error) from error
