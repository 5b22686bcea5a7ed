"""`/trader-profiles`: who a book of a competition belongs to, made, edited and archived.

A trader's ETag is its revision; who sends it back as `If-Match` changes what was seen, or nothing.
"""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from quorate.access import Scope
from quorate.arena.competition.trader import RegisteredTrader
from quorate.bootstrap.traders import TraderChange, Traders
from quorate.hub.api.headers import IfMatch
from quorate.hub.api.profiles import seen_of
from quorate.hub.api.trader_shapes import (
    NewTrader,
    TraderChanged,
    TraderEdit,
    TraderHistory,
    TraderList,
    TraderShape,
    step_shape,
    trader_shape,
)
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.ids import is_name
from quorate.kernel.stamps import stamp

BASE: Final = "/trader-profiles"


@get(BASE, guards=[require(Scope.READ)], summary="List traders")
async def traders(request: AnyRequest, archived: FromQuery[bool] = False) -> TraderList:  # noqa: FBT002
    """List the traders; those that were archived only where they are asked for."""
    shown = [
        each for each in await _traders(request).roster() if archived or not each.trader.archived
    ]
    now = stamp(app_in(request).clock.now())
    return TraderList(read_at=now, items=tuple(map(trader_shape, shown)))


@post(BASE, guards=[require(Scope.ADMIN)], status_code=201, summary="Make a trader")
async def create_trader(request: AnyRequest, data: JSONBody[NewTrader]) -> Response[TraderChanged]:
    """Make a trader of agents that vote, or of a strategy; it trades once a competition names it."""
    change = await _traders(request).add(_asked(data), by=principal_of(request).name)
    answer = _changed(change, status=201)
    answer.headers["Location"] = f"/api/admin{BASE}/{change.registered.trader.name}"
    return answer


@get(BASE + "/{name:str}", guards=[require(Scope.READ)], summary="A trader")
async def trader(request: AnyRequest, name: FromPath[str]) -> Response[TraderShape]:
    """Return a trader with its ETag."""
    found = await _traders(request).show(_checked(name))
    return Response(trader_shape(found), headers={"ETag": _etag_of(found)})


@get(BASE + "/{name:str}/history", guards=[require(Scope.READ)], summary="A trader's history")
async def trader_history(request: AnyRequest, name: FromPath[str]) -> TraderHistory:
    """Return who did what to a trader and when, newest first."""
    steps = await _traders(request).history(_checked(name))
    return TraderHistory(
        read_at=stamp(app_in(request).clock.now()),
        name=name,
        items=tuple(map(step_shape, reversed(steps))),
    )


@patch(BASE + "/{name:str}", guards=[require(Scope.ADMIN)], summary="Edit a trader")
async def edit_trader(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[TraderEdit],
    if_match: IfMatch = None,
) -> Response[TraderChanged]:
    """Give a trader its next version; competitions that were created keep the one that they froze."""
    seen, by = seen_of(if_match), principal_of(request).name
    return _changed(await _traders(request).edit(_checked(name), _asked(data), seen=seen, by=by))


@delete(
    BASE + "/{name:str}",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Archive a trader",
)
async def archive_trader(
    request: AnyRequest, name: FromPath[str], if_match: IfMatch = None
) -> Response[TraderChanged]:
    """Let a trader enter no competition any more; its history and its scores stay."""
    seen, by = seen_of(if_match), principal_of(request).name
    return _changed(await _traders(request).archive(_checked(name), seen=seen, by=by))


TRADERS: Final = (
    archive_trader,
    create_trader,
    edit_trader,
    trader,
    trader_history,
    traders,
)
"""The routes of traders."""


def _traders(request: AnyRequest) -> Traders:
    return app_in(request).competitions.traders


def _checked(name: str) -> str:
    if not is_name(name):
        raise RefusedError("there is no such trader", slug="not-found")
    return name


def _etag_of(registered: RegisteredTrader) -> str:
    return f'"{registered.revision}"'


def _changed(change: TraderChange, *, status: int = 200) -> Response[TraderChanged]:
    found = change.registered
    body = TraderChanged(
        target=found.trader.name,
        applied=change.applied,
        dry_run=False,
        trader=trader_shape(found),
    )
    return Response(body, headers={"ETag": _etag_of(found)}, status_code=status)


def _asked(data: msgspec.Struct) -> dict[str, object]:
    """Return what a body names, under the names of the wire."""
    tree = msgspec.to_builtins(data)
    return dict(tree) if isinstance(tree, dict) else {}
