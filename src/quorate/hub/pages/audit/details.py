"""`/admin/audit/events/{seq}`, `/admin/audit/traces/{traceId}`: a row with its hashes, a trace across streams."""

from __future__ import annotations

from typing import Final

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.hub.pages.audit.query import LIST, SECTION, is_trace
from quorate.hub.pages.audit.rows import event_row, lanes, pretty, subject_href
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require

ROWS_PER_PAGE: Final = 500
"""A longer trace is shown in pages; a whole cycle with its run is a fifth of it."""

LAST_ROW: Final = 2**53
"""No journal is longer."""


@get(f"{LIST}/events/{{seq:int}}", guards=[require(Scope.READ)])
async def event(request: HubRequest, seq: FromPath[int]) -> Template:
    """Show a row with its payload and its hash, computed anew."""
    if not 0 < seq < LAST_ROW:
        raise RefusedError("there is no such row", slug="not-found")
    app = app_of(request)
    row, chain = await app.law.event(seq), await app.law.chain()
    return await page(
        request,
        "audit/event.html",
        title=f"Row {seq}",
        section=SECTION,
        row=row,
        entry=row.entry,
        said=event_row(row.entry),
        payload=pretty(row.entry.facts),
        subject_href=subject_href(row.entry.stream),
        chain=chain,
        list_href=LIST,
    )


@get(f"{LIST}/traces/{{trace_id:str}}", guards=[require(Scope.READ)])
async def trace(request: HubRequest, trace_id: FromPath[str]) -> Template:
    """Show every row of a trace, across all streams, over one time axis."""
    if not is_trace(trace_id):
        raise RefusedError("there is no such trace", slug="not-found")
    behind = request.query_params.get("behind", "0")
    after = int(behind) if behind.isdecimal() and len(behind) < 16 else 0
    entries, following = await app_of(request).law.trace(trace_id, ROWS_PER_PAGE, after)
    if not entries and not after:
        raise RefusedError("there is no such trace", slug="not-found")
    streams, ticks = lanes(entries)
    return await page(
        request,
        "audit/trace.html",
        title=f"Trace {trace_id[:12]}",
        section=SECTION,
        trace_id=trace_id,
        lanes=streams,
        ticks=ticks,
        rows=[event_row(entry) for entry in entries],
        payloads={entry.seq: pretty(entry.facts) for entry in entries},
        first_href="" if not after else f"{LIST}/traces/{trace_id}",
        more_href="" if following is None else f"{LIST}/traces/{trace_id}?behind={following}",
        list_href=LIST,
    )
