"""A whole database copied while it is written to, and put back: SQLite by its online backup, PostgreSQL by pg_dump.

Everything is as of one moment; what was committed before it is in the copy, nothing half-written is.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from quorate.adapters.sql.database import Database
from quorate.adapters.sql.own_files import make_folder, new_file
from quorate.kernel.errors import RejectedError, UnavailableError

_SQLITE: Final = b"SQLite format 3\x00"
_DUMP: Final = b"PGDMP"
_LONGEST_S: Final = 3_600.0
_NOTHING: Final = "nothing was changed"
_ANOTHER: Final = "name a file that `quorate db backup` wrote"


def back_up(database: Database, file: Path) -> None:
    """Write the whole database, every tenant's, into `file`, which only its owner may read.

    Raises:
        RejectedError: the file is there already or cannot be written, or pg_dump is not installed.
        UnavailableError: the database gave no answer.
    """
    if file.exists():
        raise RejectedError(
            f"{file} is there already",
            effect="nothing was backed up",
            fix="name another file, or remove that one",
        )
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        new_file(part)
        if database.is_sqlite:
            _copy_out(database, part)
        else:
            _run(database, "pg_dump", "--format=custom", "--no-owner", f"--file={part}")
        part.rename(file)
    except OSError as error:
        raise RejectedError(
            f"{file} cannot be written ({error.strerror})",
            effect="nothing was backed up",
            fix="name a file in a folder that exists and has room",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def check_backup(database: Database, file: Path) -> None:
    """Refuse a file that is no whole backup of a database of this kind.

    Raises:
        RejectedError: it is none; nothing was changed.
    """
    try:
        with file.open("rb") as opened:
            begins = opened.read(len(_SQLITE))
    except OSError as error:
        raise RejectedError(
            f"{file} cannot be read ({error.strerror})", effect=_NOTHING, fix=_ANOTHER
        ) from error
    if not begins.startswith(_SQLITE if database.is_sqlite else _DUMP):
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
        raise RejectedError(
            f"{file} is no backup of a {kind} database", effect=_NOTHING, fix=_ANOTHER
        )
    if database.is_sqlite:
        _require_whole(file)


def put_back(database: Database, file: Path, aside: str) -> Path | None:
    """Put a checked backup in the place of the database; returns where the former one lies now, None without one.

    An SQLite file is set aside under its name and `aside`; the tables of a PostgreSQL database are replaced in one
    transaction.

    Raises:
        RejectedError: pg_restore is not installed, or refuses the file.
        UnavailableError: the database gave no answer.
    """
    database.close()
    if not database.is_sqlite:
        _run(
            database,
            *("pg_restore", "--clean", "--if-exists", "--no-owner"),
            *("--single-transaction", "--exit-on-error", str(file)),
        )
        return None
    place = Path(database.place)
    new = place.with_name(place.name + ".new")
    make_folder(place.parent)
    new.unlink(missing_ok=True)
    new_file(new)
    shutil.copyfile(file, new)
    former = _set_aside(place, aside)
    new.rename(place)
    return former


def _set_aside(place: Path, aside: str) -> Path | None:
    """Move the database away with its log, which holds its newest commits."""
    if not place.exists():
        return None
    former = place.with_name(f"{place.name}.{aside}")
    for ending in ("-wal", "-shm", ""):
        beside = place.with_name(place.name + ending)
        if beside.exists():
            beside.rename(former.with_name(former.name + ending))
    return former


def _copy_out(database: Database, part: Path) -> None:
    try:
        with (
            closing(database.connect_sqlite(patience=database.policy.busy_seconds)) as source,
            closing(sqlite3.connect(part)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise UnavailableError(
            f"the database could not be copied ({error})",
            source="database",
            effect="nothing was backed up",
        ) from error


def _require_whole(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
            opened.execute("SELECT max(seq) FROM journal").fetchone()
    except sqlite3.Error as error:
        raise RejectedError(f"{file} is damaged ({error})", effect=_NOTHING) from error
    if found != "ok":
        raise RejectedError(f"{file} is damaged ({found})", effect=_NOTHING)


def _run(database: Database, tool: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL on the database; its password stands in no list of processes."""
    url = make_url(database.postgres_dsn)
    password = {"PGPASSWORD": url.password} if url.password else {}
    bare = url.set(password=None).render_as_string(hide_password=False)
    if shutil.which(tool) is None:
        raise RejectedError(
            f"{tool} is not installed, and PostgreSQL is backed up and restored by its own tools",
            effect=_NOTHING,
            fix="apt-get install postgresql-client, of the server's version or newer",
        )
    ended = subprocess.run(  # noqa: S603  (a fixed tool, without a shell)
        [tool, f"--dbname={bare}", *arguments],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.strip().partition("\n")[0][:300] or f"exit {ended.returncode}"
        raise RejectedError(f"{tool} failed: {said}", effect=_NOTHING)
