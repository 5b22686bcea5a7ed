"""`/admin/settings?tab=presets`: which tiers of models the router may ask, and the choice between them."""

from __future__ import annotations

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.hub.pages.notices import refusal_notice
from quorate.hub.pages.settings.tabs import HELD_BACK, PRESETS, SETTINGS, settings_page
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.llm.preset import preset_named

CONFIGURED = "configured"
"""The word that gives the choice back to the configuration."""


@post(f"{SETTINGS}/presets/{{name:str}}/apply", guards=[require(Scope.ADMIN)], status_code=200)
async def apply_preset(request: HubRequest, name: FromPath[str]) -> Template | Redirect:
    """Let a preset hold from the next run on."""
    version = str((await request.form()).get("version", ""))
    presets = app_of(request).models.presets
    try:
        wanted = None if name == CONFIGURED else preset_named(name)
        seen = int(version) if version.isdecimal() else None
        change = await presets.apply(wanted, version=seen)
    except (RejectedError, ConflictError) as error:
        notices = [refusal_notice(error)]
        return await settings_page(request, PRESETS, status=HELD_BACK, notices=notices)
    address = f"{SETTINGS}?tab={PRESETS}&applied={change.in_force.preset}"
    return Redirect(address, status_code=303)
