"""`/admin/audit`: prove it, and see whether anyone touched it: events, traces, verdicts, waivers.

address -> the chain's state, what this process proved last, the tab's list -> template
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from litestar import get
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arbiter.constitution.listing import VerdictKind
from quorate.arbiter.record import TaskFilter
from quorate.arbiter.task import TaskType
from quorate.bootstrap import App
from quorate.hub.cursors import row_below, row_cursor
from quorate.hub.pages.audit.query import (
    LIST,
    SECTION,
    AuditQuery,
    Outcome,
    Tab,
    read_query,
)
from quorate.hub.pages.audit.rows import event_row, short_hash
from quorate.hub.pages.audit.verdict_scene import about_href, about_words
from quorate.hub.pages.audit.waivers import waiver_row
from quorate.hub.pages.forms import fresh_key
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.pages.tasks.rows import TYPES, task_row
from quorate.hub.security.principal import require

LABELS: Final = {
    Tab.EVENTS: "Events",
    Tab.TRACES: "Traces",
    Tab.VERDICTS: "Verdicts",
    Tab.WAIVERS: "Waivers",
}
KINDS: Final = (("", "all"), (VerdictKind.TASK.value, "tasks"), (VerdictKind.ORDER.value, "orders"))


@get(LIST, guards=[require(Scope.READ)])
async def audit(request: HubRequest) -> Template | Redirect:
    """Show a tab; an address with empty fields, as a plain form sends it, is led to the short one."""
    params = request.query_params.dict()
    query = read_query(params)
    if query.tab is Tab.TRACES and query.trace:
        return Redirect(f"{LIST}/traces/{query.trace}", status_code=303)
    wordy = any(not value for values in params.values() for value in values)
    if wordy and "HX-Request" not in request.headers:
        return Redirect(query.href, status_code=303)
    return await shown(request, query)


async def shown(
    request: HubRequest,
    query: AuditQuery,
    *,
    notices: Sequence[Notice] = (),
    status: int = 200,
) -> Template:
    """Return the page at an address, with what has just happened."""
    app = app_of(request)
    chain = await read(app.law.chain(), "The chain")
    head = 0 if isinstance(chain, Failed) else chain.head
    return await page(
        request,
        "audit/index.html",
        part="audit/_live.html",
        title=f"Audit, {query.tab.value}",
        section=SECTION,
        status=status,
        notices=notices,
        query=query,
        list_href=LIST,
        chain=chain,
        proof=app.law.proving.last,
        tabs=[
            (label, head if tab is Tab.EVENTS else None, AuditQuery(tab=tab).href, tab is query.tab)
            for tab, label in LABELS.items()
        ],
        short_hash=short_hash,
        key=fresh_key(),
        **await _context(app, query),
    )


async def _context(app: App, query: AuditQuery) -> dict[str, object]:
    match query.tab:
        case Tab.EVENTS:
            return await _events(app, query)
        case Tab.TRACES:
            return await _traces(app, query)
        case Tab.VERDICTS:
            return await _verdicts(app, query)
        case Tab.WAIVERS:
            return await _waivers(app)


async def _events(app: App, query: AuditQuery) -> dict[str, object]:
    wanted = query.events
    below = row_below(app.hub_secret, query.cursor, wanted) if query.cursor else None
    listed = await read(app.law.events(wanted, query.screen.per_page, below), "The journal")
    if isinstance(listed, Failed):
        return {"listed": listed}
    ends = listed.next_below
    return {
        "listed": listed,
        "rows": [event_row(entry) for entry in listed.items],
        "older": "" if ends is None else query.at(row_cursor(app.hub_secret, ends, wanted)),
    }


async def _traces(app: App, query: AuditQuery) -> dict[str, object]:
    """Return the newest tasks that stand for themselves: each began or continued a trace."""
    wanted, most = TaskFilter(), query.screen.per_page
    below = row_below(app.hub_secret, query.cursor, wanted) if query.cursor else None
    listed = await read(app.tasks.lines(wanted, most + 1, below), "The list of traces")
    if isinstance(listed, Failed):
        return {"listed": listed}
    more, now = len(listed) > most, app.clock.now()
    page_ = listed[:most]
    own = {line.trace_id: line for line in page_ if not line.parent and line.trace_id}
    last = page_[-1].seq if page_ else 0
    return {
        "listed": listed,
        "rows": [task_row(line, now, "/admin/tasks") for line in own.values()],
        "older": query.at(row_cursor(app.hub_secret, last, wanted)) if more else "",
    }


async def _verdicts(app: App, query: AuditQuery) -> dict[str, object]:
    wanted = query.verdicts
    below = row_below(app.hub_secret, query.cursor, wanted) if query.cursor else None
    listed = await read(
        app.law.verdicts(wanted, query.screen.per_page, below), "The list of verdicts"
    )
    if isinstance(listed, Failed):
        return {"listed": listed}
    ends = listed.next_below
    return {
        "listed": listed,
        "rows": [(line, about_words(line), about_href(line)) for line in listed.items],
        "older": "" if ends is None else query.at(row_cursor(app.hub_secret, ends, wanted)),
        "outcomes": [
            ("All", query.shows(None), query.outcome is None),
            *(
                (each.value.capitalize(), query.shows(each), query.outcome is each)
                for each in Outcome
            ),
        ],
        "kinds": KINDS,
        "types": [("", "all"), *((kind.value, name) for kind, name in TYPES.items())],
        "type_chosen": "" if query.task_type is None else TaskType(query.task_type).value,
    }


async def _waivers(app: App) -> dict[str, object]:
    listed = await read(app.law.waivers(), "The list of waivers")
    if isinstance(listed, Failed):
        return {"listed": listed}
    now = app.clock.now()
    return {"listed": listed, "rows": [waiver_row(each, now) for each in listed]}
