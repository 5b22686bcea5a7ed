"""Serving: the hub on a loopback port, until a signal stops it, with every stream ended first.

home opened -> port bound -> a sign-in link announced -> served -> streams ended -> requests ended -> home closed
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Final

import structlog
import uvicorn

from quorate.access.policy import AdminPolicy
from quorate.bootstrap import App, open_app
from quorate.fleet.wire import FRAME_BYTES
from quorate.hub.application import create_hub
from quorate.hub.connection import Connection, SocketConnection
from quorate.hub.failures import SIGN_IN
from quorate.hub.neighbour import Neighbour, neighbour_at
from quorate.hub.parts import PARTS, Parts
from quorate.hub.serving_note import noted
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from litestar import Litestar

    from quorate.config import Settings

GRACE_SECONDS: Final = 2
"""How long requests may take to end; with the runs' 2 s all of it ends within 5. Source: UI 3."""

STUCK_SECONDS: Final = 0.5
"""After this time of stopping, a client that takes nothing is cut off."""

KEEP_ALIVE_SECONDS: Final = 15
"""How long a connection may be silent between two requests."""

MAX_HEAD_BYTES: Final = 16 * 1024
"""The largest head of a request."""

MAX_FRAME_BYTES: Final = FRAME_BYTES
"""The largest message of a WebSocket; a larger one closes it with 1009. Source: RELIABILITY 1.6."""

PING_SECONDS: Final = 20.0
"""How often a WebSocket is asked whether it is there, and how long it may take to answer. Source: RELIABILITY 1.6."""

MAX_CONNECTIONS: Final = 500
"""Connections at once; further ones are answered 503. Well below the 1,024 files that a process may open."""

BACKLOG: Final = 128

SEND_BUFFER_BYTES: Final = 64 * 1024
"""What the kernel keeps for a reader that falls behind: with megabytes it would be told the past for minutes."""

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A hub that answers; `serving` when it is this process's own."""

    url: str
    sign_in: str
    port: int
    pid: int
    serving: bool


Announce = Callable[[Launch], None]
"""Tells the operator where the hub is and how to get in."""


async def serve_home(
    settings: Settings, policy: AdminPolicy, *, announce: Announce, note: Callable[[str], None]
) -> None:
    """Open the home and serve its hub until a signal comes; `note` is told what opening found to do.

    Where this home's hub is served already, announce a new link to it and return.

    Raises:
        RejectedError: the port is taken by something else (slug `conflict`).
    """
    async with open_app(settings) as app:
        for notice in app.started:
            note(notice)
        await serve(app, policy, announce)


async def serve(app: App, policy: AdminPolicy, announce: Announce) -> None:
    """Serve the hub of an opened home; see `serve_home`."""
    listening = bound(policy)
    if listening is None:
        announce(await _elsewhere(app, policy))
        return
    with listening, noted(app.home, _address(policy), policy.port):
        server = HubServer(create_hub(app, policy.port), app, policy, announce)
        await server.serve(sockets=[listening])


class HubServer(uvicorn.Server):
    """A server that announces itself once it listens, and on a signal ends the streams before it waits for requests."""

    def __init__(
        self,
        hub: Litestar,
        app: App,
        policy: AdminPolicy,
        announce: Announce,
        connection: type[Connection] = Connection,
    ) -> None:
        super().__init__(_config(hub, connection))
        self._parts: Parts = hub.state[PARTS]
        self._app = app
        self._policy = policy
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        self._announce(await _launch(self._app, self._policy, serving=True))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals over; unlike the server's own way, the process ends with 0 when it was asked to end."""
        loop = asyncio.get_running_loop()
        for each in STOP_SIGNALS:
            loop.add_signal_handler(each, self.handle_exit, each, None)
        try:
            yield
        finally:
            for each in STOP_SIGNALS:
                loop.remove_signal_handler(each)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; who takes nothing of what is sent to it is cut off, or the server would wait for it in vain."""
        cutting = asyncio.create_task(self._cut_off())
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    async def _cut_off(self) -> None:
        await self._app.clock.sleep(STUCK_SECONDS)
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection | SocketConnection):
                connection.cut_off_if_stuck()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop: end the streams, or their pages would keep the server for ever."""
        super().handle_exit(sig, frame)
        self._parts.broadcast.close()


class _ToLog(logging.Handler):
    """Passes on what the server says as facts of the hub's log: one line each, and nothing a client wrote."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            structlog.get_logger().warning("server", said=record.getMessage())


def _config(hub: Litestar, connection: type[Connection]) -> uvicorn.Config:
    logger = logging.getLogger("uvicorn")
    logger.handlers, logger.propagate = [_ToLog()], False
    return uvicorn.Config(
        hub,
        http=connection,
        ws=SocketConnection,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        limit_concurrency=MAX_CONNECTIONS,
    )


def bound(policy: AdminPolicy) -> socket.socket | None:
    """Return the listening socket, None where the port is taken.

    Raises:
        RejectedError: this machine has no such address, or the port is none that this user may take.
    """
    family = socket.AF_INET6 if ":" in policy.bind else socket.AF_INET
    # The protocol is named, because only then does asyncio send small answers at once (TCP_NODELAY).
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    try:
        made.bind((_address(policy), policy.port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise RejectedError(
            f"the hub cannot listen on {policy.bind} port {policy.port}: {error.strerror}",
            effect="nothing is served",
            fix="quorate up --port 8601",
            slug="conflict",
        ) from error
    return made


async def _elsewhere(app: App, policy: AdminPolicy) -> Launch:
    """Return a way into this home's hub that is served already.

    Raises:
        RejectedError: what has the port is no hub of this home.
    """
    found = await neighbour_at(_address(policy), policy.port, app.hub_secret)
    if found is Neighbour.OURS:
        return await _launch(app, policy, serving=False)
    raise RejectedError(
        f"port {policy.port} is taken by {found}",
        effect="nothing is served",
        fix=f"quorate up --port {policy.port % 65_535 + 1}, or stop what has the port",
        slug="conflict",
    )


async def _launch(app: App, policy: AdminPolicy, *, serving: bool) -> Launch:
    host = f"[{policy.bind}]" if ":" in policy.bind else policy.bind
    base = f"http://{host}:{policy.port}"
    return Launch(
        url=f"{base}/admin",
        sign_in=f"{base}{SIGN_IN}?token={await app.issue_sign_in()}",
        port=policy.port,
        pid=os.getpid(),
        serving=serving,
    )


def _address(policy: AdminPolicy) -> str:
    return "127.0.0.1" if policy.bind == "localhost" else policy.bind
