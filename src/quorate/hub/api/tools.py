"""`/tools`: what agents may look up, how it is used, and a try on real evidence."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.api.shape import Given, Moment, Ratio, Shape, Usd
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp


class Tried(Given):
    """What to look up."""

    symbol: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


class ToolUseShape(Shape):
    """One use of a tool as row `seq` of the journal holds it; texts are masked and cut."""

    seq: int
    at: Moment
    profile: str
    run_id: str
    arguments: str
    result: str
    refusal: str | None
    latency_ms: float | None


class ToolItem(Shape):
    """A tool; `calls`, `refused` and latencies are those since the UTC day `since`. Every tool is free."""

    name: str
    description: str
    allowed_profiles: tuple[str, ...]
    calls_today: int
    since: str
    calls: int
    refused: int
    error_rate: Ratio
    p50_ms: float | None
    p95_ms: float | None
    cost_usd: Usd
    last: ToolUseShape | None


class ToolList(Shape):
    """Every tool, by name."""

    read_at: Moment
    items: tuple[ToolItem, ...]
    next_cursor: str | None = None


class ToolTested(Shape):
    """What a tool answered on the newest session of a symbol; nothing was written and nothing spent."""

    target: str
    applied: bool
    dry_run: bool
    symbol: str
    as_of: str
    arguments: str
    result: str
    refusal: str | None
    latency_ms: float
    cost_usd: Usd


@get("/tools", guards=[require(Scope.READ)], summary="List tools")
async def tools(request: AnyRequest) -> ToolList:
    """List the read-only tools with who may use them and how they are used."""
    app = app_in(request)
    lines = await app.tools.listing()
    items = tuple(msgspec.convert(line.as_json(), ToolItem) for line in lines)
    return ToolList(read_at=stamp(app.clock.now()), items=items)


@post(
    "/tools/{name:str}/test",
    guards=[require(Scope.RUN)],
    status_code=200,
    summary="Try a tool",
)
async def test_tool(request: AnyRequest, name: FromPath[str], data: JSONBody[Tried]) -> ToolTested:
    """Use a tool on the newest session of a symbol, as an agent would that may use it."""
    symbol = asking.symbol(data.symbol, "/symbol")
    tried = await app_in(request).tools.tried(name, symbol)
    return msgspec.convert(tried.as_json(), ToolTested)
