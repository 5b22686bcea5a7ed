"""A database by its URL: the writer's own driver connection, and a pool of connections that only read."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from quorate.adapters.sql.failure import as_quorate_error
from quorate.adapters.sql.own_files import claim_file, make_folder
from quorate.adapters.sql.session import Sessions
from quorate.adapters.sql.sqlite_session import SqliteSessions
from quorate.kernel.errors import RejectedError

T = TypeVar("T")

WAL_PAGES = 2000
"""The log is written back to the file each 8 MB instead of SQLite's 4: a commit has to wait for it less often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabasePolicy:
    """Where the database is and what bounds it.

    `max_pages` caps an SQLite file (pages of 4 KiB), so that a full disk is met early and in one piece.
    Source: RELIABILITY 1.4 (busy waits 5 s, disk full is an error and never a corruption).
    """

    url: str
    busy_seconds: float = 5.0
    max_pages: int | None = None


class Database:
    """One database; `engine` reads, `sessions` writes, and nobody else opens connections."""

    def __init__(self, policy: DatabasePolicy) -> None:
        self.policy = policy
        self._url = _checked_url(policy.url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self.engine: Engine = self._reading_engine()
        self._near: Connection | None = None
        self._looking = threading.Lock()

    @property
    def place(self) -> str:
        """Return where the database is, without its password."""
        return self._url.database or "" if self.is_sqlite else self._url.render_as_string()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Return what `query` reads, off the event loop.

        Raises:
            UnavailableError: the database gave no answer.
        """
        return await asyncio.to_thread(self.read_now, query)

    async def look_up(self, query: Callable[[Connection], T]) -> T:
        """Return what `query` finds by a key: at once where the database is in this process, else as `read`."""
        return self._look_up_now(query) if self.is_sqlite else await self.read(query)

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """Return what `query` reads, on this thread; see `read`."""
        with _translated(), self.engine.connect() as connection:
            return query(connection)

    def _look_up_now(self, query: Callable[[Connection], T]) -> T:
        """Return what `query` reads on a connection that is kept for look-ups: taking one is half of their work."""
        if not self._looking.acquire(blocking=False):
            return self.read_now(query)
        try:
            with _translated():
                if self._near is None:
                    self._near = self.engine.connect()
                found = query(self._near)
                self._near.rollback()
                return found
        except BaseException:
            self._leave_near()
            raise
        finally:
            self._looking.release()

    def _leave_near(self) -> None:
        near, self._near = self._near, None
        if near is not None:
            with suppress(DBAPIError, sqlite3.Error):
                near.close()

    def renew(self) -> None:
        """Let every connection for reading go; the next query opens its own."""
        with self._looking:
            self._leave_near()
        self.engine.dispose()

    def sessions(self, *, lock_seconds: float = 30.0) -> Sessions:
        """Return where a journal writer gets its sessions from.

        PostgreSQL waits `lock_seconds` for another process's chain; on SQLite the writer itself asks again and again.
        """
        if self.is_sqlite:
            return SqliteSessions(self.connect_sqlite(patience=0.0))
        from quorate.adapters.sql.postgres_session import (  # noqa: PLC0415  (psycopg is optional)
            PostgresSessions,
        )

        return PostgresSessions(self.postgres_dsn, lock_seconds=lock_seconds)

    def close(self) -> None:
        """Close the reading connections."""
        with self._looking:
            self._leave_near()
        self.engine.dispose()

    def connect_sqlite(self, *, patience: float) -> sqlite3.Connection:
        """Return a connection that commits for good (WAL, every commit synced) and waits `patience` s for a lock."""
        self._claim()
        connection = sqlite3.connect(
            self._url.database or ":memory:",
            timeout=self.policy.busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        self._prepare(connection)
        connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
        return connection

    @property
    def postgres_dsn(self) -> str:
        """Return the URL as libpq takes it, password included."""
        return self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _claim(self) -> None:
        """Make a database that is not there yet its owner's alone, before SQLite makes it everybody's to read."""
        if self._url.database and self._url.database != ":memory:":
            claim_file(Path(self._url.database))

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.text_factory = _text_as_stored
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
        if self.policy.max_pages:
            connection.execute(f"PRAGMA max_page_count={int(self.policy.max_pages)}")

    def _reading_engine(self) -> Engine:
        if not self.is_sqlite:
            return create_engine(self._url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        folder = Path(self._url.database or ":memory:").parent
        try:
            make_folder(folder)
        except OSError as error:
            raise RejectedError(
                f"{folder} cannot hold the database ({error.strerror})",
                effect="nothing was opened",
                fix="point QUORATE_HOME or QUORATE_DATABASE_URL to a place that you may write to",
                slug="config-refused",
            ) from error
        engine = create_engine(
            self._url,
            connect_args={"timeout": self.policy.busy_seconds, "isolation_level": None},
        )
        event.listen(engine, "do_connect", lambda *_asked: self._claim())
        event.listen(engine, "connect", lambda connection, _record: self._prepare(connection))
        return engine


def _text_as_stored(raw: bytes) -> str:
    """Return a text column's bytes as text; damaged ones are carried along, for verification to name their row."""
    return raw.decode("utf-8", "surrogateescape")


def _checked_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise RejectedError(
            "the database URL names neither SQLite nor PostgreSQL",
            effect="nothing was opened",
            fix="use sqlite:///PATH or postgresql://USER@HOST/NAME",
            slug="config-refused",
        )
    return url


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise as_quorate_error(error) from error
    except DBAPIError as error:
        raise as_quorate_error(
            error.orig if isinstance(error.orig, Exception) else error
        ) from error
