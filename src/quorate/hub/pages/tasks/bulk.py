"""Tasks at once: try the chosen ones again, or stop them; and the whole list as a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs, urlsplit

from litestar import Response, get, post
from litestar.response import Template

from quorate.access import Scope
from quorate.arbiter.record import TaskLine
from quorate.bootstrap import App
from quorate.hub.pages.chosen import act_on, told
from quorate.hub.pages.downloads import download
from quorate.hub.pages.forms import entered, form_key
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.pages.tasks.page import shown
from quorate.hub.pages.tasks.query import LIST, read_query
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp

MOST_EXPORTED: Final = 5000
"""Rows of one file, as of the orders' one."""

BY_HAND: Final = "cancelled with others on the page of tasks"


@post(f"{LIST}/bulk", guards=[require(Scope.TRADE)], status_code=200)
async def act_on_tasks(request: HubRequest) -> Template:
    """Do one act to every chosen task, and show the list as it was with what came of it."""
    form = await request.form()
    fields, chosen = form.dict(), [str(each) for each in form.getall("task", [])]
    query = read_query(parse_qs(urlsplit(entered(fields, "back")).query))
    act = entered(fields, "act")
    done = {"retry": "tried again", "cancel": "cancelled"}.get(act, "")
    wish = _wish(request, act, entered(fields, "key"))
    outcome = await act_on(chosen if done else (), wish)
    return await shown(request, query, notices=told(outcome, "task", done))


@get(f"{LIST}/export", guards=[require(Scope.READ)])
async def export_tasks(request: HubRequest) -> Response[bytes]:
    """Return the list that an address shows, all of its pages."""
    app, query = app_of(request), read_query(request.query_params.dict())
    lines = await app.tasks.lines(query.wanted, MOST_EXPORTED)
    return download("tasks.json", {"readAt": stamp(app.clock.now()), "items": [*map(_told, lines)]})


def _told(line: TaskLine) -> dict[str, object]:
    """Return a task under the names of the API and of `quorate tasks list --json`."""
    return {
        "taskId": line.task_id,
        "type": line.type.value,
        "subject": line.subject,
        "state": line.state.value,
        "reason": line.reason,
        "worker": line.worker or None,
        "attempts": line.attempts,
        "failureSource": line.failure_source.value or None,
        "book": line.book or None,
        "receivedAt": line.received_at,
        "changedAt": line.changed_at,
        "traceId": line.trace_id,
    }


def _wish(request: HubRequest, act: str, key: str) -> Callable[[str], Awaitable[bool]]:
    """Return the act; each task has a key of its own, so a form that is sent twice does nothing twice."""
    app: App = app_of(request)

    async def wish(task_id: str) -> bool:
        own = form_key(request, f"{key}:{task_id}" if key else "", f"{act} {task_id}")
        if act == "retry":
            return (await app.tasks.retry(task_id, own)).applied
        return (await app.tasks.cancel(task_id, BY_HAND, own)).applied

    return wish
