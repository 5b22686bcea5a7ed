"""`/admin/tools`: what agents may look up, how it is used, and a try on real evidence for nothing."""

from __future__ import annotations

from typing import Final

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.arena.request import checked_symbols
from quorate.bootstrap import ToolTest
from quorate.hub.pages.notices import Notice, refusal_notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.errors import QuorateError, RejectedError

LIST: Final = "/admin/tools"

SECTION: Final = "tools"

SCREEN: Final = Screen(
    (
        Column("who", "Who may", 2),
        Column("today", "Today", 3),
        Column("week", "7 days", 4),
        Column("refused", "Refused", 5),
        Column("p50", "p50", 6),
        Column("p95", "p95", 7),
        Column("cost", "Cost", 8),
        Column("last", "Last use", 9),
    ),
    sizes=WHOLE,
)
"""What can be hidden; the tool stays."""

HELD_BACK: Final = 422
"""The status of a page whose try was refused."""


@get(LIST, guards=[require(Scope.READ)])
async def tools(request: HubRequest) -> Template:
    """Show every tool."""
    listed = await read(app_of(request).tools.listing(), "The tools")
    return await page(
        request,
        "tools/index.html",
        title="Tools",
        section=SECTION,
        listed=listed,
        screen=read_screen(request.query_params.dict(), SCREEN),
        page_at=LIST,
    )


@get(f"{LIST}/{{name:str}}", guards=[require(Scope.READ)])
async def tool(request: HubRequest, name: FromPath[str]) -> Template:
    """Show one tool with its newest uses."""
    return await _shown(request, name)


@post(f"{LIST}/{{name:str}}/test", guards=[require(Scope.RUN)], status_code=200)
async def try_tool(request: HubRequest, name: FromPath[str]) -> Template:
    """Use a tool on the newest session of a symbol, and show what an agent would be told."""
    form = await request.form()
    symbol = str(form.get("symbol", ""))
    try:
        tried = await app_of(request).tools.tried(name, checked_symbols([symbol])[0])
    except RejectedError as error:
        if error.slug == "not-found" and "tool" in error.cause:
            raise
        return await _shown(request, name, symbol=symbol, refused=error)
    return await _shown(request, name, symbol=symbol, tried=tried)


async def _shown(
    request: HubRequest,
    name: str,
    *,
    symbol: str = "",
    tried: ToolTest | None = None,
    refused: QuorateError | None = None,
) -> Template:
    app = app_of(request)
    line = await app.tools.named(name)
    series = await read(app.series_listing(), "The symbols")
    known = () if isinstance(series, Failed) else tuple(sorted(one.symbol for one in series))
    notices: list[Notice] = [] if refused is None else [refusal_notice(refused)]
    return await page(
        request,
        "tools/details.html",
        title=f"Tool {line.tool}",
        section=SECTION,
        status=200 if refused is None else HELD_BACK,
        notices=notices,
        line=line,
        symbols=[(each, each) for each in known],
        symbol=symbol,
        tried=tried,
        page_at=LIST,
    )
