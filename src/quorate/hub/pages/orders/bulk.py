"""Orders at once: the chosen ones cancelled, each by the act that its own button is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs, urlsplit

from litestar import post
from litestar.response import Template

from quorate.access import Scope
from quorate.bootstrap import App
from quorate.execution.listing import OrderLine
from quorate.hub.pages.chosen import act_on, told
from quorate.hub.pages.forms import entered, form_key
from quorate.hub.pages.orders.page import shown
from quorate.hub.pages.orders.query import LIST, read_query
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require

CANCEL: Final = "cancel"


@post(f"{LIST}/bulk", guards=[require(Scope.TRADE)], status_code=200)
async def act_on_orders(request: HubRequest) -> Template:
    """Ask the broker to cancel every chosen order, and show the list as it was with what came of each."""
    form = await request.form()
    fields, chosen = form.dict(), [str(each) for each in form.getall("order", [])]
    query = read_query(parse_qs(urlsplit(entered(fields, "back")).query))
    names: dict[str, str] = {}
    cancel = _cancel(request, entered(fields, "key"), names)
    asked = chosen if entered(fields, "act") == CANCEL else ()
    outcome = await act_on(asked, cancel)
    notices = told(
        outcome, "order", "cancelled or being cancelled", lambda id_: names.get(id_, id_)
    )
    return await shown(request, query, notices=notices)


def _cancel(
    request: HubRequest, key: str, names: dict[str, str]
) -> Callable[[str], Awaitable[bool]]:
    """Return the act, which notes what each order is called; a form that is sent twice asks for nothing twice."""
    app: App = app_of(request)

    async def cancel(order_id: str) -> bool:
        names[order_id] = _called((await app.orders.order(order_id)).line)
        own = form_key(request, f"{key}:{order_id}" if key else "", f"cancel {order_id}")
        return (await app.orders.cancel(order_id, own)).applied

    return cancel


def _called(line: OrderLine) -> str:
    return f"{line.side.name} {line.as_json()['qty']} {line.symbol} ({line.client_order_id[:13]})"
