"""`/admin/tasks/{id}`: one task with each state that it came into, for how long, its parts, and who holds it."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.hub.pages.forms import fresh_key
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.pages.tasks.query import LIST, SECTION
from quorate.hub.pages.tasks.rows import step_rows, subject_href, task_row
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.ids import is_like_an_id


@get(f"{LIST}/{{task_id:str}}", guards=[require(Scope.READ)])
async def task(request: HubRequest, task_id: FromPath[str]) -> Template:
    """Show one task."""
    return await shown(request, task_id)


async def shown(
    request: HubRequest, task_id: str, *, notices: Sequence[Notice] = (), status: int = 200
) -> Template:
    """Return the page of a task, with what has just happened."""
    if not is_like_an_id(task_id):
        raise RefusedError("there is no such task", slug="not-found")
    app = app_of(request)
    details = await app.tasks.show(task_id)
    now = app.clock.now()
    return await page(
        request,
        "tasks/details.html",
        part="tasks/_details.html",
        title=f"Task {details.line.task_id[:12]}",
        section=SECTION,
        status=status,
        notices=notices,
        details=details,
        row=task_row(details.line, now, LIST),
        steps=step_rows(details.path),
        children=[task_row(child, now, LIST) for child in details.children],
        subject_href=subject_href(details.line),
        list_href=LIST,
        key=fresh_key(),
    )
