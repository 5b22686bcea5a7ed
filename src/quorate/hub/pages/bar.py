"""`/admin/bar`: the chips of the admin bar anew, for a page that is open while models are asked and bars arrive."""

from __future__ import annotations

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.hub.pages.shell import HubRequest, bare_shell, filled
from quorate.hub.security.principal import require


@get("/admin/bar", guards=[require(Scope.READ)])
async def bar(request: HubRequest) -> Template:
    """Return the chips of the book's clock and of today's cost, and the books that do not trade."""
    shell = await filled(bare_shell(request, title="", section=""), request)
    return Template("parts/bar_anew.html", context={"shell": shell})
