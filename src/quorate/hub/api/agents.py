"""`/agents`, `/router/arms` and `/orchestrate`: who may be asked, what was learned of them, whether tasks are taken."""

from __future__ import annotations

import re

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.arbiter.coordination import Act
from quorate.arbiter.routing import Standing
from quorate.bootstrap.arbitration.desk import AgentLine
from quorate.bootstrap.fleet.facet import WorkerLine
from quorate.fleet.wire import AGENT_ID
from quorate.hub.api.shape import Given, Moment, Ratio, Shape
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.ids import is_like_an_id, is_name
from quorate.kernel.stamps import stamp


class AgentLoad(Shape):
    """How busy an agent is; `utilisation` is in [0, 1]."""

    active: int
    queued: int
    utilisation: float


class AgentPerformance(Shape):
    """How an agent fared: running averages over every turn, null where nothing is known."""

    count: int
    success_rate: Ratio
    average_quality: Ratio
    latency_ms: float | None


class AgentShape(Shape):
    """A registered agent; `identity` is the hash of its whole profile."""

    name: str
    version: int
    identity: str
    role: str
    tier: str
    provider: str
    model: str
    enabled: bool
    archived: bool
    capabilities: dict[str, bool]
    timeframes: tuple[str, ...]
    instruments: tuple[str, ...]
    healthy: bool
    standing: str
    standing_reason: str
    standing_by: str
    standing_since: str
    load: AgentLoad
    performance: AgentPerformance


class WorkerShape(Shape):
    """A worker of the fleet."""

    worker: str
    state: str
    live: bool
    heartbeat_age_s: float | None
    capabilities: dict[str, bool]
    version: str
    slots: int
    tasks: tuple[str, ...]
    reason: str


class AgentList(Shape):
    """Every agent by name, and every worker by id."""

    read_at: Moment
    items: tuple[AgentShape, ...]
    workers: tuple[WorkerShape, ...]


class ArmShape(Shape):
    """What is known of an agent at a type of task: its mean reward net of cost, with a 95 % interval."""

    agent: str
    task_type: str
    pulls: int
    open: int
    closed: int
    abstained: int
    failed: int
    hits: int
    misses: int
    mean_reward: Ratio
    low: float
    high: float
    explored: float
    success_rate: Ratio
    latency_ms: float | None
    cost_per_view_usd: str


class RouterShape(Shape):
    """How the router chooses now, and the arms that it chooses by."""

    read_at: Moment
    strategy: str
    configured: str
    rolled_back: bool
    rolled_back_reason: str
    voters: int
    panel_seats: int
    epsilon: float
    items: tuple[ArmShape, ...]


class NewStanding(Given):
    """Why an agent is to stand otherwise."""

    reason: str


class StandingChanged(Shape):
    """What became of the wish; `kind` is agent or worker."""

    target: str
    applied: bool
    dry_run: bool
    kind: str
    standing: str


class NewOverride(Given):
    """What a person decides of a task, and why; the approver is whoever asks."""

    act: Act
    justification: str


class OverrideMade(Shape):
    """An override on record."""

    override_id: str
    task_id: str
    act: str
    justification: str
    approver: str
    made_at: Moment


@get("/agents", guards=[require(Scope.READ)], summary="List agents and workers")
async def agents(request: AnyRequest) -> AgentList:
    """List every agent of the registry and every worker of the fleet."""
    app = app_in(request)
    return AgentList(
        read_at=stamp(app.clock.now()),
        items=tuple(map(_agent, await app.routing.agents())),
        workers=tuple(map(_worker, await app.routing.workers())),
    )


@get("/agents/{name:str}", guards=[require(Scope.READ)], summary="One agent")
async def agent(request: AnyRequest, name: FromPath[str]) -> AgentShape:
    """Tell who an agent is, what it can do, how it fared and how busy it is."""
    return _agent(await app_in(request).routing.agent(_named(name)))


@post(
    "/agents/{name:str}/quarantine",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Set an agent or a worker aside",
)
async def quarantine_agent(
    request: AnyRequest, name: FromPath[str], data: JSONBody[NewStanding]
) -> StandingChanged:
    """Ask nothing of it until a person restores it."""
    return await _stands(request, name, Standing.QUARANTINED, data.reason)


@post(
    "/agents/{name:str}/restore",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Take an agent or a worker back",
)
async def restore_agent(
    request: AnyRequest, name: FromPath[str], data: JSONBody[NewStanding]
) -> StandingChanged:
    """Have it asked again."""
    return await _stands(request, name, Standing.IN_SERVICE, data.reason)


@post(
    "/agents/{name:str}/drain",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Drain an agent or a worker",
)
async def drain_agent(
    request: AnyRequest, name: FromPath[str], data: JSONBody[NewStanding]
) -> StandingChanged:
    """Let it end what it has, and give it nothing new."""
    return await _stands(request, name, Standing.DRAINING, data.reason)


@get("/router/arms", guards=[require(Scope.READ)], summary="What the router learned")
async def router_arms(request: AnyRequest) -> RouterShape:
    """List the arms: views asked for, outcomes known, mean reward with its interval, share of all that was asked."""
    app = app_in(request)
    state = await app.routing.arms()
    tree = {
        **state.as_json(),
        "readAt": stamp(app.clock.now()),
        "items": [arm.as_json() for arm in state.arms],
    }
    return msgspec.convert(tree, RouterShape)


@post(
    "/orchestrate/override/{task_id:str}",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Override a task",
)
async def override_task(
    request: AnyRequest, task_id: FromPath[str], data: JSONBody[NewOverride]
) -> OverrideMade:
    """Do with a task what its rules would not, once it is on record who decided so and why."""
    if not is_like_an_id(task_id):
        raise RefusedError("there is no such task", slug="not-found")
    made = await app_in(request).coordination.override(
        task_id,
        data.act,
        justification=data.justification,
        approver=principal_of(request).name,
    )
    return OverrideMade(**made._asdict())


async def _stands(
    request: AnyRequest, name: str, standing: Standing, reason: str
) -> StandingChanged:
    by = principal_of(request).name
    change = await app_in(request).routing.stand(_named(name), standing, reason=reason, by=by)
    return msgspec.convert(change.as_json(), StandingChanged)


def _named(name: str) -> str:
    if not (is_name(name) or re.match(AGENT_ID, name)):
        raise RefusedError("there is no such agent", slug="not-found")
    return name


def _agent(line: AgentLine) -> AgentShape:
    return msgspec.convert(line.as_json(), AgentShape)


def _worker(line: WorkerLine) -> WorkerShape:
    record = line.record
    return WorkerShape(
        worker=record.worker,
        state=line.state,
        live=line.is_live,
        heartbeat_age_s=line.heartbeat_age_s,
        capabilities=dict(record.capabilities),
        version=record.version,
        slots=record.slots,
        tasks=tuple(each.task_id for each in line.holds),
        reason=record.reason,
    )
