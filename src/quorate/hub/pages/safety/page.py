"""`/admin/safety`: what would stop a trade now, and what has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.safety.scene import (
    STATES,
    breaker_rows,
    drilled_notice,
    halted_notice,
    limit_rows,
    lock_rows,
    resumed_notice,
    trip_look,
)
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.ids import BookName, is_like_an_id

SAFETY: Final = "/admin/safety"
SECTION: Final = "safety"


@get(SAFETY, guards=[require(Scope.READ)])
async def safety(request: HubRequest) -> Template:
    """Show the kill switch, the limits, the breakers and the locks; `?halt=ID` tells what came of a halt."""
    return await safety_page(request, notices=await _told(request))


async def safety_page(
    request: HubRequest, *, status: int = 200, notices: Sequence[Notice] = ()
) -> Template:
    """Return the page as it stands; a card that cannot be read leaves the rest."""
    app, book = app_of(request), book_in(request)
    view = await read(app.safety.view(book), "The trading state")
    limits = await read(app.safety.limits(book), "The limits")
    breakers = await read(app.safety.breakers(), "The breakers")
    gauged, others = ((), ()) if isinstance(limits, Failed) else limit_rows(limits)
    return await page(
        request,
        "safety/index.html",
        part="safety/_live.html",
        title="Safety",
        section=SECTION,
        status=status,
        notices=notices,
        view=view,
        looks=STATES,
        limits=limits,
        gauged=gauged,
        others=others,
        breakers=breakers if isinstance(breakers, Failed) else breaker_rows(breakers),
        locks=() if isinstance(view, Failed) else lock_rows(view.locks),
        trip_look=trip_look,
        drill=await read(app.safety.last_drill(), "The last drill"),
        now=app.clock.now(),
        href=_href(book),
        safety_href=SAFETY,
        book=book or "",
    )


def book_in(request: HubRequest) -> BookName | None:
    """Return the book that the address names, None where it names none."""
    named = request.query_params.get("book", "")
    return BookName(named) if named else None


def _href(book: BookName | None) -> str:
    return f"{SAFETY}?book={book}" if book else SAFETY


async def _told(request: HubRequest) -> list[Notice]:
    """Return what to say of an act that led here by the address."""
    query, safety_desk = request.query_params, app_of(request).safety
    halt = query.get("halt", "")
    if halt and is_like_an_id(halt):
        outcome = await read(safety_desk.halted(halt), "The halt")
        return [] if isinstance(outcome, Failed) or not outcome.books else [halted_notice(outcome)]
    if "resumed" in query:
        books = await read(safety_desk.standings(), "The trading state")
        free = [] if isinstance(books, Failed) else [each for each in books if each.trades]
        return [resumed_notice(free)] if free else []
    if "drill" in query:
        drill = await read(safety_desk.last_drill(), "The drill")
        return [] if isinstance(drill, Failed) or drill is None else [drilled_notice(drill)]
    return []
