"""`/api/docs`: the reference of the API as a page of the hub's own, without a script and from nobody else's server."""

from __future__ import annotations

from typing import Final

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.hub.api.description import description_of
from quorate.hub.api.reference import reference_of
from quorate.hub.pages.shell import HubRequest, page
from quorate.hub.security.principal import require

DOCS_PATH: Final = "/api/docs"


@get(DOCS_PATH, guards=[require(Scope.READ)], include_in_schema=False)
async def api_docs(request: HubRequest) -> Template:
    """Show every operation with its scope, what it takes and what it gives."""
    parts = reference_of(description_of(request.app))
    return await page(
        request,
        "api/reference.html",
        title="API reference",
        section="",
        parts=parts,
        count=sum(len(part.operations) for part in parts),
    )
