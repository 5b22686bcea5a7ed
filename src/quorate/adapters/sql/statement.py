"""Statements that are used all the time: declared once on the tables, carried out without Core's cost per call.

A Core statement costs about 100 us each time it is executed, so they are compiled to driver text once. An insert or an
update can also be compiled to one text that takes many rows at once as JSON, which is how PostgreSQL gets a batch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Executable,
    LargeBinary,
    Table,
    bindparam,
    insert,
    update,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_POSTGRES: Dialect = PGDialect_psycopg(paramstyle="pyformat")  # type: ignore[no-untyped-call]

_NO_OFFSET = " OFFSET :param_1"
"""What SQLAlchemy writes for SQLite behind a limit without an offset: a zero as a parameter that nobody names."""

_PARAMETER = re.compile(r"%\((\w+)\)s")

Value: TypeAlias = "str | int | bytes | None"
Values: TypeAlias = "dict[str, Value]"
Row: TypeAlias = "tuple[Value, ...]"


class Prepared(NamedTuple):
    """A text with `$1`, `$2` ... for its values, and the values' names in that order."""

    text: str
    names: tuple[str, ...]


class Statement:
    """A Core statement as driver text; it takes its bind parameters by name and holds no literals."""

    def __init__(self, clause: Executable) -> None:
        self._clause = clause

    @cached_property
    def sqlite(self) -> str:
        """The text for sqlite3, with `:name` parameters."""
        text = _text(self._clause, SQLiteDialect_pysqlite(paramstyle="named"))
        return text.removesuffix(_NO_OFFSET)

    @cached_property
    def postgres(self) -> str:
        """The text for psycopg, with `%(name)s` parameters."""
        return _text(self._clause, _POSTGRES)

    @cached_property
    def prepared(self) -> Prepared:
        """The text for PostgreSQL's PREPARE."""
        return _prepared(self.postgres)


def rows_of(connection: Connection, statement: Statement, values: Values) -> Sequence[Row]:
    """Return what `statement` selects on a reading connection, as the driver gives it.

    SQLite's own cursor is asked directly: what the library does around it is three times the work of a look-up.
    """
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(statement.sqlite, values)
        return cursor.fetchall()
    return [tuple(row) for row in connection.exec_driver_sql(statement.postgres, values)]


class Insert(Statement):
    """Adds one row; the values' names are the columns'."""

    def __init__(self, table: Table) -> None:
        super().__init__(insert(table))
        self._table = table

    def row_of(self, values: Values) -> Row:
        """Return which row `values` make: its table and its key."""
        return (self._table.name, *(values[column.name] for column in self._table.primary_key))

    @property
    def takes_bytes(self) -> bool:
        """Return whether a row holds bytes, which JSON cannot carry."""
        return any(isinstance(column.type, LargeBinary) for column in self._table.columns)

    @cached_property
    def bulk(self) -> str:
        """The text for PostgreSQL that takes `{rows}`, a JSON array."""
        names = ", ".join(column.name for column in self._table.columns)
        return (
            f"INSERT INTO {self._table.name} ({names}) SELECT {names} "  # noqa: S608  (names of our own tables and columns)
            f"FROM json_populate_recordset(NULL::{self._table.name}, {{rows}})"
        )


class GuardedUpdate(Statement):
    """Changes the one row that is as the guard says; it names its parameters `was_COLUMN` and `COLUMN`."""

    def __init__(self, table: Table, *, where: tuple[str, ...], change: tuple[str, ...]) -> None:
        guard = [table.c[name] == bindparam(f"was_{name}") for name in where]
        super().__init__(
            update(table).where(*guard).values(**{name: bindparam(name) for name in change})
        )
        self._table = table
        self._where = where
        self._change = change

    def row_of(self, values: Values) -> Row:
        """Return which row `values` change: its table and its key."""
        key = (values[f"was_{column.name}"] for column in self._table.primary_key)
        return (self._table.name, *key)

    @cached_property
    def prepared(self) -> Prepared:
        """The text for PostgreSQL's PREPARE, failing unless the guard holds."""
        return _prepared(_all_changed(f"{self.postgres} RETURNING 1", count="1"))

    @cached_property
    def bulk(self) -> str:
        """The text for PostgreSQL that takes `{rows}`, a JSON array, and fails unless all `{count}` guards hold.

        The inner query cannot be merged into the outer one (OFFSET 0): each wanted row is found by its key, whatever
        the planner believes of a fresh table.
        """
        fields = {name: self._table.c[name] for name in self._change}
        fields |= {f"was_{name}": self._table.c[name] for name in self._where}
        name, key = self._table.name, [column.name for column in self._table.primary_key]
        changes = ", ".join(f"{column} = new.{column}" for column in self._change)
        is_it = " AND ".join(f"{name}.{column} = wanted.was_{column}" for column in key)
        guards = [f"{name}.{column} = new.was_{column}" for column in self._where]
        guard = " AND ".join([f"{name}.ctid = new.place", *guards])
        update = (
            f"UPDATE {name} SET {changes} FROM (SELECT found.place, wanted.* "  # noqa: S608  (see Insert.bulk)
            f"FROM json_to_recordset({{rows}}) AS wanted({_typed(fields)}) CROSS JOIN LATERAL "
            f"(SELECT {name}.ctid AS place FROM {name} WHERE {is_it} OFFSET 0) AS found) AS new "
            f"WHERE {guard} RETURNING 1"
        )
        return _all_changed(update, count="{count}")


def _prepared(text: str) -> Prepared:
    names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    places = {name: f"${number}" for number, name in enumerate(names, start=1)}
    return Prepared(_PARAMETER.sub(lambda found: places[found[1]], text), names)


def _all_changed(update: str, *, count: str) -> str:
    """Return `update` so that it divides by zero, which ends the transaction, unless it changed `count` rows."""
    return f"WITH changed AS ({update}) SELECT 1 / (count(*) = {count})::int FROM changed"  # noqa: S608


def _typed(fields: Mapping[str, Column[object]]) -> str:
    return ", ".join(f"{name} {column.type.compile(_POSTGRES)}" for name, column in fields.items())


def _text(clause: Executable, dialect: Dialect) -> str:
    return str(clause.compile(dialect=dialect))  # type: ignore[attr-defined]
