"""`/competitions`: profiles against each other on virtual books; a start goes on by itself, round by round."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.arena.competition.contest import DEFAULT_CAPITAL, CompetitionRequest
from quorate.arena.competition.shown import competition_json, scores_json
from quorate.arena.competition.trader import TraderName
from quorate.arena.request import MAX_SYMBOLS
from quorate.bootstrap.competing import CompetitionChange, CompetitionView
from quorate.hub.api import asking
from quorate.hub.api.arena_shapes import ArenaScores, ImportedArenaShape
from quorate.hub.api.arenas import arena_scores, imported_arena, is_imported
from quorate.hub.api.competition_shapes import (
    CompetitionChanged,
    CompetitionItem,
    CompetitionList,
    CompetitionScores,
    CompetitionShape,
    NewCompetition,
    Nothing,
)
from quorate.hub.api.counting import Count
from quorate.hub.api.headers import IdempotencyKey
from quorate.hub.api.starting import request_key
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.ids import ProfileName, is_like_an_id
from quorate.kernel.money import Usd
from quorate.kernel.stamps import stamp
from quorate.portfolio.book import BookMode

BASE: Final = "/competitions"


class PlayedMode(StrEnum):
    """On which bars a competition can be played."""

    REPLAY = BookMode.REPLAY.value
    PAPER = BookMode.PAPER.value


Id = FromPath[str]


@get(BASE, guards=[require(Scope.READ)], summary="List competitions")
async def competitions(
    request: AnyRequest,
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[str | None, QueryParameter()] = None,
    count: Count = False,  # noqa: FBT002
) -> CompetitionList:
    """List the competitions, newest first; `cursor` is the id of the last one seen."""
    app = app_in(request)
    lines = list(await app.competitions.lines())
    ids = [line.competition_id for line in lines]
    if cursor is not None and cursor not in ids:
        raise RefusedError("the cursor belongs to no list", slug="invalid-cursor")
    begin = 0 if cursor is None else ids.index(cursor) + 1
    shown = lines[begin : begin + limit]
    return CompetitionList(
        read_at=stamp(app.clock.now()),
        items=tuple(
            CompetitionItem(
                competition_id=line.competition_id,
                name=line.name,
                kind=line.kind,
                book_mode=line.mode or None,
                status=line.status,
                playing=line.playing,
                profiles=line.profiles,
                symbols=line.symbols,
                from_=line.first or None,
                to=line.last or None,
                sessions=line.sessions,
                rounds=line.rounds,
                created_at=line.created_at,
                ended_at=line.ended_at or None,
            )
            for line in shown
        ),
        next_cursor=ids[begin + limit - 1] if len(lines) > begin + limit else None,
        total=len(lines) if count else None,
    )


@post(BASE, guards=[require(Scope.RUN)], status_code=201, summary="Create a competition")
async def create_competition(
    request: AnyRequest, data: JSONBody[NewCompetition]
) -> Response[CompetitionShape]:
    """Freeze the terms of a competition; nothing is played or spent before it is started."""
    app = app_in(request)
    made = await app.competitions.create(wanted_of(data), principal_of(request).name)
    tree = competition_json(made, playing=False)
    location = f"/api/admin{BASE}/{made.competition_id}"
    return Response(
        msgspec.convert(tree, CompetitionShape), status_code=201, headers={"Location": location}
    )


@get(BASE + "/{competition_id:str}", guards=[require(Scope.READ)], summary="A competition")
async def competition(
    request: AnyRequest, competition_id: Id
) -> CompetitionShape | ImportedArenaShape:
    """Return a competition with its terms and its scores; `kind` imported is an arena of others."""
    if is_imported(competition_id):
        return await imported_arena(request, competition_id)
    found = await _found(request, competition_id)
    tree = competition_json(found.competition, playing=found.playing)
    return msgspec.convert(tree, CompetitionShape)


@get(
    BASE + "/{competition_id:str}/scores",
    guards=[require(Scope.READ)],
    summary="The scores of a competition",
)
async def competition_scores(
    request: AnyRequest, competition_id: Id
) -> CompetitionScores | ArenaScores:
    """Return the scores with every book's equity by session."""
    if is_imported(competition_id):
        return await arena_scores(request, competition_id)
    found = await _found(request, competition_id)
    return msgspec.convert(scores_json(found.competition), CompetitionScores)


@post(
    BASE + "/{competition_id:str}/start",
    guards=[require(Scope.RUN)],
    status_code=202,
    summary="Start a competition",
)
async def start_competition(
    request: AnyRequest, competition_id: Id, key: IdempotencyKey = None
) -> Response[CompetitionChanged]:
    """Play a competition, from the start or from where it was left; it goes on after the answer.

    `Idempotency-Key` is needed, because model calls may cost money: the same key again starts nothing.
    """
    name = _checked_id(competition_id)
    accepted = request_key(request, key, Nothing(), about=f"{BASE}/{name}/start")
    change = await app_in(request).competitions.start(name, accepted)
    headers = {} if change.applied else {"Idempotency-Replayed": "true"}
    return Response(_changed(change, status="running"), status_code=202, headers=headers)


@post(
    BASE + "/{competition_id:str}/stop",
    guards=[require(Scope.RUN)],
    status_code=200,
    summary="Stop a competition",
)
async def stop_competition(request: AnyRequest, competition_id: Id) -> CompetitionChanged:
    """End a competition for good; its scores so far stay."""
    name, who = _checked_id(competition_id), principal_of(request).name
    change = await app_in(request).competitions.stop(name, f"stopped by {who}")
    return _changed(change, status=change.competition.status.value)


def wanted_of(data: NewCompetition) -> CompetitionRequest:
    """Return what a body asks for; whether it can be held the application says.

    Raises:
        RefusedError: it names too many symbols, or amounts that are none.
    """
    if len(data.symbols) > MAX_SYMBOLS:
        raise asking.wrong(
            "/symbols", f"at most {MAX_SYMBOLS} symbols in one run", code="TOO_MANY_SYMBOLS"
        )
    return CompetitionRequest(
        name=data.name,
        symbols=tuple(asking.symbol(each, "/symbols") for each in data.symbols),
        profiles=None if data.profiles is None else tuple(map(ProfileName, data.profiles)),
        traders=tuple(map(TraderName, data.traders)),
        mode=BookMode(asking.word(data.mode, PlayedMode, "/mode") or BookMode.REPLAY),
        rounds=data.rounds,
        first=data.from_,
        last=data.to,
        capital=_usd(data.capital_usd, "/capitalUsd") or DEFAULT_CAPITAL,
        max_cost=_usd(data.max_cost_usd, "/maxCostUsd"),
    )


async def _found(request: AnyRequest, competition_id: str) -> CompetitionView:
    return await app_in(request).competitions.show(_checked_id(competition_id))


def _checked_id(text: str) -> str:
    if not is_like_an_id(text):
        raise RefusedError("there is no such competition", slug="not-found")
    return text


def _changed(change: CompetitionChange, *, status: str) -> CompetitionChanged:
    return CompetitionChanged(
        target=change.competition.competition_id,
        applied=change.applied,
        dry_run=False,
        status=status,
        rounds=len(change.competition.rounds),
    )


def _usd(amount: str | float | None, pointer: str) -> Usd | None:
    if amount is None:
        return None
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise asking.wrong(pointer, "is an amount of US dollars, as in 100000")
    return Usd(value)
