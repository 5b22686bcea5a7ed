"""`/audit` and `/traces`: the journal's rows as they stand, whether the chain holds, and one trace across streams."""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar import get
from litestar.params import FromPath, QueryParameter

from quorate.access import Scope
from quorate.audit.listing import EventFilter
from quorate.hub.api import asking
from quorate.hub.api.counting import Count
from quorate.hub.api.law_shapes import (
    ChainShape,
    ChainVerified,
    EventItem,
    EventList,
    TraceShape,
)
from quorate.hub.cursors import row_below, row_cursor
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.journal import JournalEntry
from quorate.kernel.stamps import stamp

_TRACE: Final = re.compile(r"[0-9a-f]{32}")
_PLACE: Final = re.compile(r"[0-9A-Za-z_.:*-]{1,120}")

Text = Annotated[str | None, QueryParameter()]
Limit = Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)]


@get("/audit/events", guards=[require(Scope.READ)], summary="Journal rows")
async def audit_events(  # noqa: PLR0913  (one parameter per filter)
    request: AnyRequest,
    *,
    limit: Limit = 25,
    cursor: Text = None,
    stream: Text = None,
    type_: Annotated[str | None, QueryParameter(name="type")] = None,
    trace_id: Annotated[str | None, QueryParameter(name="traceId")] = None,
    count: Count = False,
) -> EventList:
    """List journal rows, newest first; `stream` and `type` may end in `*`."""
    app = app_in(request)
    wanted = EventFilter(
        stream=_place(stream, "?stream"),
        type=_place(type_, "?type"),
        trace_id=None if trace_id is None else _trace(trace_id),
    )
    below = None if cursor is None else row_below(app.hub_secret, cursor, wanted)
    page, chain = await app.law.events(wanted, limit, below), await app.law.chain()
    ends = page.next_below
    return EventList(
        read_at=stamp(app.clock.now()),
        chain=ChainShape(head=chain.head, signed=chain.signed, key_id=chain.key_id),
        items=tuple(map(_item, page.items)),
        next_cursor=None if ends is None else row_cursor(app.hub_secret, ends, wanted),
        total=await app.law.events_count(wanted) if count else None,
    )


@get("/audit/verify", guards=[require(Scope.ADMIN)], summary="Verify the journal")
async def audit_verify(
    request: AnyRequest,
    projections: Annotated[bool, QueryParameter()] = False,  # noqa: FBT002
) -> ChainVerified:
    """Recompute every hash and signature; with `projections` the state tables as well. It reads the whole journal."""
    found = await app_in(request).verify(projections=projections, against=None)
    return ChainVerified(
        ok=found.ok,
        rows=found.rows,
        first_bad=found.first_bad,
        checkpoint=found.checkpoint,
        problems=found.problems,
    )


@get("/traces/{trace_id:str}", guards=[require(Scope.READ)], summary="A trace")
async def trace_rows(
    request: AnyRequest,
    trace_id: FromPath[str],
    limit: Limit = asking.MAX_LIMIT,
    after: Annotated[int, QueryParameter(ge=0)] = 0,
) -> TraceShape:
    """Return the rows of one trace across all streams, oldest first."""
    app = app_in(request)
    entries, following = await app.law.trace(_trace(trace_id), limit, after)
    if not entries and not after:
        raise RefusedError("there is no such trace", slug="not-found")
    return TraceShape(
        read_at=stamp(app.clock.now()),
        trace_id=trace_id,
        items=tuple(map(_item, entries)),
        next_after=following,
    )


def _item(entry: JournalEntry) -> EventItem:
    return EventItem(
        seq=entry.seq,
        ts=entry.ts,
        type=entry.type,
        stream=entry.stream,
        book=entry.book,
        trace_id=entry.trace_id,
        payload=dict(entry.facts),
        prev_hash=entry.prev_hash,
        hash=entry.hash,
    )


def _trace(text: str) -> str:
    if not _TRACE.fullmatch(text):
        raise RefusedError("there is no such trace", slug="not-found")
    return text


def _place(text: str | None, pointer: str) -> str | None:
    if text is not None and not _PLACE.fullmatch(text):
        raise asking.wrong(pointer, "is no name of a stream or type")
    return text
