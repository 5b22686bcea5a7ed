"""`/cost`: where the money for models goes, as sums along one axis and call by call."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Annotated, Final

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from quorate.access import Scope
from quorate.arena.record.listing import RunPosition
from quorate.hub.api import asking
from quorate.hub.api.cost_shapes import (
    CallList,
    CostSummary,
    cached_share,
    call_item,
    cost_item,
    forecasts,
    power_calls,
)
from quorate.hub.api.counting import Count
from quorate.hub.cursors import CALLS, cursor_of, position_of
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp
from quorate.llm.budget import CallStatus
from quorate.llm.call import Purpose
from quorate.llm.call_listing import CallFilter, believable_call_id
from quorate.llm.cost import CostAxis, in_order, total

SPAN_DAYS: Final = 30
"""The days that a summary covers unless it is told others, today included."""


@get("/cost/summary", guards=[require(Scope.READ)], summary="Costs added up")
async def cost_summary(
    request: AnyRequest,
    group_by: Annotated[CostAxis, QueryParameter(name="groupBy")] = CostAxis.MODEL,
    since: Annotated[date | None, QueryParameter(name="since")] = None,
    until: Annotated[date | None, QueryParameter(name="until")] = None,
) -> CostSummary:
    """Add up what model calls cost; days are UTC days."""
    money, now = app_in(request).money, app_in(request).clock.now()
    today = now.astimezone(UTC).date()
    first, last = since or today - timedelta(days=SPAN_DAYS - 1), until or today
    lines = in_order(await money.cost_summary(group_by, first, last), group_by)
    outlook, whole = await money.outlook(), total(lines)
    return CostSummary(
        read_at=stamp(now),
        group_by=group_by.value,
        since=first.isoformat(),
        until=last.isoformat(),
        items=tuple(map(cost_item, lines)),
        total=cost_item(whole),
        cached_share=cached_share(whole),
        power_calls=power_calls(outlook),
        forecast=forecasts(outlook),
    )


def call_filter(  # noqa: PLR0913, PLR0917  (one parameter per query key)
    model: Annotated[str | None, QueryParameter(name="model", max_length=200)] = None,
    profile: Annotated[str | None, QueryParameter(name="profile")] = None,
    run: Annotated[str | None, QueryParameter(name="run")] = None,
    purpose: Annotated[Purpose | None, QueryParameter(name="purpose")] = None,
    status: Annotated[CallStatus | None, QueryParameter(name="status")] = None,
    unpriced: Annotated[bool | None, QueryParameter(name="unpriced")] = None,
    since: Annotated[date | None, QueryParameter(name="since")] = None,
    until: Annotated[date | None, QueryParameter(name="until")] = None,
) -> CallFilter:
    """Return the filter that the query asks for."""
    wanted = CallFilter(
        model=model,
        profile=None if profile is None else asking.profile(profile, "?profile"),
        run_id=None if run is None else asking.run_id(run),
        purpose=purpose,
        status=status,
        unpriced=unpriced,
        since=since,
        until=until,
    )
    try:
        _ = wanted.model_asked
    except RejectedError as error:
        raise asking.wrong("?model", error.cause) from error
    return wanted


@get(
    "/cost/calls",
    guards=[require(Scope.READ)],
    dependencies={"wanted": Provide(call_filter, sync_to_thread=False)},
    summary="List model calls",
)
async def cost_calls(
    request: AnyRequest,
    wanted: NamedDependency[CallFilter],
    limit: Annotated[int, QueryParameter(name="limit", ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[str | None, QueryParameter(name="cursor")] = None,
    count: Count = False,  # noqa: FBT002
) -> CallList:
    """List model calls, newest first, under any filter."""
    app = app_in(request)
    after = None
    if cursor is not None:
        after = believable_call_id(position_of(app.hub_secret, cursor, wanted).run_id)
    page = await app.money.calls(wanted, limit, after)
    following = page.next_after and RunPosition(CALLS, page.next_after)
    return CallList(
        read_at=stamp(app.clock.now()),
        items=tuple(map(call_item, page.items)),
        next_cursor=cursor_of(app.hub_secret, following, wanted) if following else None,
        total=await app.money.calls_count(wanted) if count else None,
    )
