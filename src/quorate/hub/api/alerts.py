"""`/alerts`: what was raised, and taking note that somebody has seen to it."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, QueryParameter

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.api.cycle_shapes import AlertChanged, AlertList, alert_shape, alert_shapes
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.ids import is_like_an_id
from quorate.kernel.stamps import stamp


@get("/alerts", guards=[require(Scope.READ)], summary="List alerts")
async def alerts(
    request: AnyRequest,
    only_open: Annotated[bool, QueryParameter(name="open")] = False,  # noqa: FBT002
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
) -> AlertList:
    """List the newest alerts of every book; with `open`, those that nobody has seen to."""
    app = app_in(request)
    found = await app.alerts.newest(limit, only_open=only_open)
    return AlertList(read_at=stamp(app.clock.now()), items=alert_shapes(found))


@post(
    "/alerts/{alert_id:str}/acknowledge",
    guards=[require(Scope.SAFETY)],
    status_code=200,
    summary="Acknowledge an alert",
)
async def acknowledge_alert(request: AnyRequest, alert_id: FromPath[str]) -> AlertChanged:
    """Take note of who has seen to an alert; again changes nothing, so no key is asked for."""
    if not is_like_an_id(alert_id):
        raise RefusedError("there is no such alert", slug="not-found")
    change = await app_in(request).alerts.acknowledge(alert_id, principal_of(request).name)
    return AlertChanged(
        target=change.raised.alert_id, applied=change.applied, alert=alert_shape(change.raised)
    )
