"""`/admin/cycles/once`: walk the working book's next cycle from the page of cycles."""

from __future__ import annotations

from litestar import Response, post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.pages.cycles.listing import LIST, cycles_page
from quorate.hub.pages.forms import form_key
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.hub.security.rates import Rate
from quorate.kernel.errors import QuorateError

HELD_BACK = 409
"""The status of the page when no cycle was started."""


@post(f"{LIST}/once", guards=[require(Scope.TRADE, rate=Rate.SPENDING)], status_code=200)
async def start_cycle(request: HubRequest) -> Template | Redirect | Response[None]:
    """Walk one cycle and show it; where none can be, say why."""
    fields = await request.form()
    key = form_key(request, str(fields.get("key", "")), "/cycles/once")
    try:
        start = await app_of(request).cycle_starts.once(key)
    except QuorateError as error:
        notice = refusal_notice(error, about="cycle")
        return await cycles_page(request, status=HELD_BACK, notices=[notice])
    shown = f"{LIST}/{start.line.cycle_id}" if start.line else f"{LIST}?book={start.book}"
    return Redirect(shown, status_code=303)
