"""`/admin/cycles`: the cycles of a book, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Template

from quorate.access import Scope
from quorate.bootstrap.cycling import CycleLine
from quorate.hub.book_key import book_of
from quorate.hub.pages.cycles.card import card_of
from quorate.hub.pages.forms import fresh_key
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.screen import Column, Screen, read_screen
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.stamps import moment_of

LIST: Final = "/admin/cycles"
SECTION: Final = "cycles"
SCREEN: Final = Screen(
    (
        Column("session", "Session", 2),
        Column("trigger", "Started by", 4),
        Column("run", "Run", 5),
        Column("started", "Started", 6),
        Column("took", "Took", 7),
    )
)
"""What can be hidden; the cycle and what came of it stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRow:
    """A line of the list; `seconds` is None while the cycle goes on."""

    line: CycleLine
    href: str
    state: str
    tone: str
    seconds: float | None


@get(LIST, guards=[require(Scope.READ)])
async def cycles(
    request: HubRequest,
    book: Annotated[str | None, QueryParameter(max_length=64)] = None,
    below: Annotated[int | None, QueryParameter(ge=1)] = None,
) -> Template:
    """Show the cycles of a book, the one of the newest cycle where none is named."""
    screen = read_screen(request.query_params.dict(), SCREEN)
    return await cycles_page(request, book=book, below=below, screen=screen)


async def cycles_page(
    request: HubRequest,
    *,
    book: str | None = None,
    below: int | None = None,
    screen: Screen = SCREEN,
    status: int = 200,
    notices: Sequence[Notice] = (),
) -> Template:
    """Return the page of cycles, with what it has to say."""
    app = app_of(request)
    wanted = await book_of(app, book)
    lines = await read(app.cycles.page(wanted, screen.per_page + 1, below=below), "The cycles")
    books = await read(app.cycles.books(), "The books")
    view = await read(app.cycles.book(wanted), "The book")
    listed = () if isinstance(lines, Failed) else lines[: screen.per_page]
    more = not isinstance(lines, Failed) and len(lines) > screen.per_page
    known = () if isinstance(books, Failed) else tuple(books)
    return await page(
        request,
        "cycles/index.html",
        part="cycles/_list.html",
        title="Cycles",
        section=SECTION,
        status=status,
        notices=notices,
        book=wanted,
        working=await app.trading.working_book(),
        key=fresh_key(),
        once_href=f"{LIST}/once",
        books=known if wanted in known else (wanted, *known),
        listed=lines,
        rows=rows_of(listed),
        card=view if isinstance(view, Failed) else card_of(view),
        screen=screen,
        path=LIST,
        list_href=screen.at(LIST, ("book", wanted), ("below", str(below or ""))),
        first_href=screen.at(LIST, ("book", wanted)) if below else "",
        next_href=screen.at(LIST, ("book", wanted), ("below", str(listed[-1].number)))
        if more
        else "",
    )


def rows_of(lines: Sequence[CycleLine]) -> tuple[CycleRow, ...]:
    """Return the lines as the page shows them."""
    return tuple(map(_row, lines))


def state_of(line: CycleLine) -> tuple[str, str]:
    """Return what became of a cycle in a word or two, and the tone of it."""
    if line.audit_passed is False:
        return "violated", "loss"
    if line.failed:
        return "failed", "loss"
    if line.ended_at:
        return "audit clean", "gain"
    return line.stage.value.replace("_", " ").lower(), "brand"


def _row(line: CycleLine) -> CycleRow:
    state, tone = state_of(line)
    took = moment_of(line.ended_at) - moment_of(line.started_at) if line.ended_at else None
    return CycleRow(
        line=line,
        href=f"{LIST}/{line.cycle_id}",
        state=state,
        tone=tone,
        seconds=None if took is None else took.total_seconds(),
    )
