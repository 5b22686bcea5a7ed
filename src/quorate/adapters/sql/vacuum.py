"""A database made as small as what is in it: the room of what was removed goes back to the disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import NamedTuple

from sqlalchemy import text

from quorate.adapters.sql.database import Database
from quorate.kernel.errors import RejectedError, UnavailableError


class Sizes(NamedTuple):
    """A database's bytes before and after."""

    before: int
    after: int


def vacuum(database: Database) -> Sizes:
    """Rewrite the database without its empty pages, and renew what its planner knows; rows stay as they are.

    SQLite needs as much free disk as the database is large for as long as it takes, and nobody who writes meanwhile.

    Raises:
        UnavailableError: somebody else writes, or the database gave no answer.
        RejectedError: there is not enough room.
    """
    return _of_sqlite(database) if database.is_sqlite else _of_postgres(database)


def _of_sqlite(database: Database) -> Sizes:
    try:
        with closing(database.connect_sqlite(patience=5.0)) as connection:
            before = _pages(connection)
            connection.execute("VACUUM")
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return Sizes(before, _pages(connection))
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise RejectedError(
                f"there is no room to rewrite {database.place}",
                effect="the database is as it was",
                fix="free as much disk as the database is large",
            ) from error
        raise UnavailableError(
            f"{database.place} is in use ({error})",
            source="database",
            effect="the database is as it was",
            fix="stop `quorate up` and every other process of this home, then try again",
        ) from error


def _pages(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(count) * int(size)


def _of_postgres(database: Database) -> Sizes:
    size = text("SELECT pg_database_size(current_database())")
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        before = int(connection.execute(size).scalar_one())
        connection.execute(text("VACUUM (ANALYZE)"))
        return Sizes(before, int(connection.execute(size).scalar_one()))
