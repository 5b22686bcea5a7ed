"""Backups: a home's database copied into one file while it works, and put back later.

back up: database -> file, owner only   restore: file checked -> former set aside -> in place -> verified -> journaled

Keys are in no backup: without the home's own, a restored chain still verifies (its public keys are in it), and goes
on under a new key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.backup import back_up, check_backup, put_back
from quorate.adapters.sql.journal import head_of
from quorate.adapters.sql.migration import migrate
from quorate.adapters.sql.vacuum import Sizes, vacuum
from quorate.bootstrap.auditing import verify
from quorate.bootstrap.seeding import seed
from quorate.bootstrap.store import database_of, notary_of, opened_store
from quorate.config import Settings
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

RESTORED: Final = "database.restored"

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was backed up: `head` is the newest row of this home's tenant in it, at the least."""

    file: Path
    size: int
    sha256: str
    head: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back; `former` are the places where what stood there before lies now."""

    file: Path
    sha256: str
    head: int
    former: Sequence[Path]
    problems: Sequence[str]


def back_up_database(settings: Settings, file: Path) -> Backup:
    """Copy the whole database, all of its tenants, into `file`; processes may go on writing meanwhile.

    Raises:
        RejectedError: the file is there already or cannot be written, or a tool of PostgreSQL is missing.
        UnavailableError: the database gave no answer.
    """
    database = database_of(settings)
    try:
        head = database.read_now(lambda c: head_of(c, Tenant(settings.database.tenant)))
        back_up(database, file)
    finally:
        database.close()
    return Backup(file=file, size=file.stat().st_size, sha256=_sha256(file), head=head)


def vacuum_database(settings: Settings) -> Sizes:
    """Make the database as small as what is in it; see `vacuum`."""
    database = database_of(settings)
    try:
        return vacuum(database)
    finally:
        database.close()


def rows_at_stake(settings: Settings) -> int:
    """Return how many rows the home's tenant has in the database that a restore would replace, 0 without any."""
    if not settings.database.url and not (settings.home / "quorate.db").exists():
        return 0
    database = database_of(settings)
    try:
        return database.read_now(lambda c: head_of(c, Tenant(settings.database.tenant)))
    except QuorateError:
        return 0
    finally:
        database.close()


async def restore_database(settings: Settings, file: Path) -> Restored:
    """Put a backup in the place of the database, verify it, and say so in its journal.

    What stood there before is set aside, as are the second copies of its checkpoints: they would call an older chain
    cut off. No other process may work on the home meanwhile.

    Raises:
        RejectedError: the file is no whole backup of this kind of database; nothing was changed.
        UnavailableError: the database gave no answer.
    """
    database, stamp = database_of(settings), f"{SystemClock().now():%Y%m%dT%H%M%S%f}"
    aside = f"before-restore-{stamp}"
    try:
        check_backup(database, file)
        former = [put_back(database, file, aside), _copies_aside(settings, aside)]
    finally:
        database.close()
    _brought_up(settings)
    digest = _sha256(file)
    with opened_store(settings) as store:
        head = await store.head()
        await seed(store)  # a home without the former keys makes its own known
        found = await verify(store, projections=True, against=None)
        event = Event(
            stream="home",
            type=RESTORED,
            payload={"sha256": digest, "head": head, "sound": not found.problems},
        )
        await store.journal.commit(lambda _tx: [event])
    return Restored(
        file=file,
        sha256=digest,
        head=head,
        former=[each for each in former if each is not None],
        problems=[str(each) for each in found.problems],
    )


def _brought_up(settings: Settings) -> None:
    """Migrate what was put back; a backup of a newer version is refused, and what was set aside can be moved back."""
    database = database_of(settings)
    try:
        migrate(database)
    except RejectedError as error:
        raise RejectedError(
            error.cause,
            effect="the backup is in place, and this version cannot open it",
            fix="install the version that wrote it, or move back what was set aside",
        ) from error
    finally:
        database.close()


def _copies_aside(settings: Settings, aside: str) -> Path | None:
    copies = notary_of(settings).folder
    if not copies.is_dir():
        return None
    former = copies.with_name(f"{copies.name}.{aside}")
    copies.rename(former)
    return former


def _sha256(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
