"""`/cycles` and `/scheduler`: the cycles of a book, one of them in both its readings, and starting the next."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.arena.record.listing import RunPosition
from quorate.bootstrap.cycling import CycleFilter
from quorate.hub.api import asking
from quorate.hub.api.counting import Count
from quorate.hub.api.cycle_shapes import (
    CurrentCycle,
    CycleList,
    CycleShape,
    NewCycle,
    NewSchedule,
    current_shape,
    cycle_item,
    cycle_shape,
)
from quorate.hub.api.headers import IdempotencyKey
from quorate.hub.api.starting import request_key
from quorate.hub.book_key import book_of
from quorate.hub.cursors import CYCLES, cursor_of, position_of
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.hub.security.rates import Rate
from quorate.kernel.ids import is_like_an_id
from quorate.kernel.stamps import stamp

BookKey = Annotated[str | None, QueryParameter(name="book", max_length=64)]


@get("/cycles", guards=[require(Scope.READ)], summary="List cycles")
async def cycles(
    request: AnyRequest,
    book: BookKey = None,
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[str | None, QueryParameter()] = None,
    count: Count = False,  # noqa: FBT002
) -> CycleList:
    """List the cycles of a book, newest first; without a book, of the one that had the newest cycle.

    They are numbered without a gap, so the newest one's number is how many there are.
    """
    app = app_in(request)
    wanted = CycleFilter(await book_of(app, book))
    below = None if cursor is None else int(position_of(app.hub_secret, cursor, wanted).run_id)
    lines = await app.cycles.page(wanted.book, limit + 1, below=below)
    shown = lines[:limit]
    following = RunPosition(CYCLES, str(shown[-1].number)) if len(lines) > limit else None
    return CycleList(
        read_at=stamp(app.clock.now()),
        book=wanted.book,
        items=tuple(map(cycle_item, shown)),
        next_cursor=following and cursor_of(app.hub_secret, following, wanted),
        total=(await app.cycles.book(wanted.book)).stage.number if count else None,
    )


@get("/cycles/current", guards=[require(Scope.READ)], summary="Where a book's cycles stand")
async def current_cycle(request: AnyRequest, book: BookKey = None) -> CurrentCycle:
    """Return the stage, the newest cycle's steps, the skipped starts and whether the book may trade."""
    app = app_in(request)
    view = await app.cycles.book(await book_of(app, book))
    return current_shape(view, stamp(app.clock.now()))


@get("/cycles/{cycle_id:str}", guards=[require(Scope.READ)], summary="A cycle")
async def cycle(request: AnyRequest, cycle_id: FromPath[str]) -> CycleShape:
    """Return a cycle: its trace (messages verbatim, failures too) and its history (moves), the audit and alerts."""
    if not is_like_an_id(cycle_id):
        raise RefusedError("there is no such cycle", slug="not-found")
    return cycle_shape(await app_in(request).cycles.show(cycle_id))


@post(
    "/cycles/once",
    guards=[require(Scope.TRADE, rate=Rate.SPENDING)],
    status_code=200,
    summary="Walk one cycle",
)
async def start_cycle(
    request: AnyRequest, data: JSONBody[NewCycle], key: IdempotencyKey = None
) -> Response[CurrentCycle]:
    """Walk one cycle of the working book; 409 `cycle-running` while another one does, and that is counted.

    202 means that it goes on: read it at `Location`. The same key again walks no other cycle.
    """
    app = app_in(request)
    wish = request_key(request, key, data, about="/cycles/once")
    start = await app.cycle_starts.once(wish)
    headers = {"Idempotency-Replayed": "true"} if start.replayed else {}
    if start.line is not None:
        headers["Location"] = f"/api/admin/cycles/{start.line.cycle_id}"
    view = await app.cycles.book(start.book)
    return Response(
        current_shape(view, stamp(app.clock.now())),
        status_code=200 if start.is_over else 202,
        headers=headers,
    )


@post(
    "/scheduler/start", guards=[require(Scope.TRADE)], status_code=200, summary="Start the schedule"
)
async def start_schedule(request: AnyRequest, data: JSONBody[NewSchedule]) -> CurrentCycle:
    """Have cycles of the working book start by themselves, the first at once; again only changes how often."""
    app = app_in(request)
    status = await app.trading.start(data.every_seconds)
    return current_shape(await app.cycles.book(status.book), stamp(app.clock.now()))


@post(
    "/scheduler/stop", guards=[require(Scope.TRADE)], status_code=200, summary="Stop the schedule"
)
async def stop_schedule(request: AnyRequest) -> CurrentCycle:
    """Have no further cycle start by itself; one under way goes on to its end."""
    app = app_in(request)
    status = await app.trading.stop()
    return current_shape(await app.cycles.book(status.book), stamp(app.clock.now()))
