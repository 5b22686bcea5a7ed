"""`/strategies`: what the configuration names to decide on, with whom, and at which thresholds."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.params import FromPath

from quorate.access import Scope
from quorate.arena.strategy import Strategy, strategy_named
from quorate.hub.api.shape import Moment, Shape, Usd
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.ids import StrategyName
from quorate.kernel.stamps import stamp


class StrategyShape(Shape):
    """A strategy; what it leaves to the configuration is null. `hash` changes with anything that it says."""

    name: str
    description: str
    symbols: tuple[str, ...]
    profiles: tuple[str, ...]
    horizon_sessions: int | None
    thresholds: dict[str, str]
    preset: str | None
    answer_ttl_s: float | None
    max_cost_usd: Usd
    hash: str


class StrategyList(Shape):
    """Every strategy, by name."""

    read_at: Moment
    items: tuple[StrategyShape, ...]
    next_cursor: str | None = None


@get("/strategies", guards=[require(Scope.READ)], summary="List strategies")
async def strategies(request: AnyRequest) -> StrategyList:
    """List the strategies of the configuration."""
    app = app_in(request)
    items = tuple(_shape(name, each) for name, each in sorted(app.strategies.items()))
    return StrategyList(read_at=stamp(app.clock.now()), items=items)


@get("/strategies/{name:str}", guards=[require(Scope.READ)], summary="A strategy")
async def strategy(request: AnyRequest, name: FromPath[str]) -> StrategyShape:
    """Return a strategy."""
    wanted = StrategyName(name)
    return _shape(wanted, strategy_named(wanted, app_in(request).strategies))


def _shape(name: StrategyName, strategy: Strategy) -> StrategyShape:
    return msgspec.convert({"name": name, **strategy.shown()}, StrategyShape)
