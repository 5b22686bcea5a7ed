"""Databases as former versions of the program left them, made from what this one writes."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Connection, MetaData, Table, insert, inspect, select

from quorate.adapters.sql.database import Database
from quorate.adapters.sql.migration import _config


def at_revision(database: Database, revision: str) -> None:
    """Bring an empty database to a former schema."""

    def upgrade(connection: Connection) -> None:
        command.upgrade(_config(connection), revision)
        connection.commit()

    database.read_now(upgrade)


def copied(source: Database, target: Database) -> None:
    """Fill the tables of `target` with what those of `source` hold in the same columns."""
    wanted = MetaData()
    target.read_now(wanted.reflect)
    present = source.read_now(lambda connection: inspect(connection).get_table_names())
    for table in wanted.sorted_tables:
        if table.name in present and table.name != "alembic_version":
            _copied(table, source, target)


def _copied(table: Table, source: Database, target: Database) -> None:
    rows = source.read_now(
        lambda connection: [dict(row._mapping) for row in connection.execute(select(table))]
    )

    def fill(connection: Connection) -> None:
        connection.execute(insert(table), rows)
        connection.commit()

    if rows:
        target.read_now(fill)
