"""`/arena/profiles`, the changes: made, edited, archived, and several at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from litestar import Response, delete, patch, post
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.bootstrap import ProfileChange
from quorate.hub.api.asking import wrong
from quorate.hub.api.headers import IfMatch
from quorate.hub.api.profile_shapes import (
    BulkDone,
    BulkResult,
    NewProfile,
    ProfileBulk,
    ProfileChanged,
    ProfileEdit,
)
from quorate.hub.api.profiles import changed, named, seen_of
from quorate.hub.api.spending import without_key
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import ConflictError, RejectedError

ACTS: Final = ("enable", "disable", "setBudget")
BUDGETS: Final = ("budgetPerDayUsd", "budgetPerRunUsd")

Act = Callable[[str], Awaitable[ProfileChange]]


@post("/arena/profiles", guards=[require(Scope.ADMIN)], summary="Make a profile")
async def create_profile(
    request: AnyRequest, data: JSONBody[NewProfile]
) -> Response[ProfileChanged]:
    """Make a profile on top of its role's template; it is disabled unless told."""
    asked = _asked(data)
    enabled = bool(asked.pop("enabled", False))
    by = principal_of(request).name
    with without_key():
        change = await app_in(request).registry.add(asked, enabled=enabled, by=by)
    name = change.profile.name
    answer = await changed(request, name, applied=change.applied, status=201)
    answer.headers["Location"] = f"/api/admin/arena/profiles/{name}"
    return answer


@patch("/arena/profiles/{name:str}", guards=[require(Scope.ADMIN)], summary="Edit a profile")
async def edit_profile(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[ProfileEdit],
    if_match: IfMatch = None,
) -> Response[ProfileChanged]:
    """Give a profile its next version; runs that were made keep the one that they ran with."""
    found = (await named(request, name)).profile.name
    by = principal_of(request).name
    change = await app_in(request).registry.edit(found, _asked(data), seen=seen_of(if_match), by=by)
    return await changed(request, found, applied=change.applied)


@delete(
    "/arena/profiles/{name:str}",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Archive a profile",
)
async def archive_profile(
    request: AnyRequest, name: FromPath[str], if_match: IfMatch = None
) -> Response[ProfileChanged]:
    """Take a profile off the roster for good; its history and its runs stay."""
    found = (await named(request, name)).profile.name
    by = principal_of(request).name
    change = await app_in(request).registry.archive(found, seen=seen_of(if_match), by=by)
    return await changed(request, found, applied=change.applied)


@post(
    "/arena/profiles:bulk",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Change several profiles",
)
async def change_profiles(request: AnyRequest, data: JSONBody[ProfileBulk]) -> BulkDone:
    """Switch several profiles, or set their budgets; each for itself."""
    act = _act(request, data)
    items = [await _result(name, act) for name in dict.fromkeys(data.names)]
    return BulkDone(
        target=data.act,
        applied=any(item.applied for item in items),
        dry_run=False,
        items=tuple(items),
    )


def _act(request: AnyRequest, data: ProfileBulk) -> Act:
    registry, by = app_in(request).registry, principal_of(request).name
    asked = {key: value for key, value in _asked(data).items() if key in BUDGETS}
    if data.act not in ACTS:
        raise wrong("/act", f"one of {', '.join(ACTS)}")
    if data.act == "setBudget":
        if not asked:
            raise wrong("/budgetPerDayUsd", "name the budget to set, a day's or a run's")
        return lambda name: registry.edit(name, asked, by=by)
    return lambda name: registry.switch(name, enabled=data.act == "enable", by=by)


async def _result(name: str, act: Act) -> BulkResult:
    try:
        change = await act(name)
    except (RejectedError, ConflictError) as error:
        return BulkResult(name=name, applied=False, problem=str(error))
    return BulkResult(name=name, applied=change.applied, problem=None)


def _asked(data: msgspec.Struct) -> dict[str, object]:
    """Return what a body names, under the names of the wire."""
    tree = msgspec.to_builtins(data)
    return dict(tree) if isinstance(tree, dict) else {}
