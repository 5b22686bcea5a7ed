"""Migrations: bring a database to this version's schema, wholly or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.sql import column, table

from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from alembic.config import Config

    from quorate.adapters.sql.database import Database

NEWEST = "0024"
"""The revision of this version's schema; a test holds it against the newest file under `migrations/versions`."""

_VERSION = table("alembic_version", column("version_num"))
_MIGRATION_LOCK = 7_119_202_611
"""Advisory lock of PostgreSQL under which one process migrates at a time."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which revision to which; "" is an empty database."""

    before: str
    after: str


def revision_of(database: Database) -> str:
    """Return the revision that the database stands at, "" when it is empty."""
    return database.read_now(_revision)


def migrate(database: Database) -> Migrated:
    """Bring the database to `NEWEST` in one transaction; nothing happens where it stands there already.

    Raises:
        RejectedError: the database was made by a newer version of Quorate.
        UnavailableError: the database gave no answer.
    """
    before = revision_of(database)
    if before > NEWEST:
        raise RejectedError(
            f"the database is at schema {before}, this version knows {NEWEST}",
            effect="nothing was changed",
            fix="update Quorate, or name another database",
            slug="config-refused",
        )
    if before != NEWEST:
        database.read_now(_upgrade)
    return Migrated(before, NEWEST)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(select(_VERSION.c.version_num)).scalar() or "")


def _upgrade(connection: Connection) -> None:
    """Take the database's write lock first, so that of several processes one migrates and the others find it done."""
    from alembic import command  # noqa: PLC0415  (slow to import and needed once in a database's life)

    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    command.upgrade(_config(connection), "head")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
    connection.commit()


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  (see above)

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
