"""`/admin/arena/profiles`: who may speak, and in which seat.

A switch posts, and the answer to a form is the list again; htmx gets the row, the counts and a notice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.agents.profile import AgentProfile, Role
from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.bootstrap import App, Check, ProfileChange
from quorate.hub.pages.notices import Notice, Tone, Undo, refusal_notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.roster import LIST, RosterQuery, read_query, seat_of, views_of
from quorate.hub.pages.shell import HubRequest, app_of, page, wants_part
from quorate.hub.pages.spending import Standing, spending_of
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import ProfileName

TITLE: Final = "Profiles"

PROMPTS: Final = "/admin/arena/prompts"

HELD_BACK: Final = 409
"""The status of a list whose profile could not be switched: as it stands, a rule holds it back."""

MOST_AT_ONCE: Final = 200
"""The profiles that one act may change."""

ROLES: Final = (("", "all"), *((role.value, spaced(role)) for role in Role))


Act = Callable[[str], Awaitable[ProfileChange]]
"""What is done to one profile."""


@dataclass(frozen=True, slots=True)
class Switched:
    """What became of the profiles that were chosen together."""

    applied: Sequence[str]
    refused: Mapping[str, RejectedError | ConflictError]


@get(LIST, guards=[require(Scope.READ)])
async def profiles(request: HubRequest) -> Template:
    """Show the registered profiles."""
    query = _asked(request)
    changed = request.query_params.getall("changed", [])
    return await _listed(request, query, changed=changed)


@post(f"{LIST}/{{name:str}}/enable", guards=[require(Scope.ADMIN)], status_code=200)
async def enable_profile(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Switch a profile on."""
    return await _switched(request, ProfileName(name), enabled=True)


@post(f"{LIST}/{{name:str}}/disable", guards=[require(Scope.ADMIN)], status_code=200)
async def disable_profile(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Switch a profile off."""
    return await _switched(request, ProfileName(name), enabled=False)


@post(f"{LIST}/switch", guards=[require(Scope.ADMIN)], status_code=200)
async def switch_profiles(request: HubRequest) -> Template | Redirect:
    """Switch the chosen profiles on, or off, or set what each may cost a day."""
    form = await request.form()
    query, chosen = (
        _asked(request),
        form.getall("name", [])[:MOST_AT_ONCE],
    )
    if form.get("act") == "budget":
        return await _budgeted(request, query, chosen, str(form.get("day", "")))
    enabled = form.get("act") == "enable"
    switched = await _changed(chosen, _switch(request, enabled=enabled))
    if wants_part(request) or switched.refused or not switched.applied:
        return await _listed(request, query, notices=told_switches(switched, enabled=enabled))
    return Redirect(query.after(switched.applied), status_code=303)


def _asked(request: HubRequest) -> RosterQuery:
    return read_query(request.query_params, request.query_params.dict())


async def _switched(
    request: HubRequest, name: ProfileName, *, enabled: bool
) -> Template | Redirect:
    query = _asked(request)
    try:
        change = await _switch(request, enabled=enabled)(name)
    except (RejectedError, ConflictError) as error:
        return await _refused(request, name, query, error)
    if not wants_part(request):
        return Redirect(query.after([name]), status_code=303)
    return await _row(request, query, change.profile, notice_of(change.profile, query))


async def _refused(
    request: HubRequest,
    name: ProfileName,
    query: RosterQuery,
    error: RejectedError | ConflictError,
) -> Template:
    """Return what a rule said, with the row as it is."""
    known = {each.name: each for each in await _everyone(app_of(request))}
    if name not in known:
        raise error
    notice = refusal_notice(error, about=f"profile {name}")
    if wants_part(request):
        return await _row(request, query, known[name], notice)
    return await _listed(request, query, notices=[notice], status=HELD_BACK)


async def _row(
    request: HubRequest,
    query: RosterQuery,
    profile: AgentProfile,
    notice: Notice,
) -> Template:
    known = await _everyone(app_of(request))
    return await page(
        request,
        "profiles/_changed.html",
        part="profiles/_changed.html",
        title=TITLE,
        section="profiles",
        profile=profile,
        notice=notice,
        seat_of=seat_of,
        providers=app_of(request).providers,
        query=query,
        standing=await _standing(app_of(request), [profile]),
        views=views_of(known, query),
    )


async def _listed(
    request: HubRequest,
    query: RosterQuery,
    *,
    changed: Sequence[str] = (),
    notices: Sequence[Notice] = (),
    status: int = 200,
) -> Template:
    app = app_of(request)
    known = await read(_everyone(app), "The profiles")
    registered = () if isinstance(known, Failed) else known
    shown = [profile for profile in registered if query.holds(profile)]
    standing = await _standing(app, shown)
    return await page(
        request,
        "profiles/index.html",
        part="profiles/_answer.html",
        title=TITLE,
        section="profiles",
        status=status,
        notices=[*notices, *told_changes(registered, changed, query)],
        known=known,
        shown=shown,
        standing=standing,
        short=[
            (profile, standing.spending[profile.name])
            for profile in shown
            if profile.enabled and profile.name in dict(standing.nearly_out)
        ],
        tabs=roster_tabs("profiles"),
        views=views_of(registered, query),
        query=query,
        roles=ROLES,
        seat_of=seat_of,
        providers=app.providers,
        quorum=quorum_warning(await read(app.setup_checks(), "The setup")),
    )


def roster_tabs(shown: str) -> Sequence[tuple[str, str, bool]]:
    """Return the pages on who speaks and what they are told: label, address, whether it is shown."""
    return [
        ("Profiles", LIST, shown == "profiles"),
        ("Prompts and role templates", PROMPTS, shown == "prompts"),
    ]


async def _everyone(app: App) -> Sequence[AgentProfile]:
    return [each.profile for each in await app.registry.roster()]


async def _standing(app: App, profiles: Sequence[AgentProfile]) -> Standing:
    """Return what models cost today and how they failed; what cannot be read is left out."""
    lines = await read(app.money.budgets(), "The budgets")
    failures = await read(app.registry.last_failures(), "The failed calls")
    return Standing(
        spending={} if isinstance(lines, Failed) else spending_of(profiles, lines),
        failures={} if isinstance(failures, Failed) else failures,
    )


async def _budgeted(
    request: HubRequest, query: RosterQuery, names: Sequence[str], day: str
) -> Template | Redirect:
    """Set what each of the chosen profiles may cost a day."""
    registry, by = app_of(request).registry, principal_of(request).name
    changed = await _changed(
        names, lambda name: registry.edit(name, {"budgetPerDayUsd": day}, by=by)
    )
    return await _listed(request, query, notices=told_budgets(changed, day.strip()))


def _switch(request: HubRequest, *, enabled: bool) -> Act:
    registry, by = app_of(request).registry, principal_of(request).name
    return lambda name: registry.switch(name, enabled=enabled, by=by)


async def _changed(names: Sequence[str], act: Act) -> Switched:
    """Change each profile; one that a rule holds back does not hold back the others."""
    applied: list[str] = []
    refused: dict[str, RejectedError | ConflictError] = {}
    for name in names:
        try:
            change = await act(name)
        except (RejectedError, ConflictError) as error:
            refused[name] = error
        else:
            applied += [name] if change.applied else []
    return Switched(applied, refused)


def told_changes(
    known: Sequence[AgentProfile], changed: Sequence[str], query: RosterQuery
) -> Sequence[Notice]:
    """Return what to say of the profiles that the address names as changed, as they are now."""
    named = [profile for profile in known if profile.name in changed]
    if len(named) == 1:
        return [notice_of(named[0], query)]
    by_state = {on: [p.name for p in named if p.enabled is on] for on in (True, False)}
    return [all_notice(names, enabled=on) for on, names in by_state.items() if names]


def notice_of(profile: AgentProfile, query: RosterQuery) -> Notice:
    """Return what to say once a profile was switched, with the way back."""
    on = profile.enabled
    way_back = f"{LIST}/{profile.name}/{'disable' if on else 'enable'}{query.tail}"
    return Notice(
        tone=Tone.GAIN,
        title=f"Profile {profile.name} is {'on' if on else 'off'}.",
        about=f"profile {profile.name}",
        text=_from_now(enabled=on),
        undo=Undo("Undo", way_back, f"#profile-{profile.name}"),
    )


def told_switches(switched: Switched, *, enabled: bool) -> Sequence[Notice]:
    """Return what to say once the chosen profiles were switched: those that changed, and those held back."""
    changed = all_notice(switched.applied, enabled=enabled)
    held = [_held_back(switched.refused, enabled=enabled)] if switched.refused else []
    return [changed, *held] if switched.applied or not held else held


def told_budgets(changed: Switched, day: str) -> Sequence[Notice]:
    """Return what to say once budgets were set: of those that changed, and of those held back."""
    held = []
    if changed.refused:
        first = refusal_notice(next(iter(changed.refused.values())))
        title = f"The budget of {enumeration(list(changed.refused))} could not be set."
        held = [Notice(tone=Tone.LOSS, title=title, text=f"{first.title} {first.text}")]
    if not changed.applied:
        text = "No profile was chosen whose budget was another one."
        return held or [Notice(tone=Tone.INFO, title="Nothing was changed.", text=text)]
    size = f"${day.removeprefix('$')}" if day and day.lower() != "none" else "everybody's limit"
    title = f"A day's budget set to {size}: {enumeration(changed.applied)}."
    text = "It holds from the next model call on."
    return [Notice(tone=Tone.GAIN, title=title, text=text), *held]


def all_notice(names: Sequence[str], *, enabled: bool) -> Notice:
    """Return what to say of the profiles that are as wished now; that there is none is said too."""
    word = "on" if enabled else "off"
    if not names:
        text = f"No profile was chosen that was not {word} already."
        return Notice(tone=Tone.INFO, title="Nothing was changed.", text=text)
    title = f"{count(len(names), 'profile')} switched {word}: {enumeration(names)}."
    return Notice(tone=Tone.GAIN, title=title, text=_from_now(enabled=enabled, many=len(names) > 1))


def _held_back(refused: Mapping[str, RejectedError | ConflictError], *, enabled: bool) -> Notice:
    first = refusal_notice(next(iter(refused.values())))
    title = f"{enumeration(list(refused))} could not be switched {'on' if enabled else 'off'}."
    return Notice(tone=Tone.LOSS, title=title, text=f"{first.title} {first.text}")


def quorum_warning(checks: Sequence[Check] | Failed) -> str:
    """Return what is wrong with the number of voters; empty when there are enough."""
    if isinstance(checks, Failed):
        return ""
    return next(
        (check.detail for check in checks if check.name == "rule agents" and not check.ok), ""
    )


def _from_now(*, enabled: bool, many: bool = False) -> str:
    return f"{'They are' if many else 'It is'} {'' if enabled else 'not '}in runs from now on."
