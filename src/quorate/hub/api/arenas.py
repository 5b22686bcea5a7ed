"""Arenas of others, below `/competitions`: shown as they were imported, and what is wrong with their logs."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from quorate.access import Scope
from quorate.arena.imported.assembling import PREFIX
from quorate.arena.imported.findings import FindingKind
from quorate.arena.imported.shown import arena_json, arena_scores_json, finding_json, findings_of
from quorate.hub.api import asking
from quorate.hub.api.arena_shapes import ArenaScores, FindingList, FindingShape, ImportedArenaShape
from quorate.hub.api.counting import Count
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.ids import is_like_an_id
from quorate.kernel.stamps import stamp

FINDINGS: Final = "/competitions/{competition_id:str}/findings"


def is_imported(competition_id: str) -> bool:
    """Return whether an id is that of an arena of others."""
    return competition_id.startswith(PREFIX) and is_like_an_id(competition_id)


async def imported_arena(request: AnyRequest, arena_id: str) -> ImportedArenaShape:
    """Return an arena of others with its terms and its scores."""
    arena = await app_in(request).arenas.show(arena_id)
    return msgspec.convert(arena_json(arena), ImportedArenaShape)


async def arena_scores(request: AnyRequest, arena_id: str) -> ArenaScores:
    """Return the scores of an arena of others with every book's worth by day."""
    arena = await app_in(request).arenas.show(arena_id)
    return msgspec.convert(arena_scores_json(arena), ArenaScores)


@get(FINDINGS, guards=[require(Scope.READ)], summary="What is wrong with an imported arena")
async def arena_findings(
    request: AnyRequest,
    competition_id: FromPath[str],
    kind: Annotated[str | None, QueryParameter()] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[int | None, QueryParameter(ge=0)] = None,
    count: Count = False,  # noqa: FBT002
) -> FindingList:
    """List what is wrong with an imported arena's logs, by participant and line; `cursor` is the former nextCursor.

    A competition of our own has none: its fills are ours.
    """
    if not is_imported(competition_id):
        raise RefusedError("there is no such imported arena", slug="not-found")
    app = app_in(request)
    wanted = asking.word(kind, FindingKind, "kind")
    arena = await app.arenas.show(competition_id)
    found = [each for each in findings_of(arena) if wanted is None or each.kind is wanted]
    begin = cursor or 0
    shown = found[begin : begin + limit]
    return FindingList(
        read_at=stamp(app.clock.now()),
        items=tuple(msgspec.convert(finding_json(each), FindingShape) for each in shown),
        next_cursor=str(begin + limit) if len(found) > begin + limit else None,
        total=len(found) if count else None,
    )
