"""What the command line needs of arenas of others."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.arenas`)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.arena.imported.assembling import ImportedArena
    from quorate.arena.imported.terms import ArenaTerms


class ArenaImport(Protocol):
    """An import; nothing was `written` where the arena was there already."""

    @property
    def arena(self) -> ImportedArena: ...
    @property
    def written(self) -> bool: ...


class Arenas(Protocol):
    """Arenas of others, imported."""

    async def import_folder(
        self,
        folder: Path,
        terms: ArenaTerms,
        imported_by: str,
        *,
        bars: Path | None,
        benchmark: Path | None,
    ) -> ArenaImport: ...
    async def show(self, arena_id: str) -> ImportedArena: ...
