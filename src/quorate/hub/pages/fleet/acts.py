"""What a person does about workers and agents: drain, set aside, take back; each confirmed by a form."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.arbiter.routing import Standing
from quorate.hub.pages.fleet.page import shown
from quorate.hub.pages.fleet.query import LIST, FleetQuery, read_query
from quorate.hub.pages.forms import entered
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.errors import ConflictError, RejectedError, UnavailableError

HELD_BACK: Final = 409
LONGEST_REASON: Final = 200
REFUSALS = (RejectedError, ConflictError, UnavailableError)
UNSAID: Final = "asked for on the fleet page"
"""The reason of an act that was given none."""


class Act(StrEnum):
    """What can be done about a worker or an agent."""

    DRAIN = "drain"
    STOP_DRAIN = "stop-drain"
    QUARANTINE = "quarantine"
    RESTORE = "restore"


STANDINGS: Final[Mapping[Act, Standing]] = {
    Act.DRAIN: Standing.DRAINING,
    Act.STOP_DRAIN: Standing.IN_SERVICE,
    Act.QUARANTINE: Standing.QUARANTINED,
    Act.RESTORE: Standing.IN_SERVICE,
}


@post(f"{LIST}/workers/{{name:str}}/{{act:str}}", guards=[require(Scope.ADMIN)], status_code=200)
async def change_worker(
    request: HubRequest, name: FromPath[str], act: FromPath[str]
) -> Template | Redirect:
    """Drain a worker, take that back, set it aside, or restore it."""
    wanted, fields = _act(act), (await request.form()).dict()
    desk, by = app_of(request).fleet, principal_of(request).name
    try:
        match wanted:
            case Act.DRAIN:
                await desk.drain(name, by)
            case Act.STOP_DRAIN:
                await desk.stop_drain(name, by)
            case Act.QUARANTINE:
                await desk.quarantine(name, by, _reason(fields))
            case Act.RESTORE:
                await desk.restore(name, by)
    except REFUSALS as error:
        notice = refusal_notice(error, about="fleet")
        return await shown(request, _back(fields), notices=(notice,), status=HELD_BACK)
    return Redirect(_back(fields).href, status_code=303)


@post(f"{LIST}/agents/{{name:str}}/{{act:str}}", guards=[require(Scope.ADMIN)], status_code=200)
async def change_agent(
    request: HubRequest, name: FromPath[str], act: FromPath[str]
) -> Template | Redirect:
    """Drain an agent, set it aside, or have it asked again."""
    wanted, fields = _act(act), (await request.form()).dict()
    by = principal_of(request).name
    try:
        await app_of(request).routing.stand(name, STANDINGS[wanted], reason=_reason(fields), by=by)
    except REFUSALS as error:
        notice = refusal_notice(error, about="fleet")
        return await shown(request, _back(fields), notices=(notice,), status=HELD_BACK)
    return Redirect(_back(fields).href, status_code=303)


def _act(text: str) -> Act:
    if text not in {*Act}:
        raise RefusedError("there is no such act", slug="not-found")
    return Act(text)


def _reason(fields: Mapping[str, list[str]]) -> str:
    return entered(fields, "reason")[:LONGEST_REASON] or UNSAID


def _back(fields: Mapping[str, list[str]]) -> FleetQuery:
    """Return the list that a form came from."""
    return read_query(fields)
