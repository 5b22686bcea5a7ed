"""`/admin/arena/runs`: find the run where...

address -> filter -> one page of runs and the counts of every view -> table; a live table asks for itself again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

from litestar import Response, get
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.agents.profile import AgentProfile
from quorate.arena.record.listing import RunFilter, RunLine, RunPosition, RunView
from quorate.arena.record.phrases import spaced
from quorate.bootstrap import App, Page
from quorate.hub.cursors import cursor_of, position_of
from quorate.hub.pages.downloads import download
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.runs.query import (
    PER_PAGE,
    Column,
    RunQuery,
    filter_words,
    number,
    read_query,
)
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.decision import TriggerName
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp
from quorate.market.series import SeriesSummary

SECTION: Final = "runs"

MOST_EXPORTED: Final = 100
"""The longest page of the list: nobody can select more."""

Choice = tuple[str, str]

COLUMN_NAMES: Final[Mapping[Column, str]] = {
    Column.AS_OF: "As of",
    Column.DECISION: "Decision",
    Column.CONFIDENCE: "Confidence",
    Column.SUPPORTERS: "Supporters",
    Column.TRIGGERS: "Triggers fired",
    Column.COST: "Cost, time",
}

VIEW_NAMES: Final[Mapping[RunView, str]] = {
    RunView.ALL: "All",
    RunView.RUNNING: "Running",
    RunView.TRADED: "Traded",
    RunView.HELD: "Held",
    RunView.NO_TRADE: "No trade",
    RunView.FAILED: "Failed",
    RunView.WHAT_IF: "What-ifs",
}


@get("/admin/arena/runs", guards=[require(Scope.READ)])
async def runs(request: HubRequest) -> Template | Redirect:
    """Show the list; an address with empty fields, as a plain form sends it, is led to the short one."""
    params = request.query_params.dict()
    query = read_query(params)
    if _is_wordy(params) and "HX-Request" not in request.headers:
        return Redirect(query.href, status_code=303)
    shown = await page(
        request,
        "runs/index.html",
        title="Runs",
        section=SECTION,
        part="runs/_list.html",
        **await _list_context(app_of(request), query),
    )
    if request.headers.get("HX-Source", "").startswith("form"):
        shown.set_header("HX-Push-Url", query.href)
    return shown


@get("/admin/arena/runs/news", guards=[require(Scope.READ)])
async def news(request: HubRequest) -> Template:
    """Show how many runs came since a page was opened that does not show them."""
    query = read_query(request.query_params.dict())
    counts = await app_of(request).run_counts(query.wanted)
    known = number(request.query_params.get("had", ""))
    fresh = 0 if known is None else counts[query.wanted.view] - known
    return await page(
        request,
        "runs/_news.html",
        title="New runs",
        section=SECTION,
        part="runs/_news.html",
        fresh=fresh,
        newest=query.at(""),
    )


@get("/admin/arena/runs/export", guards=[require(Scope.READ)])
async def export_selected(request: HubRequest) -> Response[bytes]:
    """Return the selected runs as one JSON object to keep."""
    chosen = tuple(dict.fromkeys(request.query_params.getall("run", [])))
    if not 1 <= len(chosen) <= MOST_EXPORTED:
        raise RejectedError(
            f"{len(chosen)} runs are selected, and 1 to {MOST_EXPORTED} can be exported at once",
            effect="nothing was exported",
            fix="select at least one run in the list",
        )
    app = app_of(request)
    trees = [(await app.recorded_run(run_id)).as_json() for run_id in chosen]
    return download("runs.json", {"readAt": stamp(app.clock.now()), "runs": trees})


class ListContext(TypedDict):
    """What the templates name of the list."""

    query: RunQuery
    listed: Page[RunLine] | Failed
    counts: Mapping[RunView, int] | Failed
    views: Sequence[tuple[str, int, str, bool]]
    older: str
    news: str
    total: int
    asked: str
    symbols: Sequence[Choice]
    profiles: Sequence[Choice]
    triggers: Sequence[Choice]
    columns: Sequence[tuple[Column, str]]
    per_page: Sequence[int]


async def _list_context(app: App, query: RunQuery) -> ListContext:
    listed = await read(_listed(app, query), "The list of runs")
    counts = await read(app.run_counts(query.wanted), "The counts")
    series = await read(app.series_listing(), "The symbols")
    profiles = await read(app.profiles(), "The profiles")
    return {
        "query": query,
        "listed": listed,
        "counts": counts,
        "views": () if isinstance(counts, Failed) else _views(query, counts),
        "older": _older(app, query, listed),
        "news": query.news(0 if isinstance(counts, Failed) else counts[query.wanted.view]),
        "total": await _hidden(app, query, listed),
        "asked": ", ".join(filter_words(query.wanted)),
        "symbols": _symbols(query, () if isinstance(series, Failed) else series),
        "profiles": _profiles(query, () if isinstance(profiles, Failed) else profiles),
        "triggers": [("", "any"), *((name.value, spaced(name)) for name in TriggerName)],
        "columns": tuple(COLUMN_NAMES.items()),
        "per_page": PER_PAGE,
    }


async def _listed(app: App, query: RunQuery) -> Page[RunLine]:
    after: RunPosition | None = None
    if query.cursor:
        after = position_of(app.hub_secret, query.cursor, query.wanted)
    return await app.list_runs(query.wanted, query.per_page, after)


def _older(app: App, query: RunQuery, listed: Page[RunLine] | Failed) -> str:
    """Return the address of the next page, empty on the last one."""
    if isinstance(listed, Failed) or listed.next_after is None:
        return ""
    return query.at(cursor_of(app.hub_secret, listed.next_after, query.wanted))


async def _hidden(app: App, query: RunQuery, listed: Page[RunLine] | Failed) -> int:
    """Return how many runs an empty list hides by its filters and its view."""
    if isinstance(listed, Failed) or listed.items or query.wanted == RunFilter():
        return 0
    return (await app.run_counts(RunFilter()))[RunView.ALL]


def _is_wordy(params: Mapping[str, Sequence[str]]) -> bool:
    return any(not value for values in params.values() for value in values)


def _views(query: RunQuery, counts: Mapping[RunView, int]) -> Sequence[tuple[str, int, str, bool]]:
    return [
        (name, counts[view], query.shows(view), view is query.wanted.view)
        for view, name in VIEW_NAMES.items()
    ]


def _symbols(query: RunQuery, series: Sequence[SeriesSummary]) -> Sequence[Choice]:
    known = {one.symbol for one in series} | ({query.wanted.symbol} - {None})
    return [("", "all"), *((symbol, symbol) for symbol in sorted(filter(None, known)))]


def _profiles(query: RunQuery, registered: Sequence[AgentProfile]) -> Sequence[Choice]:
    known = {profile.name for profile in registered} | ({query.wanted.profile} - {None})
    return [("", "all"), *((name, spaced(name)) for name in sorted(filter(None, known)))]
