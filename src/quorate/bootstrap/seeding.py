"""Seeding: what a home holds from its first day on; doing it again changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Final

from quorate.adapters.files.csv_bars import read_bars
from quorate.adapters.sql.journal import last_note
from quorate.adapters.sql.series import digests_of
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.registry import to_payload
from quorate.audit.checkpoint import parsed_note
from quorate.bootstrap.importing import imported_events
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue
from quorate.kernel.journal import Event
from quorate.market.series import Series
from quorate.portfolio.book import BookMode

PACKAGED: Final = "us-daily-2000-2013"
"""The packaged history: see `market/packaged/ORIGIN.md`."""


async def seed(store: Store) -> None:
    """Register the signing key and the default profiles, open the default book, import the packaged bars."""
    packaged = await _lacking_series(store)

    def decide(tx: Transaction) -> Sequence[Event]:
        return [
            *_key(store, tx),
            *_book(store, tx),
            *_profiles(tx),
            *(imported_events(packaged, tx) if not tx.series_digests() else ()),
        ]

    await store.journal.commit(decide)
    await _vouch(store)


async def _vouch(store: Store) -> None:
    """Sign the head once this home's key is registered: only what a known key signed over is believed later."""
    note = await store.database.read(partial(last_note, tenant=store.tenant))
    if note is None or parsed_note(note).key_id != store.notary.key_id(store.tenant):
        await asyncio.to_thread(store.writer.sign, store.tenant)


async def _lacking_series(store: Store) -> Sequence[Series]:
    """Return the packaged series, read only where the home has no series at all."""
    if await store.database.read(lambda connection: digests_of(connection, store.tenant)):
        return ()
    return packaged_series()


@cache
def packaged_series() -> Sequence[Series]:
    """Return the packaged history, read from its rows once a process, however many homes it opens."""
    content = files("quorate.market") / "packaged" / f"{PACKAGED}.csv.gz"
    return read_bars(content.read_bytes(), source=PACKAGED).series


def _key(store: Store, tx: Transaction) -> Iterator[Event]:
    key_id = store.notary.key_id(store.tenant)
    if not tx.knows_key(key_id):
        yield Event(
            stream="keys",
            type="key.registered",
            payload={"keyId": key_id, "publicKey": store.notary.public_key.hex()},
        )


def _book(store: Store, tx: Transaction) -> Iterator[Event]:
    book = store.settings.book
    if not tx.has_book(book.name):
        payload: dict[str, JsonValue] = {
            "name": book.name,
            "mode": BookMode.REPLAY,
            "cash": book.starting_cash,
        }
        yield Event(stream=f"book:{book.name}", type="book.opened", payload=payload, book=book.name)


def _profiles(tx: Transaction) -> Iterator[Event]:
    known = tx.profile_names()
    for profile in DEFAULT_PROFILES:
        if profile.name not in known:
            yield Event(
                stream=f"profile:{profile.name}",
                type="profile.registered",
                payload=to_payload(profile),
            )
