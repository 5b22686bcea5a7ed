"""What a person does about tasks: try one again, stop one; each by a form."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.pages.forms import entered, form_key
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.pages.tasks.details import shown
from quorate.hub.pages.tasks.query import LIST
from quorate.hub.security.principal import require
from quorate.kernel.errors import ConflictError, RejectedError, UnavailableError

HELD_BACK = 409
LONGEST_REASON = 200
REFUSALS = (RejectedError, ConflictError, UnavailableError)


@post(f"{LIST}/{{task_id:str}}/retry", guards=[require(Scope.TRADE)], status_code=200)
async def retry(request: HubRequest, task_id: FromPath[str]) -> Template | Redirect:
    """Try a task again, and lead to the new one."""
    fields = (await request.form()).dict()
    key = form_key(request, entered(fields, "key"), f"retry {task_id}")
    try:
        change = await app_of(request).tasks.retry(task_id, key)
    except REFUSALS as error:
        notice = refusal_notice(error, about="tasks")
        return await shown(request, task_id, notices=(notice,), status=HELD_BACK)
    return Redirect(f"{LIST}/{change.line.task_id}", status_code=303)


@post(f"{LIST}/{{task_id:str}}/cancel", guards=[require(Scope.TRADE)], status_code=200)
async def cancel(request: HubRequest, task_id: FromPath[str]) -> Template | Redirect:
    """Stop a task and its parts."""
    fields = (await request.form()).dict()
    key = form_key(request, entered(fields, "key"), f"cancel {task_id}")
    reason = entered(fields, "reason")[:LONGEST_REASON]
    try:
        change = await app_of(request).tasks.cancel(task_id, reason, key)
    except REFUSALS as error:
        notice = refusal_notice(error, about="tasks")
        return await shown(request, task_id, notices=(notice,), status=HELD_BACK)
    return Redirect(f"{LIST}/{change.target}", status_code=303)
