"""`/admin/results`: what do agents say right now, and what did they say before?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.cursors import place_in, result_cursor
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.results import Result, rail, shown
from quorate.hub.pages.shell import HubRequest, app_of, bare_shell, page, wants_part
from quorate.hub.security.principal import require
from quorate.kernel.ids import Symbol, symbol_in
from quorate.results.result import Risk
from quorate.results.standing import ResultFilter, ResultLine, ResultPage, ResultState

LIST: Final = "/admin/results"
SECTION: Final = "results"
PER_PAGE: Final = 50
"""Results of one page."""

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
    if symbol == "" or in_state == "":
        return Redirect(href(wanted), status_code=303)
    app = app_of(request)
    after = None if cursor is None else place_in(app.hub_secret, cursor, wanted)
    listed = await read(app.results.page(wanted, PER_PAGE, after), "The results")
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
        views=views(known, wanted),
        wanted=wanted,
        symbols=symbols(known, wanted),
        list_href=href(wanted, cursor or ""),
        first_href=href(wanted) if cursor else "",
        cleared_href=LIST if wanted != ResultFilter() else "",
        next_href=_next(listed, wanted, app.hub_secret),
    )


@get(f"{LIST}/rail", guards=[require(Scope.READ)])
async def results_rail(request: HubRequest) -> Template:
    """Return what the rail lists, for the pages that do not read it with their own figures."""
    shell = bare_shell(request, title="", section=SECTION)
    results = await rail(app_of(request))
    return Template("parts/_results.html", context={"shell": shell, "results": results})


def views(newest: Sequence[ResultLine], wanted: ResultFilter) -> list[View]:
    """Return the views, with how many of the newest results of the symbol each holds."""
    ours = [line for line in newest if wanted.symbol in (None, line.result.symbol)]
    return [
        View(
            label=label,
            href=href(ResultFilter(wanted.symbol, state)),
            number=sum(state in line.states for line in ours) if state in COUNTED else None,
            is_current=state is wanted.state,
        )
        for state, label in VIEWS.items()
    ]


def symbols(newest: Sequence[ResultLine], wanted: ResultFilter) -> list[tuple[str, str]]:
    """Return the symbols that may be chosen, the one in force among them."""
    known = {line.result.symbol for line in newest} | ({wanted.symbol} if wanted.symbol else set())
    return [("", "all"), *((name, name) for name in sorted(known))]


def href(wanted: ResultFilter, cursor: str = "") -> str:
    """Return the address of a list."""
    asked = {
        "symbol": wanted.symbol or "",
        "state": wanted.state.value if wanted.state else "",
        "cursor": cursor,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{LIST}?{query}" if query else LIST


def _next(listed: ResultPage | Failed, wanted: ResultFilter, secret: bytes) -> str:
    if isinstance(listed, Failed):
        return ""
    cursor = result_cursor(secret, listed.next_after, wanted)
    return href(wanted, cursor) if cursor else ""


def _is_newest(result: Result) -> bool:
    return result.line is not None and result.line.is_newest


def _symbol(text: str | None) -> Symbol | None:
    return symbol_in(text) if text else None


def _state(text: str | None) -> ResultState | None:
    return ResultState(text) if text in set(ResultState) else None
