"""`/arena/runs`: the list, and everything about one run."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from quorate.access import Scope
from quorate.arena.record.listing import RunFilter, RunView
from quorate.arena.record.trace import Span, read_trace
from quorate.hub.api import asking
from quorate.hub.api.run_details import RunDetailsShape, details_shape
from quorate.hub.api.run_shapes import (
    RunList,
    SpanShape,
    TraceShape,
    WhyShape,
    run_item,
)
from quorate.hub.cursors import cursor_of, position_of
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.decision import TriggerName
from quorate.kernel.stamps import stamp


def run_filter(  # noqa: PLR0913, PLR0917  (one parameter per query key)
    view: Annotated[RunView, QueryParameter(name="view")] = RunView.ALL,
    symbol: Annotated[str | None, QueryParameter(name="symbol")] = None,
    trigger: Annotated[TriggerName | None, QueryParameter(name="trigger")] = None,
    escalated: Annotated[bool | None, QueryParameter(name="escalated")] = None,
    profile: Annotated[str | None, QueryParameter(name="profile")] = None,
    as_of_from: Annotated[date | None, QueryParameter(name="asOfFrom")] = None,
    as_of_to: Annotated[date | None, QueryParameter(name="asOfTo")] = None,
) -> RunFilter:
    """Return the filter that the query asks for."""
    return RunFilter(
        view=view,
        symbol=None if symbol is None else asking.symbol(symbol, "?symbol"),
        trigger=trigger,
        escalated=escalated,
        profile=None if profile is None else asking.profile(profile, "?profile"),
        as_of_from=as_of_from,
        as_of_to=as_of_to,
    )


@get(
    "/arena/runs",
    guards=[require(Scope.READ)],
    dependencies={"wanted": Provide(run_filter, sync_to_thread=False)},
    summary="List runs",
)
async def runs(
    request: AnyRequest,
    wanted: NamedDependency[RunFilter],
    limit: Annotated[int, QueryParameter(name="limit", ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[str | None, QueryParameter(name="cursor")] = None,
    count: Annotated[bool, QueryParameter(name="count")] = False,  # noqa: FBT002
) -> RunList:
    """List runs, newest first, under any filter."""
    app = app_in(request)
    after = position_of(app.hub_secret, cursor, wanted) if cursor is not None else None
    page = await app.list_runs(wanted, limit, after)
    counted = await app.run_counts(wanted) if count else None
    following = page.next_after
    return RunList(
        read_at=stamp(app.clock.now()),
        items=tuple(map(run_item, page.items)),
        next_cursor=None if following is None else cursor_of(app.hub_secret, following, wanted),
        total=None if counted is None else counted.get(wanted.view, 0),
        counts=None if counted is None else {view.value: n for view, n in counted.items()},
    )


@get("/arena/runs/{run_id:str}", guards=[require(Scope.READ)], summary="A run")
async def run(request: AnyRequest, run_id: FromPath[str]) -> RunDetailsShape:
    """Return a run: every vote, trigger and decision, why, and what each model call cost."""
    details = await app_in(request).run_details(asking.run_id(run_id))
    return details_shape(details)


@get("/arena/runs/{run_id:str}/why", guards=[require(Scope.READ)], summary="Why")
async def why(request: AnyRequest, run_id: FromPath[str]) -> WhyShape:
    """Return why a run decided as it did, each sentence with its journal rows."""
    recorded = await app_in(request).recorded_run(asking.run_id(run_id))
    return msgspec.convert(recorded.why_json(), WhyShape)


@get("/arena/runs/{run_id:str}/trace", guards=[require(Scope.READ)], summary="The spans of a run")
async def trace(request: AnyRequest, run_id: FromPath[str]) -> TraceShape:
    """Return a run as spans, for a timeline, a tree or a log."""
    app, wanted = app_in(request), asking.run_id(run_id)
    recorded = await app.recorded_run(wanted)
    found = read_trace(await app.run_entries(recorded.run_id))
    return TraceShape(
        run_id=recorded.run_id,
        trace_id=recorded.trace_id,
        total_ms=found.total_ms,
        spans=tuple(map(_span, found.spans)),
    )


def _span(span: Span) -> SpanShape:
    return SpanShape(
        name=span.name,
        kind=span.kind.value,
        depth=span.depth,
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        seq=span.seq,
        cost_usd=span.cost_usd,
        detail=span.detail,
    )
