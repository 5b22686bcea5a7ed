"""`/admin/results`: what do agents say right now, and what did they say before?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.cursors import place_in, result_cursor
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.results import Result, rail, shown
from quorate.hub.pages.screen import Column, Screen, read_screen
from quorate.hub.pages.shell import HubRequest, app_of, bare_shell, page, wants_part
from quorate.hub.security.principal import require
from quorate.kernel.ids import Symbol, symbol_in
from quorate.results.result import Risk
from quorate.results.standing import ResultFilter, ResultLine, ResultPage, ResultState

LIST: Final = "/admin/results"
SECTION: Final = "results"
SCREEN: Final = Screen(
    (
        Column("confidence", "Confidence", 3),
        Column("risk", "Risk", 4),
        Column("known", "To be known", 5),
        Column("why", "Why", 6),
        Column("as_of", "As of", 7),
        Column("analysed", "Analysed", 8),
    )
)
"""What can be hidden; the symbol and the signal stay."""

VIEWS: Final[Mapping[ResultState | None, str]] = {
    None: "All",
    ResultState.NEWEST: "Newest",
    ResultState.DEGRADED: "Degraded",
    ResultState.CONFLICT: "Conflict",
    ResultState.STALE: "Stale",
    ResultState.SUPERSEDED: "Superseded",
}
COUNTED: Final = (
    ResultState.NEWEST,
    ResultState.DEGRADED,
    ResultState.CONFLICT,
    ResultState.STALE,
)
"""The views whose number is told: of the newest results, as the history has no end."""

TONES: Final[Mapping[Risk, str]] = {Risk.HIGH: "loss", Risk.MEDIUM: "warn", Risk.LOW: "gain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view of the list; `number` is None where nobody counts."""

    label: str
    href: str
    number: int | None
    is_current: bool


@get(LIST, guards=[require(Scope.READ)])
async def results_feed(
    request: HubRequest,
    symbol: Annotated[str | None, QueryParameter(max_length=20)] = None,
    in_state: Annotated[str | None, QueryParameter(name="state", max_length=20)] = None,
    cursor: Annotated[str | None, QueryParameter(max_length=200)] = None,
) -> Template | Redirect:
    """Show the newest result of each symbol, then the history; what is not understood is left out."""
    wanted = ResultFilter(_symbol(symbol), _state(in_state))
    screen = read_screen(request.query_params.dict(), SCREEN)
    if symbol == "" or in_state == "":
        return Redirect(href(wanted, screen=screen), status_code=303)
    app = app_of(request)
    after = None if cursor is None else place_in(app.hub_secret, cursor, wanted)
    listed = await read(app.results.page(wanted, screen.per_page, after), "The results")
    newest = await read(app.results.newest(), "The results")
    known = () if isinstance(newest, Failed) else newest
    found = () if isinstance(listed, Failed) else shown(listed.items)
    return await page(
        request,
        "results/index.html",
        part="results/_list.html",
        title="Results feed",
        results=() if wants_part(request) else await rail(app),
        section=SECTION,
        listed=listed,
        newest=[result for result in found if _is_newest(result)],
        history=[result for result in found if not _is_newest(result)],
        tones=TONES,
        views=views(known, wanted, screen),
        wanted=wanted,
        screen=screen,
        symbols=symbols(known, wanted),
        list_href=href(wanted, cursor or "", screen=screen),
        first_href=href(wanted, screen=screen) if cursor else "",
        cleared_href=screen.at(LIST) if wanted != ResultFilter() else "",
        next_href=_next(listed, wanted, app.hub_secret, screen),
    )


@get(f"{LIST}/rail", guards=[require(Scope.READ)])
async def results_rail(request: HubRequest) -> Template:
    """Return what the rail lists, for the pages that do not read it with their own figures."""
    shell = bare_shell(request, title="", section=SECTION)
    results = await rail(app_of(request))
    return Template("parts/_results.html", context={"shell": shell, "results": results})


def views(
    newest: Sequence[ResultLine], wanted: ResultFilter, screen: Screen = SCREEN
) -> list[View]:
    """Return the views, with how many of the newest results of the symbol each holds."""
    ours = [line for line in newest if wanted.symbol in (None, line.result.symbol)]
    return [
        View(
            label=label,
            href=href(ResultFilter(wanted.symbol, state), screen=screen),
            number=sum(state in line.states for line in ours) if state in COUNTED else None,
            is_current=state is wanted.state,
        )
        for state, label in VIEWS.items()
    ]


def symbols(newest: Sequence[ResultLine], wanted: ResultFilter) -> list[tuple[str, str]]:
    """Return the symbols that may be chosen, the one in force among them."""
    known = {line.result.symbol for line in newest} | ({wanted.symbol} if wanted.symbol else set())
    return [("", "all"), *((name, name) for name in sorted(known))]


def href(wanted: ResultFilter, cursor: str = "", screen: Screen = SCREEN) -> str:
    """Return the address of a list."""
    state = wanted.state.value if wanted.state else ""
    return screen.at(LIST, ("symbol", wanted.symbol or ""), ("state", state), ("cursor", cursor))


def _next(listed: ResultPage | Failed, wanted: ResultFilter, secret: bytes, screen: Screen) -> str:
    if isinstance(listed, Failed):
        return ""
    cursor = result_cursor(secret, listed.next_after, wanted)
    return href(wanted, cursor, screen) if cursor else ""


def _is_newest(result: Result) -> bool:
    return result.line is not None and result.line.is_newest


def _symbol(text: str | None) -> Symbol | None:
    return symbol_in(text) if text else None


def _state(text: str | None) -> ResultState | None:
    return ResultState(text) if text in set(ResultState) else None
