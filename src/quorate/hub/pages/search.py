"""`/admin/search`: what a text may stand for, as a page; the palette asks the API for the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.bootstrap import Found
from quorate.hub.pages.reading import read
from quorate.hub.pages.roster import LIST as PROFILES
from quorate.hub.pages.runs.query import LIST as RUNS
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require

LONGEST: Final = 200
"""The characters of a search text; no id or name is longer."""

MOST: Final = 50


@get("/admin/search", guards=[require(Scope.READ)])
async def search(request: HubRequest) -> Template:
    """Show what the text may stand for."""
    text = request.query_params.get("q", "").strip()[:LONGEST]
    found = await read(app_of(request).find(text, MOST), "The search") if text else ()
    return await page(
        request,
        "search.html",
        title="Search",
        section="search",
        text=text,
        found=found,
        href_of=href_of,
    )


def href_of(found: Found) -> str:
    """Return where the thing is shown."""
    return _PLACES.get(found.kind, _run_of)(found)


def _run_of(found: Found) -> str:
    return f"{RUNS}/{quote(found.run_id or found.id)}"


_PLACES: Final[Mapping[str, Callable[[Found], str]]] = {
    "symbol": lambda found: f"{RUNS}?symbol={quote(found.id)}",
    "profile": lambda found: f"{PROFILES}#profile-{quote(found.id)}",
    "cycle": lambda found: f"/admin/cycles/{quote(found.id)}",
    "competition": lambda found: f"/admin/competitions/{quote(found.id)}",
    "task": lambda found: f"/admin/tasks/{quote(found.id)}",
    "decision": lambda found: f"{_run_of(found)}?symbol={quote(found.label)}",
}
