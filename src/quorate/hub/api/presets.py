"""`/arena/router-presets`: which tiers of models may be asked, and the choice between them.

The ETag of `active` counts the choices; who sends it back as `If-Match` replaces what was seen, or nothing.
"""

from __future__ import annotations

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.bootstrap.presets import PowerThresholds, PresetChange
from quorate.hub.api.headers import IfMatch, require_unchanged
from quorate.hub.api.model_shapes import (
    LadderShape,
    PresetApplied,
    PresetChosen,
    PresetList,
    PresetShape,
    RungShape,
    ThresholdsShape,
)
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp
from quorate.llm.model_listing import PresetView
from quorate.llm.preset import preset_named

ACTIVE = "active"


@get("/arena/router-presets", guards=[require(Scope.READ)], summary="List router presets")
async def router_presets(request: AnyRequest) -> PresetList:
    """List the presets, the cheapest first."""
    app = app_in(request)
    limits = await app.models.presets.thresholds()
    items = tuple(_shape(view, limits) for view in await app.models.presets.listed())
    return PresetList(read_at=stamp(app.clock.now()), items=items)


@get("/arena/router-presets/{name:str}", guards=[require(Scope.READ)], summary="A router preset")
async def router_preset(request: AnyRequest, name: FromPath[str]) -> Response[PresetShape]:
    """Return a preset, or the one in force under the name `active`, with its ETag."""
    presets = app_in(request).models.presets
    wanted = (await presets.in_force()).preset.value if name == ACTIVE else name
    view = await presets.shown(wanted)
    etag = etag_of(view.in_force.version)
    return Response(_shape(view, await presets.thresholds()), headers={"ETag": etag})


@put("/arena/router-presets/{name:str}", guards=[require(Scope.ADMIN)], summary="Choose a preset")
async def choose_preset(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[PresetChosen],
    if_match: IfMatch = None,
) -> Response[PresetApplied]:
    """Put a preset in the place of `active`; null gives the choice back to the configuration.

    The packaged presets themselves cannot be replaced.
    """
    if name != ACTIVE:
        preset_named(name)
        raise RefusedError(
            f"the preset '{name}' is packaged and stays as it is",
            slug="conflict",
            effect="nothing was changed",
            fix="put the choice to `active`; ladders and tiers stand in the configuration",
        )
    return await _applied(request, data.preset, if_match)


@post(
    "/arena/router-presets/{name:str}/apply",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Apply a preset",
)
async def apply_preset(
    request: AnyRequest, name: FromPath[str], if_match: IfMatch = None
) -> Response[PresetApplied]:
    """Let this preset hold from the next run on, in every process."""
    return await _applied(request, name, if_match)


def etag_of(version: int) -> str:
    """Return what tells this choice from every other."""
    return f'"preset-{version}"'


async def _applied(
    request: AnyRequest, name: str | None, if_match: str | None
) -> Response[PresetApplied]:
    presets = app_in(request).models.presets
    wanted = None if name is None else preset_named(name)
    before = (await presets.in_force()).version
    changed = "another preset was applied since this one was read"
    require_unchanged(if_match, etag_of(before), changed)
    change = await presets.apply(wanted, version=before if if_match else None)
    return Response(_told(name, change), headers={"ETag": etag_of(change.in_force.version)})


def _told(name: str | None, change: PresetChange) -> PresetApplied:
    now = change.in_force
    return PresetApplied(
        target=name or now.configured.value,
        applied=change.applied,
        dry_run=False,
        preset=now.preset.value,
        set_by=now.source.value,
        configured=now.configured.value,
        version=now.version,
    )


def _shape(view: PresetView, limits: PowerThresholds) -> PresetShape:
    return PresetShape(
        name=view.preset.value,
        active=view.active,
        set_by=view.in_force.source.value if view.active else None,
        configured=view.in_force.configured.value,
        version=view.in_force.version,
        tiers=tuple(tier.value for tier in view.tiers),
        ladders=tuple(
            LadderShape(
                name=ladder.name,
                models=tuple(
                    RungShape(
                        model=str(rung.model),
                        tier=rung.tier.value,
                        reachable=rung.model in ladder.reachable,
                    )
                    for rung in ladder.rungs
                ),
            )
            for ladder in view.ladders
        ),
        thresholds=ThresholdsShape(
            max_disagreement=limits.max_disagreement,
            min_confidence=limits.min_confidence,
            portfolio_delta_pct=limits.portfolio_delta_pct,
            power_calls_per_day=limits.power_calls_per_day,
        ),
    )
