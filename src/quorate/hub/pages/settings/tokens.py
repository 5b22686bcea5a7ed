"""`/admin/settings?tab=tokens`: who may come in, tokens for programs made and taken back, a secret shown this once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from litestar import post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.access.issuing import MAX_TOKEN_LIFE
from quorate.arena.record.phrases import count
from quorate.hub.pages.forms import entered, wrong
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.hub.pages.settings.tabs import HELD_BACK, SETTINGS, TOKENS, settings_page
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.parts import parts_of
from quorate.hub.security.principal import require
from quorate.kernel.errors import RejectedError

HERE: Final = f"{SETTINGS}?tab={TOKENS}"
MOST: Final = 200
"""Tokens that one form takes back. Ours: as many as a list of the API has."""


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret: in the answer to the form that made it, and nowhere else."""

    name: str
    secret: str


@post(f"{SETTINGS}/tokens", guards=[require(Scope.ADMIN, step_up=True)], status_code=200)
async def make_token(request: HubRequest) -> Template:
    """Make a token for a program, and show its secret this once."""
    form = await request.form()
    name, scopes = entered(form.dict(), "name"), [str(each) for each in form.getall("scope", [])]
    try:
        life = _days(entered(form.dict(), "days"))
        secret, token = await app_of(request).create_token(name, _scopes(scopes), life)
    except RejectedError as error:
        notices = [refusal_notice(error)]
        return await settings_page(request, TOKENS, status=HELD_BACK, notices=notices)
    return await settings_page(request, TOKENS, made=MadeToken(token.name, secret))


@post(f"{SETTINGS}/tokens/revoke", guards=[require(Scope.ADMIN)], status_code=200)
async def revoke_tokens(request: HubRequest) -> Template | Redirect:
    """Take the chosen tokens back for good; their streams end."""
    parts = parts_of(request)
    chosen = [str(each) for each in (await request.form()).getall("token", [])][:MOST]
    applied, held = 0, list[Notice]()
    for token_id in dict.fromkeys(chosen):
        try:
            applied += (await parts.app.revoke_token(token_id)).applied
        except RejectedError as error:
            held.append(refusal_notice(error))
        else:
            parts.broadcast.end_of(token_id)
    if held:
        return await settings_page(request, TOKENS, status=HELD_BACK, notices=held)
    return Redirect(f"{HERE}&revoked={applied}", status_code=303)


def told_of_revoked(text: str) -> Sequence[Notice]:
    """Return what to say of the number of tokens that the address tells."""
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST):
        return []
    if int(text) == 0:
        said = "No token was chosen that was still good."
        return [Notice(tone=Tone.INFO, title="Nothing was changed.", text=said)]
    title = f"{count(int(text), 'token')} taken back."
    return [Notice(tone=Tone.GAIN, title=title, text="No program comes in with it any more.")]


def _scopes(chosen: Sequence[str]) -> Sequence[Scope]:
    try:
        return [Scope(each) for each in chosen]
    except ValueError:
        raise wrong("a scope was sent that there is none of", "choose among those shown") from None


def _days(text: str) -> timedelta:
    """Return a life; its limits are the grant's to check, longer texts are none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_TOKEN_LIFE.days))):
        raise wrong(f"{text!r} is no number of days", f"write 1 to {MAX_TOKEN_LIFE.days}")
    return timedelta(days=int(text))
