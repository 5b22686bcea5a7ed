"""`/admin/audit/verdicts/{name}`: one verdict with its envelope, what it binds, and whether that still stands."""

from __future__ import annotations

import re
from typing import Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.bootstrap import App
from quorate.bootstrap.law import ShownVerdict
from quorate.hub.pages.audit.query import LIST, SECTION
from quorate.hub.pages.audit.rows import pretty
from quorate.hub.pages.audit.verdict_scene import about_href, about_words, said_of, scene_of
from quorate.hub.pages.downloads import download
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require

VERDICTS: Final = f"{LIST}/verdicts"
_NAME: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")


@get(f"{VERDICTS}/{{name:str}}", guards=[require(Scope.READ)])
async def verdict(request: HubRequest, name: FromPath[str]) -> Template:
    """Show the verdict that a name stands for; `?verify=yes` computes every digest anew that it binds."""
    app = app_of(request)
    shown = await _shown(app, name)
    verifies = request.query_params.get("verify") == "yes"
    compared = await app.law.compared(shown) if verifies else ()
    line = shown.line
    return await page(
        request,
        "audit/verdict.html",
        title=f"Verdict {line.verdict_id[:14]}",
        section=SECTION,
        shown=shown,
        line=line,
        scene=scene_of(shown, compared),
        said=said_of(shown, compared) if verifies or not shown.check.ok else None,
        about_href=about_href(line),
        others=[(each, about_words(each)) for each in shown.others],
        envelope=pretty(shown.envelope),
        statement=pretty(shown.check.statement) if shown.check.ok else "",
        public_key=await _public_key(app, shown.check.key_id),
        href=f"{VERDICTS}/{line.verdict_id}",
        list_href=LIST,
    )


@get(f"{VERDICTS}/{{name:str}}/download", guards=[require(Scope.READ)])
async def download_verdict(request: HubRequest, name: FromPath[str]) -> Response[bytes]:
    """Return the verdict as JSON to keep; `quorate verdicts verify` and the documented script take it."""
    shown = await _shown(app_of(request), name)
    return download(f"{shown.line.verdict_id}.json", shown.as_json())


async def _shown(app: App, name: str) -> ShownVerdict:
    if not _NAME.fullmatch(name):
        raise RefusedError("there is no such verdict", slug="not-found")
    return await app.law.verdict(name)


async def _public_key(app: App, key_id: str) -> str:
    """Return the public key that signed, empty where nobody here knows it."""
    keys = {each.key_id: each.public_key for each in await app.law.keys()}
    return keys.get(key_id, "")
