"""`/admin/arena/prompts`: what each role is told, in versions, two of them beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from litestar import get, post
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.agents.prompts import frame_text
from quorate.agents.prompts.library import MAX_NOTE, MAX_TEXT, PromptVersion
from quorate.agents.role_templates import ROLE_TEMPLATES
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.hub.pages.profiles import PROMPTS, roster_tabs
from quorate.hub.pages.prompt_view import compared
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import RejectedError

TITLE: Final = "Prompts and role templates"


@get(PROMPTS, guards=[require(Scope.READ)])
async def prompts(request: HubRequest) -> Template:
    """Show the prompts of a role, and how two of its versions differ."""
    return await _shown(request)


@post(PROMPTS, guards=[require(Scope.ADMIN)], status_code=200)
async def add_prompt(request: HubRequest) -> Template | Redirect:
    """Keep a text as the next version of a role's prompt."""
    form = await request.form()
    role, text, note = (str(form.get(key, "")) for key in ("role", "text", "note"))
    by = principal_of(request).name
    try:
        change = await app_of(request).prompts.add(role, text, note=note, by=by)
    except RejectedError as error:
        notice = refusal_notice(error)
        return await _shown(request, role=role, entered=(text, note), notices=[notice], status=422)
    template = change.prompt.template
    done = "added" if change.applied else "same"
    href = f"{PROMPTS}?role={role}&to={template.version}&done={done}"
    return Redirect(href, status_code=303)


async def _shown(
    request: HubRequest,
    *,
    role: str = "",
    entered: tuple[str, str] | None = None,
    notices: Sequence[Notice] = (),
    status: int = 200,
) -> Template:
    params = request.query_params
    wanted = role or params.get("role", "")
    template = ROLE_TEMPLATES.get(wanted, next(iter(ROLE_TEMPLATES.values())))
    app = app_of(request)
    library = await app.prompts.library()
    own = [each for each in library if each.template.role is template.role]
    after = _version(own, params.get("to", ""), own[-1])
    before = _version(own, params.get("from", ""), own[max(own.index(after) - 1, 0)])
    users = [each for each in await app.profiles() if each.role is template.role]
    done = _DONE.get(params.get("done", ""))
    return await page(
        request,
        "prompts/index.html",
        title=TITLE,
        section="profiles",
        status=status,
        notices=[*notices, *([done] if done else [])],
        tabs=roster_tabs("prompts"),
        role=template,
        roles=[(each, _count(library, each)) for each in ROLE_TEMPLATES],
        versions=list(reversed(own)),
        users=users,
        before=before,
        after=after,
        choice=compared(before, after),
        frame=frame_text("the symbols of the run"),
        text=entered[0] if entered else after.template.text,
        note=entered[1] if entered else "",
        most_text=MAX_TEXT,
        most_note=MAX_NOTE,
        next_version=own[-1].template.version + 1,
    )


def _version(own: Sequence[PromptVersion], wanted: str, otherwise: PromptVersion) -> PromptVersion:
    return next((each for each in own if str(each.template.version) == wanted), otherwise)


def _count(library: Sequence[PromptVersion], role: str) -> int:
    return sum(each.template.role.value == role for each in library)


_DONE: Final = {
    "added": Notice(
        tone=Tone.GAIN,
        title="The version is kept.",
        text="Profiles go on with theirs; choose it on a profile's page.",
    ),
    "same": Notice(
        tone=Tone.INFO, title="Nothing was added.", text="This version says so already."
    ),
}
