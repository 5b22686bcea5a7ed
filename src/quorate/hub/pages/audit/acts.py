"""The acts of `/admin/audit`: verify the chain, waive gates for a while, take a waiver back; each by a form."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.pages.audit.page import shown
from quorate.hub.pages.audit.query import LIST, SECTION, AuditQuery, Tab
from quorate.hub.pages.audit.waivers import GATES, RAISES, WaiverForm, read_form, wish_of
from quorate.hub.pages.forms import entered
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import principal_of, require
from quorate.hub.security.rates import Rate
from quorate.kernel.errors import QuorateError, RejectedError

HELD_BACK = 422
WAIVERS = AuditQuery(tab=Tab.WAIVERS)


@post(f"{LIST}/verify", guards=[require(Scope.ADMIN, rate=Rate.SPENDING)], status_code=200)
async def verify(request: HubRequest) -> Template | Redirect:
    """Walk the whole chain now; what was found stands on the page until the next time."""
    fields = (await request.form()).dict()
    try:
        await app_of(request).law.proving.prove(projections=bool(entered(fields, "tables")))
    except QuorateError as error:
        notice = refusal_notice(error, about="audit")
        return await shown(request, AuditQuery(), notices=(notice,), status=HELD_BACK)
    return Redirect(LIST, status_code=303)


@get(f"{LIST}/waivers/new", guards=[require(Scope.ADMIN)])
async def new_waiver(request: HubRequest) -> Template:
    """Show the form of a waiver."""
    return await _form(request, WaiverForm())


@post(f"{LIST}/waivers", guards=[require(Scope.ADMIN)], status_code=200)
async def add_waiver(request: HubRequest) -> Template | Redirect:
    """Let tasks pass gates for a while; whoever asks for it approves it."""
    form, app = read_form((await request.form()).dict()), app_of(request)
    try:
        wish = wish_of(form, principal_of(request).name, app.clock.now())
        await app.law.add_waiver(wish)
    except RejectedError as error:
        return await _form(request, form, error)
    return Redirect(WAIVERS.href, status_code=303)


@post(f"{LIST}/waivers/{{waiver_id:str}}/revoke", guards=[require(Scope.ADMIN)], status_code=200)
async def revoke_waiver(request: HubRequest, waiver_id: FromPath[str]) -> Template | Redirect:
    """End a waiver now: the next task is judged without it."""
    reason = entered((await request.form()).dict(), "reason")
    by = principal_of(request).name
    try:
        await app_of(request).law.revoke_waiver(waiver_id, by=by, reason=reason)
    except RejectedError as error:
        notice = refusal_notice(error, about="waivers")
        return await shown(request, WAIVERS, notices=(notice,), status=HELD_BACK)
    return Redirect(WAIVERS.href, status_code=303)


async def _form(
    request: HubRequest, form: WaiverForm, error: RejectedError | None = None
) -> Template:
    return await page(
        request,
        "audit/new_waiver.html",
        title="New waiver",
        section=SECTION,
        status=200 if error is None else HELD_BACK,
        form=form,
        error=error,
        gates=GATES,
        raises=RAISES,
        list_href=LIST,
        waivers_href=WAIVERS.href,
    )
