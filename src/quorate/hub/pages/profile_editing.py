"""`/admin/arena/profiles/new` and `/{name}`: a profile made, edited, looked back on and archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.agents.history import ProfileStep, version_in
from quorate.agents.profile import UnfitProfileError
from quorate.agents.prompts.library import PromptVersion
from quorate.agents.registry import RegisteredProfile
from quorate.agents.role_templates import ROLE_TEMPLATES
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.hub.pages.profile_form import (
    LABELS,
    MODES,
    TIERS,
    TOOLS,
    ProfileForm,
    errors_of,
    form_for,
    form_of,
    read_form,
)
from quorate.hub.pages.prompt_view import compared, prompt_choice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.roster import LIST, seat_of
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.pages.spending import spending_of
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.problems import status_of

SECTION: Final = "profiles"
NEW: Final = f"{LIST}/new"
ROLES: Final = tuple((role, role) for role in ROLE_TEMPLATES)


@get(NEW, guards=[require(Scope.ADMIN)])
async def new_profile(request: HubRequest) -> Template:
    """Show the form of a new profile, filled in by the template of the role that the address names."""
    wanted = request.query_params.get("role", "")
    template = ROLE_TEMPLATES.get(wanted, next(iter(ROLE_TEMPLATES.values())))
    return await _new(request, form_for(template))


@post(NEW, guards=[require(Scope.ADMIN)], status_code=200)
async def create_profile(request: HubRequest) -> Template | Redirect:
    """Make the profile and go to its page."""
    fields = (await request.form()).dict()
    form = read_form(fields)
    asked = {**form.asked, "name": form.name, "role": form.role}
    enabled = bool(fields.get("enable"))
    try:
        change = await app_of(request).registry.add(
            asked, enabled=enabled, by=principal_of(request).name
        )
    except UnfitProfileError as error:
        return await _new(request, replace(form, errors=errors_of(error)), status=422)
    except (RejectedError, ConflictError) as error:
        return await _new(request, form, notice=refusal_notice(error), status=409)
    return Redirect(f"{LIST}/{change.profile.name}?done=made", status_code=303)


@get(f"{LIST}/{{name:str}}", guards=[require(Scope.READ)])
async def profile_page(request: HubRequest, name: FromPath[str]) -> Template:
    """Show a profile: its settings to edit, or its history."""
    registered = await app_of(request).registry.profile(name)
    done = request.query_params.get("done", "")
    notice = _DONE.get(done)
    if request.query_params.get("tab") == "history":
        return await _history(request, registered)
    form = form_of(registered.profile, registered.revision)
    return await _edit(request, registered, form, notice=notice)


@post(f"{LIST}/{{name:str}}", guards=[require(Scope.ADMIN)], status_code=200)
async def edit_profile(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Give the profile its next version, unless somebody else did since the form was read."""
    registry = app_of(request).registry
    registered = await registry.profile(name)
    form = read_form((await request.form()).dict())
    by = principal_of(request).name
    asked = form.asked_of_rules if registered.profile.is_rule_agent else form.asked
    try:
        change = await registry.edit(name, asked, seen=form.seen or None, by=by)
    except UnfitProfileError as error:
        wrong = replace(form, errors=errors_of(error))
        return await _edit(request, registered, wrong, status=422)
    except (RejectedError, ConflictError) as error:
        notice = refusal_notice(error, about=f"profile {name}")
        return await _edit(request, registered, form, notice=notice, status=status_of(error.slug))
    said = "saved" if change.applied else "same"
    return Redirect(f"{LIST}/{name}?done={said}", status_code=303)


@post(f"{LIST}/{{name:str}}/archive", guards=[require(Scope.ADMIN)], status_code=200)
async def archive_profile(request: HubRequest, name: FromPath[str]) -> Redirect:
    """Take the profile off the roster for good."""
    await app_of(request).registry.archive(name, by=principal_of(request).name)
    return Redirect(f"{LIST}/{name}?tab=history", status_code=303)


@get(f"{LIST}/{{name:str}}/prompt", guards=[require(Scope.READ)])
async def profile_prompt(request: HubRequest, name: FromPath[str]) -> Template:
    """Show how the prompt that is chosen differs from the one in use: a part of the form."""
    registered = await app_of(request).registry.profile(name)
    chosen = request.query_params.get("promptTemplate", registered.profile.prompt_template)
    choice = prompt_choice(await _prompts(request, registered), registered.profile, chosen)
    return Template("profiles/_prompt_text.html", context={"choice": choice})


async def _new(
    request: HubRequest, form: ProfileForm, *, notice: Notice | None = None, status: int = 200
) -> Template:
    template = ROLE_TEMPLATES.get(form.role, next(iter(ROLE_TEMPLATES.values())))
    library = await app_of(request).prompts.library()
    versions = [each for each in library if each.template.role is template.role]
    chosen = [
        each for each in versions if each.template.template_id == form.value("promptTemplate")
    ]
    return await page(
        request,
        "profiles/new.html",
        title="New profile",
        section=SECTION,
        status=status,
        notices=[notice] if notice else [],
        form=form,
        role=template,
        versions=versions,
        choice=compared(None, chosen[0] if chosen else versions[0]),
        roles=ROLES,
        tiers=TIERS,
        modes=MODES,
        tools=TOOLS,
        new_href=NEW,
        providers=sorted(app_of(request).providers),
    )


async def _edit(
    request: HubRequest,
    registered: RegisteredProfile,
    form: ProfileForm,
    *,
    notice: Notice | None = None,
    status: int = 200,
) -> Template:
    app, profile = app_of(request), registered.profile
    lines = await read(app.money.budgets(), "The budgets")
    spending = {} if isinstance(lines, Failed) else spending_of([profile], lines)
    failures = await read(app.registry.last_failures(), "The failed calls")
    steps = await app.registry.history(profile.name)
    versions = await _prompts(request, registered)
    chosen = form.value("promptTemplate") or profile.prompt_template
    return await page(
        request,
        "profiles/edit.html",
        title=profile.label,
        section=SECTION,
        status=status,
        notices=[notice] if notice else [],
        tab="settings",
        profile=profile,
        version=registered.version,
        form=form,
        seat=seat_of(profile),
        steps=versions_of(steps),
        versions=versions,
        choice=prompt_choice(versions, profile, chosen),
        spending=spending.get(profile.name),
        failure=None if isinstance(failures, Failed) else failures.get(profile.name),
        tiers=TIERS,
        modes=MODES,
        tools=TOOLS,
        providers=app.providers,
        labels=LABELS,
    )


async def _history(request: HubRequest, registered: RegisteredProfile) -> Template:
    profile = registered.profile
    steps = await app_of(request).registry.history(profile.name)
    wanted = request.query_params.get("version", "")
    shown = version_in(steps, int(wanted)) if wanted.isdecimal() and len(wanted) < 9 else None
    return await page(
        request,
        "profiles/history.html",
        title=f"{profile.label}, history",
        section=SECTION,
        tab="history",
        profile=profile,
        version=registered.version,
        steps=list(reversed(steps)),
        shown=shown,
        shown_form=form_of(shown.profile, "") if shown else None,
        labels=LABELS,
    )


async def _prompts(request: HubRequest, registered: RegisteredProfile) -> list[PromptVersion]:
    """Return the versions of the prompt of the profile's role, oldest first."""
    library = await app_of(request).prompts.library()
    return [each for each in library if each.template.role is registered.profile.role]


def versions_of(steps: Sequence[ProfileStep]) -> list[ProfileStep]:
    """Return the steps that made a version, newest first."""
    made = [step for step in steps if step.kind not in {"enabled", "disabled", "archived"}]
    return list(reversed(made))


_DONE: Final = {
    "made": Notice(
        tone=Tone.GAIN,
        title="The profile is made.",
        text="Switch it on to have it in runs from now on.",
    ),
    "saved": Notice(
        tone=Tone.GAIN, title="Saved as the next version.", text="Runs from now on use it."
    ),
    "same": Notice(
        tone=Tone.INFO, title="Nothing was changed.", text="The form says what stood there."
    ),
}
