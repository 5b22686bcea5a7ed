"""`/admin/debates`: the runs in which a dispute was heard, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypedDict

from litestar import get
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.record.listing import RunFilter, RunLine, RunView
from quorate.bootstrap import App, Page
from quorate.hub.cursors import cursor_of, position_of
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.runs.debated import LIST
from quorate.hub.pages.runs.query import RunQuery, filter_words, read_query
from quorate.hub.pages.screen import Column, Screen, read_screen
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require

SECTION: Final = "debates"

SCREEN: Final = Screen(
    (Column("made", "What was decided", 2), Column("cost", "Cost, time", 3)), per_page=25, usual=25
)
"""What can be hidden; the debate stays."""

ASKED: Final = ("symbol", "escalated", "from", "to", "after")
"""The parameters of this list; it takes no others of the runs' list."""


@dataclass(frozen=True, slots=True)
class DebateQuery:
    """What the address asks for; only runs in which somebody argued or the panel was asked are listed."""

    query: RunQuery
    screen: Screen = SCREEN

    @property
    def wanted(self) -> RunFilter:
        """Return the filter of the list."""
        return replace(self.query.wanted, debated=True)

    @property
    def is_filtered(self) -> bool:
        """Return whether anything narrows the list."""
        return self.wanted != RunFilter(debated=True)

    @property
    def words(self) -> str:
        """Return what is asked for in a sentence."""
        return ", ".join(filter_words(self.query.wanted))

    def at(self, cursor: str) -> str:
        """Return the address of another page; an empty cursor is the first one."""
        return self.screen.at(LIST, *replace(self.query, cursor=cursor).pairs)

    @property
    def cleared(self) -> str:
        """Return the address without filters, in the same columns."""
        return self.screen.at(LIST)


def read_debate_query(params: Mapping[str, Sequence[str]]) -> DebateQuery:
    """Return what the parameters ask for."""
    asked = {name: params[name] for name in ASKED if name in params}
    return DebateQuery(read_query(asked), read_screen(params, SCREEN))


class ListContext(TypedDict):
    """What the templates name of the list; `total` counts the debates that a filter hides."""

    query: DebateQuery
    listed: Page[RunLine] | Failed
    symbols: Sequence[tuple[str, str]]
    older: str
    total: int
    href: str


@get("/admin/debates", guards=[require(Scope.READ)])
async def debates(request: HubRequest) -> Template | Redirect:
    """Show the list; an address with empty fields, as a plain form sends it, is led to the short one."""
    params = request.query_params.dict()
    query = read_debate_query(params)
    if any(not value for values in params.values() for value in values):
        return Redirect(query.at(query.query.cursor), status_code=303)
    return await page(
        request,
        "debates/index.html",
        title="Debates",
        section=SECTION,
        part="debates/_list.html",
        **await _list_context(app_of(request), query),
    )


async def _list_context(app: App, query: DebateQuery) -> ListContext:
    listed = await read(_listed(app, query), "The list of debates")
    return {
        "query": query,
        "listed": listed,
        "symbols": await _symbols(app, query),
        "older": _older(app, query, listed),
        "total": await _hidden(app, query, listed),
        "href": query.at(query.query.cursor),
    }


async def _listed(app: App, query: DebateQuery) -> Page[RunLine]:
    cursor = query.query.cursor
    after = position_of(app.hub_secret, cursor, query.wanted) if cursor else None
    return await app.list_runs(query.wanted, query.screen.per_page, after)


async def _symbols(app: App, query: DebateQuery) -> Sequence[tuple[str, str]]:
    known = {one.symbol for one in await app.series_listing()} | ({query.wanted.symbol} - {None})
    return [("", "all"), *((symbol, symbol) for symbol in sorted(filter(None, known)))]


def _older(app: App, query: DebateQuery, listed: Page[RunLine] | Failed) -> str:
    """Return the address of the next page, empty on the last one."""
    if isinstance(listed, Failed) or listed.next_after is None:
        return ""
    return query.at(cursor_of(app.hub_secret, listed.next_after, query.wanted))


async def _hidden(app: App, query: DebateQuery, listed: Page[RunLine] | Failed) -> int:
    if isinstance(listed, Failed) or listed.items or not query.is_filtered:
        return 0
    return (await app.run_counts(RunFilter(debated=True)))[RunView.ALL]
