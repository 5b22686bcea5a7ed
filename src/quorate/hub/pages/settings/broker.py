"""`/admin/settings?tab=broker`: who trades here, its keys pasted in and never shown again, and a look at it."""

from __future__ import annotations

from litestar import post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.pages.forms import entered
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.hub.pages.settings.tabs import BROKER, HELD_BACK, SETTINGS, settings_page
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.secret import Secret

HERE = f"{SETTINGS}?tab={BROKER}"
DONE = {
    "stored": Notice(
        tone=Tone.GAIN,
        title="The broker's keys are stored.",
        text="They hold from the next cycle on; test them first.",
    ),
    "removed": Notice(
        tone=Tone.GAIN,
        title="The broker's stored keys were taken away.",
        text="Those in the environment stay, if there are any.",
    ),
}


@post(f"{SETTINGS}/broker/keys", guards=[require(Scope.ADMIN, step_up=True)], status_code=200)
async def store_broker_keys(request: HubRequest) -> Template | Redirect:
    """Store both keys that were pasted in; what was sent is never sent back."""
    form = (await request.form()).dict()
    key_id, secret = Secret(entered(form, "key_id")), Secret(entered(form, "secret_key"))
    try:
        await app_of(request).broker.store_keys(key_id, secret)
    except RejectedError as error:
        return await _refused(request, error)
    return Redirect(f"{HERE}&done=stored", status_code=303)


@post(
    f"{SETTINGS}/broker/remove-keys", guards=[require(Scope.ADMIN, step_up=True)], status_code=200
)
async def remove_broker_keys(request: HubRequest) -> Template | Redirect:
    """Take the stored keys away."""
    try:
        await app_of(request).broker.remove_keys()
    except RejectedError as error:
        return await _refused(request, error)
    return Redirect(f"{HERE}&done=removed", status_code=303)


@post(f"{SETTINGS}/broker/test", guards=[require(Scope.RUN)], status_code=200)
async def try_broker(request: HubRequest) -> Template:
    """Ask the account, the clock and the market data, and show what they told; it costs and orders nothing."""
    try:
        told = await app_of(request).broker.test()
    except QuorateError as error:
        return await _refused(request, error)
    return await settings_page(request, BROKER, tested=told)


async def _refused(request: HubRequest, error: QuorateError) -> Template:
    return await settings_page(request, BROKER, status=HELD_BACK, notices=[refusal_notice(error)])
