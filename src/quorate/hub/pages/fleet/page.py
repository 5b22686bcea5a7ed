"""`/admin/fleet`: who can do trading work, who is dead, who is asked next?

address -> the fleet, what the router learned, the newest recovery, each read for itself -> template
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from litestar import get
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arbiter.record import TaskFilter
from quorate.arbiter.task import TaskState
from quorate.bootstrap import App
from quorate.bootstrap.fleet.facet import FleetOverview
from quorate.fleet.capability import TASK_CAPABILITIES
from quorate.hub.pages.fleet.arms import WIDTH, arms_card
from quorate.hub.pages.fleet.query import LIST, SECTION, FleetQuery, read_query
from quorate.hub.pages.fleet.recovery import Recovery, recovery_of
from quorate.hub.pages.fleet.rows import (
    agent_rows,
    recovered_words,
    unmatched,
    views,
    waiting_words,
    worker_row,
    workers_card,
)
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require

REMOTE: Final = ("trading_analysis", "trading_signal")
"""The types of tasks that wait for workers."""

CAPABILITIES: Final = "llm,trading_analysis"
"""What the command to copy offers: what a worker can do by default."""


@get(LIST, guards=[require(Scope.READ)])
async def fleet(request: HubRequest) -> Template | Redirect:
    """Show the fleet; an address with empty fields, as a plain form sends it, is led to the short one."""
    params = request.query_params.dict()
    query = read_query(params)
    wordy = any(not value for values in params.values() for value in values)
    if wordy and "HX-Request" not in request.headers:
        return Redirect(query.href, status_code=303)
    return await shown(request, query)


async def shown(
    request: HubRequest, query: FleetQuery, *, notices: Sequence[Notice] = (), status: int = 200
) -> Template:
    """Return the page at an address, with what has just happened."""
    app = app_of(request)
    overview = await read(app.fleet.overview(), "The fleet")
    return await page(
        request,
        "fleet/index.html",
        part="fleet/_live.html",
        title="Agents and fleet",
        section=SECTION,
        status=status,
        notices=notices,
        query=query,
        list_href=LIST,
        now=app.clock.now(),
        command=command_of(str(request.base_url)),
        overview=overview,
        recovery=await read(_recovery(app), "The last recovery"),
        **({} if isinstance(overview, Failed) else await _workers(app, query, overview)),
        **await _learned(app, query),
    )


def command_of(base_url: str) -> str:
    """Return the command that connects a worker to the hub at an address."""
    return f"quorate worker --hub {base_url.rstrip('/')} --capabilities {CAPABILITIES}"


async def _workers(app: App, query: FleetQuery, overview: FleetOverview) -> dict[str, object]:
    now = app.clock.now()
    rows = [
        worker_row(line, overview.dead_after_s, now)
        for line in overview.workers
        if query.view.holds(line.state)
    ]
    stranded = unmatched(await _waiting(app), overview)
    return {
        "workers": rows,
        "workers_card": workers_card(overview.workers),
        "views": views(query, overview.workers),
        "waiting_words": waiting_words(overview, stranded),
        "stranded": stranded,
        "recovered": recovered_words(overview),
        "leases": [
            (row, held)
            for row in (worker_row(each, overview.dead_after_s, now) for each in overview.workers)
            for held in row.holds
        ],
    }


async def _waiting(app: App) -> set[str]:
    counts = await app.tasks.counts(TaskFilter(state=TaskState.ROUTING))
    return {kind.value for kind, _ in counts if kind.value in REMOTE}


async def _learned(app: App, query: FleetQuery) -> dict[str, object]:
    """Return the registry, and the arms of the type of task that the address names."""
    lines = await read(app.routing.agents(), "The registry")
    state = await read(app.routing.arms(), "The router's arms")
    tiers = (
        {} if isinstance(lines, Failed) else {each.agent.name: each.agent.tier for each in lines}
    )
    return {
        "agents": lines if isinstance(lines, Failed) else agent_rows(lines),
        "router": state,
        "arms": None if isinstance(state, Failed) else arms_card(state, query.type, tiers),
        "types": [(each, each) for each in TASK_CAPABILITIES],
        "axis": WIDTH,
    }


async def _recovery(app: App) -> Recovery | None:
    lost = await app.fleet.last_lost()
    return None if lost is None else recovery_of(lost, await app.tasks.show(lost.task_id))
