"""`/strategies`: what to decide on, with whom and at which thresholds, and which version cycles may follow.

What a strategy says stands in quorate.toml; here it is read, written there, and switched. Its ETag is its revision.
"""

from __future__ import annotations

import msgspec
from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.bootstrap.strategy_writing import StrategyWish, toml_text
from quorate.cycle.strategies.line import StrategyLine, step_json
from quorate.hub.api.headers import IfMatch
from quorate.hub.api.strategy_shapes import (
    NewStrategy,
    StrategyChanged,
    StrategyEdit,
    StrategyHistory,
    StrategyList,
    StrategyShape,
    StrategyStepShape,
    StrategySwitch,
)
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.ids import StrategyName
from quorate.kernel.stamps import stamp


@get("/strategies", guards=[require(Scope.READ)], summary="List strategies")
async def strategies(request: AnyRequest) -> StrategyList:
    """List the strategies by name, those that the configuration has no more included."""
    app = app_in(request)
    items = tuple(_shape(line) for line in await app.strategy_desk.lines())
    return StrategyList(read_at=stamp(app.clock.now()), items=items)


@post(
    "/strategies",
    guards=[require(Scope.ADMIN, step_up=True)],
    status_code=201,
    summary="Write a strategy",
)
async def write_strategy(
    request: AnyRequest, data: JSONBody[NewStrategy], if_match: IfMatch = None
) -> Response[StrategyChanged]:
    """Write a strategy into the configuration file, or the next version of one; it waits until somebody enables it.

    It is known to this process at once, to others from their next start on. The same again changes nothing.
    """
    change = await app_in(request).strategy_desk.write(
        StrategyWish(
            name=StrategyName(data.name),
            based_on=None if data.based_on is None else StrategyName(data.based_on),
            says=_said(data),
        ),
        seen=None if if_match in {None, "*"} else str(if_match).strip('"'),
    )
    body = StrategyChanged(
        target=data.name, applied=change.applied, dry_run=False, strategy=_shape(change.line)
    )
    headers = {"ETag": _etag(change.line), "Location": f"/api/admin/strategies/{data.name}"}
    return Response(body, headers=headers)


@get("/strategies/{name:str}", guards=[require(Scope.READ)], summary="A strategy")
async def strategy(request: AnyRequest, name: FromPath[str]) -> Response[StrategyShape]:
    """Return a strategy with its ETag."""
    line = await app_in(request).strategy_desk.line(name)
    return Response(_shape(line), headers={"ETag": _etag(line)})


@get(
    "/strategies/{name:str}/history",
    guards=[require(Scope.READ)],
    summary="A strategy's history",
)
async def strategy_history(request: AnyRequest, name: FromPath[str]) -> StrategyHistory:
    """Return its versions and who switched them, newest first."""
    app = app_in(request)
    steps = await app.strategy_desk.history(name)
    return StrategyHistory(
        read_at=stamp(app.clock.now()),
        name=name,
        items=tuple(
            msgspec.convert(step_json(step), StrategyStepShape) for step in reversed(steps)
        ),
    )


@patch("/strategies/{name:str}", guards=[require(Scope.ADMIN)], summary="Switch a strategy")
async def edit_strategy(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[StrategyEdit],
    if_match: IfMatch = None,
) -> Response[StrategyChanged]:
    """Let cycles follow a strategy as the configuration has it now, or no longer."""
    return await _switched(request, name, data.reason, if_match, enabled=data.enabled)


@post(
    "/strategies/{name:str}/enable",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Let cycles follow a strategy",
)
async def enable_strategy(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[StrategySwitch],
    if_match: IfMatch = None,
) -> Response[StrategyChanged]:
    """Let cycles follow a strategy as the configuration has it now."""
    return await _switched(request, name, data.reason, if_match, enabled=True)


@post(
    "/strategies/{name:str}/disable",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Let no cycle follow a strategy",
)
async def disable_strategy(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[StrategySwitch],
    if_match: IfMatch = None,
) -> Response[StrategyChanged]:
    """Let no cycle follow a strategy any more."""
    return await _switched(request, name, data.reason, if_match, enabled=False)


async def _switched(
    request: AnyRequest, name: str, reason: str, if_match: str | None, *, enabled: bool
) -> Response[StrategyChanged]:
    change = await app_in(request).strategy_desk.switch(
        name,
        enabled=enabled,
        by=principal_of(request).name,
        reason=reason,
        seen=None if if_match in {None, "*"} else str(if_match).strip('"'),
    )
    body = StrategyChanged(
        target=name, applied=change.applied, dry_run=False, strategy=_shape(change.line)
    )
    return Response(body, headers={"ETag": _etag(change.line)})


def _said(data: NewStrategy) -> dict[str, str]:
    """Return what a body names, by the keys of `[strategies.NAME]`."""
    named = {
        "description": data.description,
        "symbols": data.symbols,
        "profiles": data.profiles,
        "horizon": data.horizon_sessions,
        "thresholds": data.thresholds,
        "preset": data.preset,
        "answer_ttl_s": data.answer_ttl_s,
        "max_cost": data.max_cost_usd,
    }
    return {name: toml_text(value) for name, value in named.items() if value is not msgspec.UNSET}


def _etag(line: StrategyLine) -> str:
    return f'"{line.revision}"'


def _shape(line: StrategyLine) -> StrategyShape:
    return msgspec.convert(line.as_json(), StrategyShape)
