"""`/stream`: the journal as it grows, as server-sent events."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, QueryParameter

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.parts import AnyRequest, parts_of
from quorate.hub.security.principal import principal_of, require
from quorate.hub.stream import Asked, Envelope, OpenStream, Wanted, wanted_types

STREAM_PATH: Final = "/api/admin/stream"


@get(
    "/stream",
    guards=[require(Scope.READ)],
    summary="Follow what happens",
    responses={
        200: ResponseSpec(
            Envelope,
            generate_examples=False,
            media_type="text/event-stream",
            description="Server-sent events: `id` is the journal row, `data` an envelope.",
        )
    },
)
async def stream(
    request: AnyRequest,
    after: Annotated[int | None, QueryParameter(name="after", ge=0)] = None,
    types: Annotated[str | None, QueryParameter(name="types", max_length=500)] = None,
    symbol: Annotated[str | None, QueryParameter(name="symbol")] = None,
    last_event_id: Annotated[str | None, HeaderParameter(name="Last-Event-ID")] = None,
) -> OpenStream:
    """Tell every event behind `Last-Event-ID`, else behind `after`, else from now on, and go on telling."""
    parts, principal = parts_of(request), principal_of(request)
    wanted = Wanted(
        types=wanted_types(types),
        symbol="" if symbol is None else asking.symbol(symbol, "?symbol"),
    )

    async def may_read() -> bool:
        found = await parts.authentication.principal(request.scope)
        return found.key == principal.key

    asked = Asked(
        principal=principal.key,
        wanted=wanted,
        after=after if last_event_id is None else _row(last_event_id),
        may_read=may_read,
        mode=(await parts.app.book_clock()).mode,
    )
    return OpenStream(parts.broadcast, asked)


def _row(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise asking.wrong("Last-Event-ID", "is the number of a journal row")
    return int(text)
