"""`/admin/tasks`: all tasks by state and type, those that are stuck, and the newest under the filters of the address.

address -> the list, how many stand in each state under the same filters, how many are stuck -> template
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import get
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arbiter.record import OPEN, TaskFilter
from quorate.arbiter.task import TaskState, TaskType
from quorate.bootstrap import App
from quorate.hub.cursors import row_below, row_cursor
from quorate.hub.pages.forms import fresh_key
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.pages.tasks.query import LIST, SECTION, TasksQuery, read_query
from quorate.hub.pages.tasks.rows import TYPES, task_row, words
from quorate.hub.security.principal import require

FUNNEL: Final = (
    ("Waiting", (TaskState.RECEIVED, TaskState.VALIDATING_SPEC, TaskState.SPEC_APPROVED)),
    ("Routing", (TaskState.ROUTING,)),
    ("Assigned", (TaskState.ROUTED,)),
    ("Executing", (TaskState.EXECUTING,)),
    ("Checking", (TaskState.EXECUTION_COMPLETE, TaskState.VERIFYING, TaskState.VERIFIED)),
    ("Completed", (TaskState.COMPLETED,)),
)
"""The way of a task, as the row of figures shows it."""


@get(LIST, guards=[require(Scope.READ)])
async def tasks(request: HubRequest) -> Template | Redirect:
    """Show the tasks; an address with empty fields, as a plain form sends it, is led to the short one."""
    params = request.query_params.dict()
    query = read_query(params)
    wordy = any(not value for values in params.values() for value in values)
    if wordy and "HX-Request" not in request.headers:
        return Redirect(query.href, status_code=303)
    return await shown(request, query)


async def shown(
    request: HubRequest,
    query: TasksQuery,
    *,
    notices: Sequence[Notice] = (),
    status: int = 200,
) -> Template:
    """Return the page at an address, with what has just happened."""
    app = app_of(request)
    return await page(
        request,
        "tasks/index.html",
        part="tasks/_live.html",
        title="Tasks",
        section=SECTION,
        status=status,
        notices=notices,
        query=query,
        list_href=LIST,
        key=fresh_key(),
        types=[("", "all"), *((kind.value, name) for kind, name in TYPES.items())],
        states=[("", "all"), *((state.value, words(state)) for state in TaskState)],
        **await _context(app, query),
    )


async def _context(app: App, query: TasksQuery) -> dict[str, object]:
    wanted, most = query.wanted, query.screen.per_page
    below = row_below(app.hub_secret, query.cursor, wanted) if query.cursor else None
    listed = await read(app.tasks.lines(wanted, most + 1, below), "The list of tasks")
    if isinstance(listed, Failed):
        return {"listed": listed, "rows": (), "views": (), "funnel": (), "stuck": 0, "older": ""}
    shown_, now = listed[:most], app.clock.now()
    more = len(listed) > most
    kind = TaskFilter(type=query.type, book=wanted.book, worker=wanted.worker)
    counts = by_state(await app.tasks.counts(kind))
    stuck = by_state(await app.tasks.counts(TaskFilter(type=query.type, stuck=True)))
    return {
        "listed": listed,
        "rows": [task_row(line, now, LIST) for line in shown_],
        "views": _views(query, counts, sum(stuck.values())),
        "funnel": [(name, sum(counts.get(each, 0) for each in held)) for name, held in FUNNEL],
        "hidden": sum(
            (counts if kind == TaskFilter() else by_state(await app.tasks.counts())).values()
        ),
        "older": query.at(row_cursor(app.hub_secret, shown_[-1].seq, wanted)) if more else "",
    }


def by_state(counts: Mapping[tuple[TaskType, TaskState], int]) -> Mapping[TaskState, int]:
    """Return how many tasks are in each state, whatever their type."""
    found: dict[TaskState, int] = {}
    for (_, state), count in counts.items():
        found[state] = found.get(state, 0) + count
    return found


def _views(
    query: TasksQuery, counts: Mapping[TaskState, int], stuck: int
) -> list[tuple[str, int, str, bool]]:
    """Return the views: all, stuck, and each state that any task is in."""
    is_all = query.state is None and not query.stuck
    found = [("All", sum(counts.values()), query.shows(), is_all)]
    found.append(("Stuck", stuck, query.shows(stuck=True), query.stuck))
    present = [state for state in TaskState if counts.get(state) or state is query.state]
    found += [
        (words(state).capitalize(), counts.get(state, 0), query.shows(state=state), chosen)
        for state in present
        if (chosen := state is query.state) or state not in OPEN or counts.get(state)
    ]
    return found
