"""Arenas of others in memory: enough of them to see what the command line makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from quorate.arena.imported.assembling import ImportedArena, assembled
from quorate.kernel.errors import RejectedError
from tests.fakes.other_arenas import YUAN, shanghai, sources_of


def shanghai_arena() -> ImportedArena:
    """Return the arena that the logs of Shanghai make."""
    arena = assembled(sources_of(*shanghai()), YUAN)
    return replace(arena, imported_at="2026-11-22T02:00:00.000000Z", imported_by="operator")


@dataclass
class Imported:
    """What an import came to."""

    arena: ImportedArena
    written: bool


@dataclass
class FakeArenas:
    """Whatever folder is named, it holds the logs of Shanghai."""

    wanted: list = field(default_factory=list)
    known: dict[str, ImportedArena] = field(default_factory=dict)

    async def import_folder(self, folder, terms, imported_by, *, bars, benchmark):
        self.wanted.append((folder, terms, imported_by, bars, benchmark))
        arena = shanghai_arena()
        written = arena.arena_id not in self.known
        self.known[arena.arena_id] = arena
        return Imported(arena, written)

    async def show(self, arena_id):
        for name, arena in self.known.items():
            if name.startswith(arena_id):
                return arena
        raise RejectedError(f"there is no imported arena '{arena_id}'", slug="not-found")
