"""`/admin/settings?tab=tokens`: the browsers that are signed in, signed out from here. Source: RELIABILITY 6.4."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arena.record.phrases import count
from quorate.hub.pages.chosen import MOST, Outcome, act_on, told
from quorate.hub.pages.notices import Notice, Tone
from quorate.hub.pages.settings.tabs import HELD_BACK, SETTINGS, TOKENS, settings_page
from quorate.hub.pages.shell import HubRequest
from quorate.hub.parts import Parts, parts_of
from quorate.hub.security.principal import principal_of, require
from quorate.hub.signed_in import sign_out, signed_in


@post(f"{SETTINGS}/sign-ins/close", guards=[require(Scope.ADMIN)], status_code=200)
async def sign_out_browsers(request: HubRequest) -> Template | Redirect:
    """Sign the chosen browsers out for good, or with `act=others` all but the one that asks."""
    form, parts = await request.form(), parts_of(request)
    others = form.get("act") == "others"
    chosen = [str(each) for each in form.getall("session", [])]
    if others:
        own = principal_of(request).session_id
        chosen = [each.id for each in await signed_in(parts) if each.id != own]
    outcome = await _signed_out(parts, chosen)
    if outcome.refused and not others:
        notices = told(outcome, "browser", "signed out")
        return await settings_page(request, TOKENS, status=HELD_BACK, notices=notices)
    return Redirect(f"{SETTINGS}?tab={TOKENS}&signedOut={outcome.applied}", status_code=303)


def told_of_signed_out(text: str) -> Sequence[Notice]:
    """Return what to say of the number of browsers that the address tells."""
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST):
        return []
    if int(text) == 0:
        said = "No other browser was signed in."
        return [Notice(tone=Tone.INFO, title="Nothing was changed.", text=said)]
    title = f"{count(int(text), 'browser')} signed out."
    return [Notice(tone=Tone.GAIN, title=title, text="Each comes in by a new link alone.")]


async def _signed_out(parts: Parts, chosen: Sequence[str]) -> Outcome:
    async def end(session_id: str) -> bool:
        await sign_out(parts, session_id)
        return True

    return await act_on(chosen, end)
