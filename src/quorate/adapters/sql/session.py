"""Sessions: one open transaction of the writer on one driver connection, the same to its user on either database.

SQLite runs in the process, so each statement answers at once. PostgreSQL is a round trip away, so the changes of a
batch are gathered and sent together with the commit; a batch in which some guard failed is rolled back and run again
one by one, each use case in its own savepoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quorate.audit.chain import GENESIS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values
    from quorate.kernel.ids import Tenant


class Session(Protocol):
    """What projections and reads inside the writer's transaction may do."""

    def read(self, statement: Statement, values: Values) -> Sequence[Row]:
        """Return the rows that `statement` selects, own changes included."""
        ...

    def insert(self, statement: Insert, values: Values) -> None:
        """Add one row; a second row of the same key is a conflict, found now or when the batch is settled."""
        ...

    def update(self, statement: GuardedUpdate, values: Values, otherwise: str) -> None:
        """Change the one row that is as the guard says.

        Raises:
            ConflictError: no row is, now or when the batch is settled; `otherwise` says what that means.
        """
        ...


class WriterSession(Session, Protocol):
    """A session as the writer sees it: with its beginning, its savepoints and its end."""

    def begin(self, tenant: Tenant) -> tuple[int, str]:
        """Open the transaction, take the tenant's chain against every other process, return its head: seq and hash."""
        ...

    def savepoint(self) -> None:
        """Open the use case's own bracket."""
        ...

    def release(self) -> None:
        """Keep what the use case did."""
        ...

    def undo(self) -> None:
        """Drop what the use case did, and nothing else."""
        ...

    def commit(self, head: tuple[int, str]) -> None:
        """Carry out what was only gathered so far and make the transaction durable; the chain now ends in `head`.

        Raises:
            ContendedError: a guard failed in a way that cannot be undone alone; nothing was committed.
        """
        ...

    def rollback(self) -> None:
        """Drop the whole transaction, if one is open."""
        ...


class Sessions(Protocol):
    """Where the writer gets its sessions from: one connection, which only the writer uses.

    `is_near` says that the database is in this process, so that a commit costs no more than its own work.
    """

    is_near: bool

    def open(self, *, gathering: bool) -> WriterSession:
        """Return a session; a `gathering` one may be contended, then the caller asks for a plain one."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class ContendedError(Exception):
    """A gathered batch met a failed guard: run it again with a savepoint for each use case."""


def head_in(rows: Sequence[Row]) -> tuple[int, str]:
    """Return seq and hash of the chain's newest row from what `HEAD` selected."""
    return (int(rows[0][0] or 0), str(rows[0][1])) if rows else (0, GENESIS)
