"""`/admin/settings`: where models are asked, keys pasted in and never shown again, and a test at a stated cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.pages.forms import entered, form_key, fresh_key
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.hub.pages.settings.broker import DONE
from quorate.hub.pages.settings.sign_ins import told_of_signed_out
from quorate.hub.pages.settings.tabs import (
    BROKER,
    HELD_BACK,
    PROVIDERS,
    SETTINGS,
    TOKENS,
    settings_page,
    tab_of,
)
from quorate.hub.pages.settings.tokens import told_of_revoked
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.secret import Secret
from quorate.llm.preset import TITLES
from quorate.llm.probe import ProbePlan


@dataclass(frozen=True, slots=True)
class Planned:
    """A test that waits for its cost to be agreed to; `key` keeps a form that is sent twice from asking twice."""

    provider: str
    plan: ProbePlan | None
    key: str


@get(SETTINGS, guards=[require(Scope.READ)])
async def settings(request: HubRequest) -> Template:
    """Show the settings; `?test=NAME` states what a test of that provider would cost."""
    tab, wanted = tab_of(request), request.query_params.get("test", "")
    if tab != PROVIDERS or not wanted:
        return await settings_page(request, tab, notices=_told(request))
    try:
        plan = await app_of(request).models.probe.plan(wanted)
    except QuorateError as error:
        return await _refused(request, error)
    return await settings_page(request, tab, planned=Planned(wanted, plan, fresh_key()))


@post(
    f"{SETTINGS}/providers/{{name:str}}/key",
    guards=[require(Scope.ADMIN, step_up=True)],
    status_code=200,
)
async def store_key(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Store a key that was pasted in; what was sent is never sent back."""
    given = (await request.form()).get("key", "")
    try:
        await app_of(request).models.providers.store_key(name, Secret(str(given)))
    except RejectedError as error:
        return await _refused(request, error)
    return Redirect(f"{SETTINGS}?stored={name}", status_code=303)


@post(
    f"{SETTINGS}/providers/{{name:str}}/remove-key",
    guards=[require(Scope.ADMIN, step_up=True)],
    status_code=200,
)
async def remove_key(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Take a stored key away."""
    try:
        await app_of(request).models.providers.remove_key(name)
    except RejectedError as error:
        return await _refused(request, error)
    return Redirect(f"{SETTINGS}?removed={name}", status_code=303)


@post(f"{SETTINGS}/providers/{{name:str}}/test", guards=[require(Scope.RUN)], status_code=200)
async def try_provider(request: HubRequest, name: FromPath[str]) -> Template:
    """Test a provider, whose cost was stated, and show what came of it."""
    form = (await request.form()).dict()
    model, key = entered(form, "model"), entered(form, "once")
    accepted = form_key(request, key, sha256_hex(f"{name}\n{model}"))
    try:
        told = await app_of(request).models.probe.test(name, model or None, key=accepted)
    except QuorateError as error:
        return await _refused(request, error)
    return await settings_page(request, PROVIDERS, tested=told)


async def _refused(request: HubRequest, error: QuorateError) -> Template:
    notices = [refusal_notice(error)]
    return await settings_page(request, PROVIDERS, status=HELD_BACK, notices=notices)


def _told(request: HubRequest) -> Sequence[Notice]:
    """Return what to say of an act that led here by the address; it names no more than a provider or preset."""
    query = request.query_params
    if query.get("tab") == TOKENS:
        signed_out = told_of_signed_out(query.get("signedOut", ""))
        return [*told_of_revoked(query.get("revoked", "")), *signed_out]
    if query.get("tab") == BROKER:
        return [DONE[done]] if (done := query.get("done", "")) in DONE else []
    known = {each for each in (query.get("stored"), query.get("removed")) if each}
    if known and (name := known.pop()).replace("-", "").isalnum():
        said = "is stored" if query.get("stored") else "was taken away"
        holds = "It holds from now on, without a restart." if query.get("stored") else ""
        return [Notice(tone=Tone.GAIN, title=f"The key of {name} {said}.", text=holds)]
    applied = query.get("applied", "")
    titles = {preset.value: title for preset, title in TITLES.items()}
    if applied in titles:
        text = "It holds from the next run on, in every process."
        return [Notice(tone=Tone.GAIN, title=f"{titles[applied]} is in force.", text=text)]
    return []
