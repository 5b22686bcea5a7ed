"""`/arena/profiles`: who may speak, and the switch of each.

A profile's ETag is its revision; who sends it back as `If-Match` changes what was seen, or nothing.
"""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from quorate.access import Scope
from quorate.agents.history import version_in
from quorate.agents.registry import RegisteredProfile
from quorate.agents.role_templates import ROLE_TEMPLATES
from quorate.hub.api import asking
from quorate.hub.api.headers import IfMatch
from quorate.hub.api.profile_shapes import (
    ProfileChanged,
    ProfileHistory,
    ProfileList,
    ProfileShape,
    RoleTemplateList,
    history_item,
    profile_shape,
    shape_of,
    template_shape,
)
from quorate.hub.api.spending import without_key
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.stamps import stamp


@get("/arena/profiles", guards=[require(Scope.READ)], summary="List profiles")
async def profiles(request: AnyRequest, archived: FromQuery[bool] = False) -> ProfileList:  # noqa: FBT002
    """List the profiles; those that were archived only where they are asked for."""
    app = app_in(request)
    shown = [each for each in await app.registry.roster() if archived or not each.profile.archived]
    return ProfileList(read_at=stamp(app.clock.now()), items=tuple(map(profile_shape, shown)))


@get("/arena/role-templates", guards=[require(Scope.READ)], summary="List role templates")
async def role_templates(request: AnyRequest) -> RoleTemplateList:
    """List what a new profile of each role starts from."""
    items = tuple(template_shape(template) for template in ROLE_TEMPLATES.values())
    return RoleTemplateList(read_at=stamp(app_in(request).clock.now()), items=items)


@get("/arena/profiles/{name:str}", guards=[require(Scope.READ)], summary="A profile")
async def profile(
    request: AnyRequest, name: FromPath[str], version: FromQuery[int | None] = None
) -> Response[ProfileShape]:
    """Return a profile with its ETag, or one of its former versions."""
    found = await named(request, name)
    if version is None:
        return Response(profile_shape(found), headers={"ETag": etag_of(found)})
    step = version_in(await app_in(request).registry.history(found.profile.name), version)
    return Response(shape_of(step.profile, step.version))


@get(
    "/arena/profiles/{name:str}/history",
    guards=[require(Scope.READ)],
    summary="A profile's history",
)
async def profile_history(request: AnyRequest, name: FromPath[str]) -> ProfileHistory:
    """Return who did what to a profile and when, newest first."""
    app, found = app_in(request), await named(request, name)
    steps = await app.registry.history(found.profile.name)
    return ProfileHistory(
        read_at=stamp(app.clock.now()),
        name=found.profile.name,
        items=tuple(history_item(step) for step in reversed(steps)),
    )


@post(
    "/arena/profiles/{name:str}/enable",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Let a profile speak",
)
async def enable_profile(
    request: AnyRequest, name: FromPath[str], if_match: IfMatch = None
) -> Response[ProfileChanged]:
    """Let a profile take part in runs."""
    return await _switch(request, name, if_match, enabled=True)


@post(
    "/arena/profiles/{name:str}/disable",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Keep a profile out",
)
async def disable_profile(
    request: AnyRequest, name: FromPath[str], if_match: IfMatch = None
) -> Response[ProfileChanged]:
    """Keep a profile out of runs."""
    return await _switch(request, name, if_match, enabled=False)


def etag_of(registered: RegisteredProfile) -> str:
    """Return what tells this state of a profile from every other."""
    return f'"{registered.revision}"'


def seen_of(if_match: str | None) -> str | None:
    """Return the revision that a caller has seen, None where any will do."""
    return None if if_match in {None, "*"} else str(if_match).strip('"')


async def named(request: AnyRequest, name: str) -> RegisteredProfile:
    """Return the profile that an address names."""
    wanted = asking.profile(name, "the name in the address")
    known = {each.profile.name: each for each in await app_in(request).registry.roster()}
    if wanted not in known:
        raise RefusedError(f"there is no profile '{wanted}'", slug="not-found")
    return known[wanted]


async def changed(
    request: AnyRequest, name: str, *, applied: bool, status: int = 200
) -> Response[ProfileChanged]:
    """Return the answer to a change: the profile as it stands now, with its ETag."""
    found = await app_in(request).registry.profile(name)
    body = ProfileChanged(target=name, applied=applied, dry_run=False, profile=profile_shape(found))
    return Response(body, headers={"ETag": etag_of(found)}, status_code=status)


async def _switch(
    request: AnyRequest, name: str, if_match: str | None, *, enabled: bool
) -> Response[ProfileChanged]:
    found = (await named(request, name)).profile.name
    seen, by = seen_of(if_match), principal_of(request).name
    with without_key():
        change = await app_in(request).registry.switch(found, enabled=enabled, seen=seen, by=by)
    return await changed(request, found, applied=change.applied)
