"""Checking: what `doctor` and `db check` look at, each with the next act where something is wrong."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection, text

from quorate.adapters.sql.database import Database
from quorate.adapters.sql.journal import head_of
from quorate.adapters.sql.migration import NEWEST, revision_of
from quorate.adapters.sql.profiles import registered_profiles
from quorate.bootstrap.auditing import verify
from quorate.bootstrap.broking import examined_broker
from quorate.bootstrap.store import Store
from quorate.kernel.errors import QuorateError

LEAST_FREE_BYTES: Final = 200 * 1024 * 1024
"""Below this a warning: a day of runs takes a few MB, a backup a copy of all.  Ours, unsourced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at; `fix` is empty when it is as it should be."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


async def checks(store: Store) -> Sequence[Check]:
    """Return the state of everything that a run needs."""
    return [
        _python(),
        _disk(store),
        *database_checks(store.database),
        await _journal(store),
        await _bars(store),
        await _profiles(store),
        await _broker(store),
    ]


async def setup_checks(store: Store) -> Sequence[Check]:
    """Return whether all is there that a first run needs, without looking at every byte of it."""
    return [
        await store.database.read(partial(_standing, place=store.database.place)),
        await _profiles(store, name="rule agents"),
        await _bars(store),
    ]


def database_checks(database: Database) -> Sequence[Check]:
    """Return whether the database answers, is whole, and stands at this version's schema."""
    try:
        found = database.read_now(_integrity) if database.is_sqlite else database.read_now(_answer)
        revision = revision_of(database)
    except QuorateError as error:
        return [Check(name="database", ok=False, detail=error.cause, fix=error.fix)]
    return [
        Check(
            name="database",
            ok=found == "ok",
            detail=f"{database.place}: {found}",
            fix="" if found == "ok" else "restore it from a backup",
        ),
        Check(
            name="schema",
            ok=revision == NEWEST,
            detail=f"at {revision or 'nothing'}, this version has {NEWEST}",
            fix="" if revision == NEWEST else "quorate db migrate",
        ),
    ]


def _integrity(connection: Connection) -> str:
    return str(connection.execute(text("PRAGMA quick_check(1)")).scalar())


def _answer(connection: Connection) -> str:
    connection.execute(text("SELECT 1"))
    return "ok"


def _standing(connection: Connection, *, place: str) -> Check:
    return Check(name="database", ok=_answer(connection) == "ok", detail=f"{place} answers")


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(name="python", ok=sys.version_info >= (3, 11), detail=version)


def _disk(store: Store) -> Check:
    free = shutil.disk_usage(store.settings.home).free
    ok = free >= LEAST_FREE_BYTES
    return Check(
        name="disk",
        ok=ok,
        detail=f"{free // 2**20} MiB free at {store.settings.home}",
        fix="" if ok else "free some space: with none left nothing can be decided",
    )


async def _journal(store: Store) -> Check:
    found = await verify(store, projections=False, against=None)
    head = await store.database.read(partial(head_of, tenant=store.tenant))
    detail = found.problems[0] if found.problems else f"{head} rows, whole and signed"
    return Check(
        name="journal",
        ok=found.ok,
        detail=detail,
        fix="" if found.ok else "quorate audit verify, and trust nothing after the row it names",
    )


async def _bars(store: Store) -> Check:
    listing = await store.market.listing()
    sound = [line for line in listing if line.quarantine is None]
    return Check(
        name="bars",
        ok=bool(sound),
        detail=f"{len(sound)} of {len(listing)} symbols can be used",
        fix="" if sound else "quorate data import FILE",
    )


async def _broker(store: Store) -> Check:
    found = await examined_broker(store.settings, store.clock)
    return Check(name="broker", ok=found.ok, detail=found.detail, fix=found.fix)


async def _profiles(store: Store, name: str = "profiles") -> Check:
    known = await store.database.read(partial(registered_profiles, tenant=store.tenant))
    voters = [profile for profile in known if profile.enabled and profile.voter]
    ok = len(voters) >= store.settings.arena.quorum
    return Check(
        name=name,
        ok=ok,
        detail=f"{len(voters)} enabled voters, a quorum is {store.settings.arena.quorum}",
        fix="" if ok else "quorate profiles enable trend",
    )
