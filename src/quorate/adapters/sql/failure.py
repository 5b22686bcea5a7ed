"""What a driver's exception means to us: which reaction it asks for."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    QuorateError,
    UnavailableError,
)

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY_CODE = 0xFF

NOTHING_WRITTEN = "nothing of this step was written, all earlier rows stand"


def is_busy(error: BaseException) -> bool:
    """Return whether another process merely holds SQLite's write lock, so that trying again helps."""
    return isinstance(error, sqlite3.OperationalError) and _code(error) in _BUSY


def as_quorate_error(error: Exception) -> QuorateError:
    """Return `error` of a driver as the kind of failure that its reaction calls for."""
    if isinstance(error, QuorateError):
        return error
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error)
    state = getattr(error, "sqlstate", None)
    if type(error).__module__.partition(".")[0] == "psycopg":
        return _from_postgres(error, state)
    return InvariantBrokenError(f"{type(error).__name__} in the journal's writer: {error}")


def _from_sqlite(error: sqlite3.Error) -> QuorateError:
    code = _code(error)
    if isinstance(error, sqlite3.IntegrityError):
        return ConflictError(f"someone wrote it first ({error})")
    if code == sqlite3.SQLITE_FULL:
        return storage_full(str(error))
    if code in _CORRUPT:
        return InvariantBrokenError(
            f"the database file is damaged ({error})",
            effect="nothing can be read from it safely",
            fix="restore it from a backup, then `quorate audit verify`",
        )
    return UnavailableError(
        f"the database gave no answer ({error})",
        source="database",
        effect=NOTHING_WRITTEN,
        fix="quorate doctor",
        retry_after=timedelta(seconds=1) if code in _BUSY else None,
        slug="storage-unavailable",
    )


def _from_postgres(error: Exception, state: str | None) -> QuorateError:
    match state:
        case "23505":
            return ConflictError(f"someone wrote it first ({_first_line(error)})")
        case "53100":
            return storage_full(_first_line(error))
        case str() if state.startswith("22"):
            return InvariantBrokenError(f"a value that cannot be stored ({_first_line(error)})")
        case _:
            return UnavailableError(
                f"PostgreSQL gave no answer ({_first_line(error)})",
                source="database",
                effect=NOTHING_WRITTEN,
                fix="check QUORATE_DATABASE_URL and the server, then `quorate doctor`",
                slug="storage-unavailable",
            )


def storage_full(detail: str) -> UnavailableError:
    """Return the failure of a database that has no room left."""
    return UnavailableError(
        f"no room left for the database ({detail})",
        source="database",
        effect=NOTHING_WRITTEN,
        fix="free disk space or raise [database] max_pages, then run the command again",
        slug="storage-full",
    )


def outcome_unknown(error: Exception) -> UnavailableError:
    """Return the failure of a commit whose answer was lost, with nobody left to ask."""
    return UnavailableError(
        f"the database was lost during a commit ({_first_line(error)})",
        source="database",
        effect="whether this step was written is known only once the database answers again",
        fix="quorate doctor, then look at `quorate runs list`",
        slug="storage-unavailable",
    )


def _code(error: sqlite3.Error) -> int:
    return (getattr(error, "sqlite_errorcode", 0) or 0) & _PRIMARY_CODE


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
