"""`/admin/arena/profiles/{name}/test`: a profile's real prompt, asked once at a stated cost."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from quorate.access import Scope
from quorate.hub.pages.forms import form_key, fresh_key
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.reading import failed, read
from quorate.hub.pages.settings.tabs import HELD_BACK
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import QuorateError

PROFILES = "/admin/arena/profiles"


@get(f"{PROFILES}/{{name:str}}/test", guards=[require(Scope.READ)])
async def try_profile_form(request: HubRequest, name: FromPath[str]) -> Template:
    """Show what a Test call would ask and cost; nothing is asked."""
    return await _shown(request, name, _symbol(request.query_params.get("symbol", "")))


@post(f"{PROFILES}/{{name:str}}/test", guards=[require(Scope.RUN)], status_code=200)
async def try_profile(request: HubRequest, name: FromPath[str]) -> Template:
    """Ask the profile's model, whose cost was stated, and show what it said."""
    form = await request.form()
    symbol = _symbol(str(form.get("symbol", "")))
    accepted = form_key(request, str(form.get("once", "")), sha256_hex(f"{name}\n{symbol}"))
    try:
        told = await app_of(request).models.trials.test(name, symbol, key=accepted)
    except QuorateError as error:
        return await _shown(request, name, symbol, error=error)
    return await _shown(request, name, symbol, told=told)


def _symbol(text: str) -> str | None:
    return text.strip() or None


async def _shown(
    request: HubRequest,
    name: str,
    symbol: str | None,
    *,
    told: object = None,
    error: QuorateError | None = None,
) -> Template:
    app = app_of(request)
    plan: object
    try:
        plan = await app.models.trials.plan(name, symbol)
    except QuorateError as refusal:
        if refusal.slug == "not-found":
            raise
        plan = failed(refusal, "What it would cost")
    series = await read(app.series_listing(), "The symbols")
    return await page(
        request,
        "settings/trial.html",
        title=f"Test call of {name}",
        section="profiles",
        status=200 if error is None else HELD_BACK,
        notices=[] if error is None else [refusal_notice(error)],
        name=name,
        plan=plan,
        series=series,
        told=told,
        once=fresh_key(),
        here=f"{PROFILES}/{name}/test",
    )
