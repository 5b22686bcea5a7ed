"""`/admin/debates/{runId}`: who said what, who changed their mind, and what the panel made of it."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.arena.record.debate import DebateSession, SymbolDebate, read_debate
from quorate.hub.pages.debates.listing import SECTION
from quorate.hub.pages.debates.scene import debate_context
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.errors import RejectedError


@get("/admin/debates/{run_id:str}", guards=[require(Scope.READ)])
async def debate(request: HubRequest, run_id: FromPath[str]) -> Template:
    """Show one debate."""
    details = await app_of(request).run_details(run_id)
    session = read_debate(details)
    chosen = chosen_debate(session, request.query_params.get("symbol", "").upper())
    return await page(
        request,
        "debates/details.html",
        title=f"{chosen.symbol}, as of {session.run.header.fact.as_of}",
        section=SECTION,
        part="debates/_details.html",
        **debate_context(details, session, chosen),
    )


def chosen_debate(session: DebateSession, symbol: str) -> SymbolDebate:
    """Return the debate on `symbol`, else the first one.

    Raises:
        RejectedError: nothing was heard in this run (slug `not-found`).
    """
    by_symbol = {str(one.symbol): one for one in session.symbols}
    chosen = by_symbol.get(symbol) or next(iter(session.symbols), None)
    if chosen is None:
        raise RejectedError(
            f"nothing was debated in {session.run.run_id}",
            effect="there is no transcript to show",
            fix="open the run itself: its votes and its decision stand there",
            slug="not-found",
        )
    return chosen
