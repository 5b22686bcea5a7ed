"""The writer's sessions on PostgreSQL, which is a round trip away: all at once first, one by one when that fails."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from quorate.adapters.sql.chain_table import HEAD
from quorate.adapters.sql.session import ContendedError, head_in
from quorate.audit.chain import GENESIS
from quorate.kernel.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values
    from quorate.kernel.ids import Tenant

KEYED_ACCESS = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
"""Options of the writer's connection: it asks by key only, which fresh tables' statistics do not tell the planner."""

BULK_ROWS = 8
"""From so many rows on, one statement that takes them as JSON is cheaper than one each."""

_SAME_HEAD = (
    "SELECT 1 / (coalesce((SELECT hash FROM journal WHERE tenant = {tenant} "
    "ORDER BY seq DESC LIMIT 1), {genesis}) = {hash})::int"
)
_FAILED_GUARD = (psycopg.errors.IntegrityError, psycopg.errors.DivisionByZero)


class PostgresSession:
    """A writer's session on PostgreSQL: statement by statement, each use case in its savepoint."""

    def __init__(
        self, connection: psycopg.Connection[Row], heads: dict[Tenant, tuple[int, str]]
    ) -> None:
        self._connection = connection
        self._heads = heads
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
        self._connection.execute("COMMIT")
        self._heads[self._tenant] = head

    def rollback(self) -> None:
        self._heads.clear()
        try:
            self._connection.execute("ROLLBACK")
        except psycopg.OperationalError:  # it is gone already; the next session connects anew
            self._connection.close()

    def _selected(self, statement: Statement, values: Values) -> Sequence[Row]:
        return self._connection.execute(statement.postgres, values).fetchall()


class GatheringSession(PostgresSession):
    """A writer's session on PostgreSQL that sends a batch's changes, each kind as one statement, with its commit.

    Where no use case reads, the whole transaction is one round trip: it opens, takes the chain, fails unless the head
    is still the one this process wrote last, changes, and commits. It has no savepoints. A use case that refuses
    before it changed anything needs none; one that changed something first makes the batch contended. So does any
    guard that fails, and any two changes of one row: whatever the order of the kinds could alter ends in the slow,
    exact way.
    """

    def __init__(
        self, connection: psycopg.Connection[Row], heads: dict[Tenant, tuple[int, str]]
    ) -> None:
        super().__init__(connection, heads)
        self._gathered: dict[Insert | GuardedUpdate, list[Values]] = {}
        self._changed = False
        self._is_open = False

    def begin(self, tenant: Tenant) -> tuple[int, str]:
        self._tenant = tenant
        return self._heads.get(tenant) or self._open()

    def read(self, statement: Statement, values: Values) -> Sequence[Row]:
        if not self._is_open and self._open() != self._heads.get(self._tenant):
            raise ContendedError
        self._send(list(self._changes()))
        return self._selected(statement, values)

    def insert(self, statement: Insert, values: Values) -> None:
        self._changed = True
        if statement.takes_bytes:
            super().insert(statement, values)
        else:
            self._gathered.setdefault(statement, []).append(values)

    def update(self, statement: GuardedUpdate, values: Values, otherwise: str) -> None:  # noqa: ARG002
        self._changed = True
        self._gathered.setdefault(statement, []).append(values)

    def savepoint(self) -> None:
        self._changed = False

    def release(self) -> None:
        """Keep what the use case gave."""

    def undo(self) -> None:
        if self._changed:
            raise ContendedError

    def commit(self, head: tuple[int, str]) -> None:
        opening = [] if self._is_open else [sql.SQL(_opening(self._tenant)), self._same_head()]
        self._send([*opening, *self._changes(), sql.SQL("COMMIT")])
        self._heads[self._tenant] = head

    def _open(self) -> tuple[int, str]:
        self._is_open = True
        return super().begin(self._tenant)

    def _same_head(self) -> sql.Composed:
        _seq, hash_ = self._heads[self._tenant]
        return sql.SQL(_SAME_HEAD).format(tenant=self._tenant, genesis=GENESIS, hash=hash_)

    def _changes(self) -> Iterator[sql.Composed]:
        gathered, self._gathered = self._gathered, {}
        for statement, rows in gathered.items():
            if len(rows) < BULK_ROWS:
                yield from (sql.SQL(statement.template).format(**values) for values in rows)
            else:
                yield sql.SQL(statement.bulk).format(rows=json.dumps(rows), count=len(rows))

    def _send(self, statements: Sequence[sql.Composable]) -> None:
        """Send `statements` in one round trip; the first that fails ends them all."""
        try:
            self._connection.execute(sql.SQL("; ").join(statements))
        except _FAILED_GUARD as error:
            raise ContendedError from error


class PostgresSessions:
    """The writer's one connection to a server, made again when it was lost."""

    is_near = False

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._heads: dict[Tenant, tuple[int, str]] = {}
        self._connection = self._connected()

    def open(self, *, gathering: bool) -> PostgresSession:
        if self._connection.closed:
            self._heads.clear()
            self._connection = self._connected()
        return (GatheringSession if gathering else PostgresSession)(self._connection, self._heads)

    def close(self) -> None:
        self._connection.close()

    def _connected(self) -> psycopg.Connection[Row]:
        return psycopg.connect(self._dsn, autocommit=True, options=KEYED_ACCESS)


def _opening(tenant: Tenant) -> str:
    """Return what opens a transaction and takes the tenant's chain, an advisory lock of its own."""
    lock = int.from_bytes(hashlib.sha256(f"quorate:{tenant}".encode()).digest()[:8], signed=True)
    return f"BEGIN; SELECT pg_advisory_xact_lock({lock})"
