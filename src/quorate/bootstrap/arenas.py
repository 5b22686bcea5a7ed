"""Arenas of others: imported once, whole or not at all, and shown as they were.

folder -> lines -> our ledger, findings, marks, scores -> one commit; the same files again are the same arena
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from quorate.adapters.files.arena_logs import read_arena_folder
from quorate.adapters.sql.imported_arenas import arena_ids_like
from quorate.arena.imported.assembling import ArenaId, ImportedArena, assembled
from quorate.arena.imported.record import arena_stream, imported_events, read_arena
from quorate.arena.imported.terms import ArenaTerms
from quorate.bootstrap.store import Store
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ArenaImport:
    """What an import came to; nothing was `written` where the arena was there already."""

    arena: ImportedArena
    written: bool


class ArenaTx(Protocol):
    """What an import reads inside the writer's transaction."""

    def knows_arena(self, arena_id: str) -> bool:
        """Return whether the arena is there."""
        ...


class Arenas:
    """One home's arenas of others."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def import_folder(
        self,
        folder: Path,
        terms: ArenaTerms,
        imported_by: str,
        *,
        bars: Path | None = None,
        benchmark: Path | None = None,
    ) -> ArenaImport:
        """Read, keep and score the arena of a folder, and store it unless it is there.

        Without `bars` they stand in the folder; `benchmark` holds those of one symbol.

        Raises:
            RejectedError: a file cannot be read or believed; nothing was written.
        """
        arena = await asyncio.to_thread(
            lambda: assembled(read_arena_folder(folder, bars, benchmark), terms)
        )
        written = list[bool]()

        def decide(tx: ArenaTx) -> Sequence[Event]:
            events = [] if tx.knows_arena(arena.arena_id) else imported_events(arena, imported_by)
            written[:] = [bool(events)]
            return events

        await self._store.journal.commit(decide)
        return ArenaImport(arena=await self._stored(arena.arena_id), written=written[0])

    async def show(self, arena_id: str) -> ImportedArena:
        """Return the arena with this id, or the only one whose id begins so.

        Raises:
            RejectedError: there is none (slug `not-found`), or there are several.
        """
        found = await self._store.database.read(
            partial(arena_ids_like, tenant=self._store.tenant, prefix=arena_id)
        )
        if len(found) != 1:
            raise RejectedError(
                f"there is no imported arena '{arena_id}'"
                if not found
                else f"several imported arenas begin with '{arena_id}'",
                effect="nothing was done",
                fix="quorate compete list",
                slug="" if found else "not-found",
            )
        return await self._stored(ArenaId(found[0]))

    async def _stored(self, arena_id: ArenaId) -> ImportedArena:
        return read_arena(await self._store.journal.entries(arena_stream(arena_id)))
