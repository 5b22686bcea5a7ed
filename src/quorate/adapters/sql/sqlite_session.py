"""The writer's session on SQLite, which runs in the process: each statement answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quorate.adapters.sql.chain_table import HEAD
from quorate.adapters.sql.session import head_in
from quorate.kernel.errors import ConflictError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values
    from quorate.kernel.ids import Tenant


class SqliteSession:
    """A writer's session on SQLite; `BEGIN IMMEDIATE` takes every chain in the file at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def begin(self, tenant: Tenant) -> tuple[int, str]:
        self._cursor.execute("BEGIN IMMEDIATE")
        return head_in(self.read(HEAD, {"tenant": tenant}))

    def read(self, statement: Statement, values: Values) -> Sequence[Row]:
        return self._cursor.execute(statement.sqlite, values).fetchall()

    def insert(self, statement: Insert, values: Values) -> None:
        self._cursor.execute(statement.sqlite, values)

    def update(self, statement: GuardedUpdate, values: Values, otherwise: str) -> None:
        if self._cursor.execute(statement.sqlite, values).rowcount != 1:
            raise ConflictError(otherwise)

    def savepoint(self) -> None:
        self._cursor.execute("SAVEPOINT use_case")

    def release(self) -> None:
        self._cursor.execute("RELEASE use_case")

    def undo(self) -> None:
        self._cursor.execute("ROLLBACK TO use_case")
        self._cursor.execute("RELEASE use_case")

    def commit(self, head: tuple[int, str]) -> None:  # noqa: ARG002  (the file is asked again, it is near)
        self._cursor.execute("COMMIT")

    def rollback(self) -> None:
        if self._connection.in_transaction:
            self._cursor.execute("ROLLBACK")


class SqliteSessions:
    """The writer's one connection to a file."""

    is_near = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._session = SqliteSession(connection)

    def open(self, *, gathering: bool) -> SqliteSession:  # noqa: ARG002  (there are no round trips to save)
        return self._session

    def close(self) -> None:
        self._connection.close()
