"""The web application: its routes, what every answer carries, and the gate before all of it.

A route that declares neither a scope nor that it is open keeps the hub from starting.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from litestar import Litestar, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from litestar.routes import HTTPRoute, WebSocketRoute

from quorate.bootstrap import App
from quorate.hub.api import API, DEBATE_API, METRICS, SIGNING_IN
from quorate.hub.api.description import SCOPES, openapi_config
from quorate.hub.api.docs import api_docs
from quorate.hub.api.streaming import STREAM_PATH
from quorate.hub.failures import FAILURES, answer_of
from quorate.hub.pages import PAGES
from quorate.hub.pages.templating import STATIC_PATH, template_config
from quorate.hub.parts import PARTS, Parts
from quorate.hub.security import Authentication, Gate, GatePolicy, Presence, RateLimiter
from quorate.hub.security.headers import protect
from quorate.hub.security.hosts import allowed_hosts
from quorate.hub.security.principal import OPEN, RATES, Open, Requires, declared
from quorate.hub.static_files import static_file, static_files
from quorate.hub.stream import Broadcast, Pace, sidebar_event
from quorate.kernel.errors import InvariantBrokenError
from quorate.results import SIDEBAR_EVENTS

ENTRANCE: Final = "/admin"

ELSEWHERE: Final = ("/", "/arena", "/dashboard")
"""Addresses that somebody may try; there is one place only. Source: UI 1."""


SOCKET: Final = "WEBSOCKET"
"""What stands for the method of a route that is a WebSocket."""


class Guarded(NamedTuple):
    """A route as the gate and the tests see it."""

    method: str
    path: str
    guard: Requires | Open


def create_hub(app: App, port: int, pace: Pace = Pace()) -> Litestar:  # noqa: B008
    """Return the web application over one opened home, to be served on `port` of this machine.

    Raises:
        InvariantBrokenError: a route declares no scope.
    """
    parts = Parts(
        app=app,
        authentication=Authentication(app, Presence(app.clock)),
        broadcast=Broadcast(app.feed(), app.clock, pace),
    )
    hub = Litestar(
        route_handlers=[
            Router("/", route_handlers=PAGES, include_in_schema=False),
            *SIGNING_IN,
            API,
            DEBATE_API,
            METRICS,
            api_docs,
            static_file,
            *_ways_in(),
        ],
        template_config=template_config(),
        state=State(
            {
                "app": app,
                "static": static_files(),
                PARTS: parts,
                RATES: RateLimiter(app.clock),
            }
        ),
        exception_handlers=FAILURES,
        before_send=[protect],
        compression_config=_compression(),
        openapi_config=openapi_config(),
        logging_config=None,
        lifespan=[_streams_end, _kept_up],
    )
    routes = guarded_routes(hub)
    hub.state[SCOPES] = {
        (route.method, route.path): route.guard.scope.value
        for route in routes
        if isinstance(route.guard, Requires)
    }
    hub.asgi_handler = Gate(
        hub.asgi_handler,
        policy=_policy(routes, port),
        authentication=parts.authentication,
        answer=answer_of,
    )
    return hub


def guarded_routes(hub: Litestar) -> tuple[Guarded, ...]:
    """Return every route with its guard.

    Raises:
        InvariantBrokenError: one has none.
    """
    return tuple(_guarded(hub.routes))


def _guarded(routes: Iterable[object]) -> Iterator[Guarded]:
    for route in routes:
        if isinstance(route, WebSocketRoute):
            yield Guarded(
                SOCKET, route.path_format, _guard_of(route.route_handler, route.path_format)
            )
            continue
        if not isinstance(route, HTTPRoute):
            raise InvariantBrokenError(f"the route {route} is neither HTTP nor a WebSocket")
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                yield Guarded(method, route.path_format, _guard_of(handler, route.path_format))


def _guard_of(handler: BaseRouteHandler, path: str) -> Requires | Open:
    guard = declared(handler.resolve_guards())
    if guard is None:
        raise InvariantBrokenError(f"the route {path} declares no scope ({handler})")
    return guard


def _policy(routes: Sequence[Guarded], port: int) -> GatePolicy:
    return GatePolicy(
        hosts=allowed_hosts(port),
        open_paths=frozenset(
            route.path
            for route in routes
            if isinstance(route.guard, Open) and "{" not in route.path and route.method != SOCKET
        ),
        open_prefixes=(f"{STATIC_PATH}/",),
        unattended=frozenset({STREAM_PATH}),
        sockets={route.path: route.guard for route in routes if route.method == SOCKET},
    )


@asynccontextmanager
async def _streams_end(hub: Litestar) -> AsyncIterator[None]:
    """End what is left of the streams when the hub stops."""
    try:
        yield
    finally:
        hub.state[PARTS].broadcast.close()


@asynccontextmanager
async def _kept_up(hub: Litestar) -> AsyncIterator[None]:
    """Finish what dead processes left for as long as the hub runs."""
    app: App = hub.state["app"]
    broadcast = hub.state[PARTS].broadcast
    heard = app.results.bus.subscribed(
        SIDEBAR_EVENTS, lambda message, result: broadcast.offer(sidebar_event(message, result))
    )
    with heard:
        async with app.upkeep():
            yield


def _ways_in() -> list[BaseRouteHandler]:
    """Return redirects to the one place there is."""

    @get(list(ELSEWHERE), guards=[OPEN], include_in_schema=False, sync_to_thread=False)
    def way_in() -> Redirect:
        return Redirect(ENTRANCE, status_code=303)

    return [way_in]


def _compression() -> CompressionConfig:
    """Compress pages and JSON; files are compressed already, and a stream must not wait for a block to fill."""
    return CompressionConfig(
        backend="gzip",
        gzip_compress_level=5,
        minimum_size=1000,
        exclude=[f"^{STATIC_PATH}/", f"^{STREAM_PATH}$"],
    )
