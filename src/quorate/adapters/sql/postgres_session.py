"""The writer's sessions on PostgreSQL, which is a round trip away: all at once first, one by one when that fails."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from psycopg.pq import Escaping

from quorate.adapters.sql.chain_table import HEAD
from quorate.adapters.sql.postgres_tail import channel_of
from quorate.adapters.sql.session import ContendedError, head_in
from quorate.kernel.errors import ConflictError, InvariantBrokenError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Value, Values
    from quorate.kernel.ids import Tenant

KEYED_ACCESS = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
"""Options of the writer's connection: it asks by key only, which fresh tables' statistics do not tell the planner."""

BULK_ROWS = 8
"""From so many rows on, one statement that takes them as JSON is cheaper than one each."""

_REFUSED = (psycopg.errors.IntegrityError, psycopg.errors.DataError)
"""A row of that key is there, a guard failed (which divides by zero), or a value has no room in its column."""


@dataclass(slots=True)
class _Memory:
    """What the writer knows of its connection: the heads that it wrote last, and what is prepared there."""

    heads: dict[Tenant, tuple[int, str]] = field(default_factory=dict)
    prepared: dict[Statement, str] = field(default_factory=dict)


class PostgresSession:
    """A writer's session on PostgreSQL: statement by statement, each use case in its savepoint."""

    def __init__(self, connection: psycopg.Connection[Row], memory: _Memory) -> None:
        self._connection = connection
        self._memory = memory
        self._tenant: Tenant

    def begin(self, tenant: Tenant) -> tuple[int, str]:
        self._tenant = tenant
        self._connection.execute(_opening(tenant))
        return head_in(self._selected(HEAD, {"tenant": tenant}))

    def read(self, statement: Statement, values: Values) -> Sequence[Row]:
        return self._selected(statement, values)

    def insert(self, statement: Insert, values: Values) -> None:
        self._connection.execute(statement.postgres, values)

    def update(self, statement: GuardedUpdate, values: Values, otherwise: str) -> None:
        if self._connection.execute(statement.postgres, values).rowcount != 1:
            raise ConflictError(otherwise)

    def savepoint(self) -> None:
        self._connection.execute("SAVEPOINT use_case")

    def release(self) -> None:
        self._connection.execute("RELEASE use_case")

    def undo(self) -> None:
        self._connection.execute("ROLLBACK TO use_case; RELEASE use_case")

    def commit(self, head: tuple[int, str]) -> None:
        self._connection.execute(_closing(self._tenant).encode())
        self._memory.heads[self._tenant] = head

    def rollback(self) -> None:
        self._memory.heads.clear()
        try:
            self._connection.execute("ROLLBACK")
        except psycopg.OperationalError:  # it is gone already; the next session connects anew
            self._connection.close()

    def _selected(self, statement: Statement, values: Values) -> Sequence[Row]:
        return self._connection.execute(statement.postgres, values).fetchall()


class GatheringSession(PostgresSession):
    """A writer's session on PostgreSQL that sends a batch's changes, each kind as one statement, with its commit.

    Where no use case reads, the whole transaction is one round trip: it opens, takes the chain, changes, and commits.
    It starts from the head that this process wrote last; had another one written since, its rows would hold the same
    numbers, and the insert fails. There are no savepoints. A use case that refuses before it changed anything needs
    none; one that changed something first makes the batch contended. So does any guard that fails, and a second
    change of one row between two reads: changes of different rows commute, so only those may be sent in the order of
    their kinds. A read takes what was gathered along, ahead of itself.
    """

    def __init__(self, connection: psycopg.Connection[Row], memory: _Memory) -> None:
        super().__init__(connection, memory)
        self._gathered: dict[Insert | GuardedUpdate, list[Values]] = {}
        self._rows: set[tuple[Value, ...]] = set()
        self._changed = False
        self._is_open = False
        self._escaping = Escaping(connection.pgconn)

    def begin(self, tenant: Tenant) -> tuple[int, str]:
        self._tenant = tenant
        return self._memory.heads.get(tenant) or self._open()

    def read(self, statement: Statement, values: Values) -> Sequence[Row]:
        if not self._is_open and self._open() != self._memory.heads.get(self._tenant):
            raise ContendedError
        return self._send([*self._changes(), self._execution(statement, values)])

    def insert(self, statement: Insert, values: Values) -> None:
        if statement.takes_bytes:
            self._changed = True
            super().insert(statement, values)
        else:
            self._gather(statement, values)

    def update(self, statement: GuardedUpdate, values: Values, otherwise: str) -> None:  # noqa: ARG002
        self._gather(statement, values)

    def _gather(self, statement: Insert | GuardedUpdate, values: Values) -> None:
        """Keep a change for the next round trip, unless one of the same row is kept: those two have an order."""
        self._changed = True
        row = statement.row_of(values)
        if row in self._rows:
            raise ContendedError
        self._rows.add(row)
        self._gathered.setdefault(statement, []).append(values)

    def savepoint(self) -> None:
        self._changed = False

    def release(self) -> None:
        """Keep what the use case gave."""

    def undo(self) -> None:
        if self._changed:
            raise ContendedError

    def commit(self, head: tuple[int, str]) -> None:
        if self._is_open or self._gathered:
            opening = [] if self._is_open else [_opening(self._tenant)]
            self._send([*opening, *self._changes(), _closing(self._tenant)])
        self._memory.heads[self._tenant] = head

    def _open(self) -> tuple[int, str]:
        self._is_open = True
        return super().begin(self._tenant)

    def _changes(self) -> Iterator[str]:
        gathered, self._gathered = self._gathered, {}
        self._rows.clear()
        for statement, rows in gathered.items():
            if len(rows) < BULK_ROWS:
                yield from (self._execution(statement, values) for values in rows)
            else:
                rows_literal = self._literal(json.dumps(rows))
                yield statement.bulk.format(rows=rows_literal, count=len(rows))

    def _execution(self, statement: Statement, values: Values) -> str:
        """Return the call of the prepared statement: its plan is made once a connection."""
        name = self._memory.prepared.get(statement)
        if name is None:
            name = f"quorate_{len(self._memory.prepared)}"
            self._connection.execute(f"PREPARE {name} AS {statement.prepared.text}")
            self._memory.prepared[statement] = name
        literals = (self._literal(values[parameter]) for parameter in statement.prepared.names)
        return f"EXECUTE {name}({', '.join(literals)})"

    def _literal(self, value: Value) -> str:
        """Return `value` quoted by libpq, which takes a tenth of what composing psycopg's `sql.Literal` does."""
        if isinstance(value, str):
            return self._escaping.escape_literal(value.encode()).decode()
        if value is None:
            return "NULL"
        if isinstance(value, int):
            return str(value)
        raise InvariantBrokenError(f"{type(value).__name__} has no literal in a gathered statement")

    def _send(self, statements: Sequence[str]) -> Sequence[Row]:
        """Send `statements` in one round trip and return what the last selects; the first that fails ends them all."""
        try:
            cursor = self._connection.execute("; ".join(statements).encode())
        except _REFUSED as error:
            raise ContendedError from error
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else ()


class PostgresSessions:
    """The writer's one connection to a server, made again when it was lost."""

    is_near = False

    def __init__(self, dsn: str, *, lock_seconds: float) -> None:
        self._dsn = dsn
        self._options = f"{KEYED_ACCESS} -c lock_timeout={int(lock_seconds * 1000)}"
        self._memory = _Memory()
        self._connection = self._connected()

    def open(self, *, gathering: bool) -> PostgresSession:
        if self._connection.closed:
            self._memory = _Memory()
            self._connection = self._connected()
        return (GatheringSession if gathering else PostgresSession)(self._connection, self._memory)

    def close(self) -> None:
        self._connection.close()

    def _connected(self) -> psycopg.Connection[Row]:
        """Connect; psycopg prepares nothing by itself, for its own would take ours along when it lets go of them."""
        return psycopg.connect(
            self._dsn,
            autocommit=True,
            prepare_threshold=None,
            client_encoding="utf8",
            options=self._options,
        )


def _opening(tenant: Tenant) -> str:
    """Return what opens a transaction and takes the tenant's chain, an advisory lock of its own."""
    lock = int.from_bytes(hashlib.sha256(f"quorate:{tenant}".encode()).digest()[:8], signed=True)
    return f"BEGIN; SELECT pg_advisory_xact_lock({lock})"


def _closing(tenant: Tenant) -> str:
    """Return what commits, and wakes whoever follows the tenant's chain once it is committed."""
    return f"NOTIFY {channel_of(tenant)}; COMMIT"
