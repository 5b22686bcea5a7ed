"""A hub on a real port in this process, and clients that sign in to it as a browser or a program does."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from quorate.access import Credential, Scope, credential_hash
from quorate.access.policy import AdminPolicy
from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap import App, open_app
from quorate.hub.application import create_hub
from quorate.hub.connection import Connection
from quorate.hub.security.authentication import COOKIE
from quorate.hub.security.forgery import csrf_token
from quorate.hub.server import HubServer, Launch, bound
from quorate.hub.stream import Pace
from quorate.kernel.ports import Clock
from tests.fakes.homes import settings_of

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
"""What opens a socket. Source: RFC 6455, 1.3."""

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""What a client is given that speaks plain HTTP alone: reading the machine's certificates takes 0.1 s each time."""


class MovableClock(SystemClock):
    """The machine's clock, `ahead` of itself by what a test says; whoever sleeps, sleeps in real time."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead.total_seconds()

    def move(self, **duration: float) -> None:
        self.ahead += timedelta(**duration)


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """A hub that answers on `port`; `link` is the sign-in link that it announced."""

    app: App
    server: HubServer
    launches: list[Launch]
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.launches[0].port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        return self.launches[0].sign_in

    @property
    def broadcast(self):
        return self.server._parts.broadcast

    def client(self, **headers: str) -> httpx.AsyncClient:
        """Return a client that is nobody."""
        made = httpx.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, timeout=10, verify=NO_TLS
        )
        self.clients.append(made)
        return made

    async def browser(self) -> httpx.AsyncClient:
        """Return a client that came in by a link; it knows its session's token against forgery."""
        secret, session = await self.app.sign_in(await self.app.issue_sign_in())
        client = self.client(**{"X-CSRF-Token": csrf_token(self.app.hub_secret, session.id)})
        client.cookies.set(COOKIE, secret, domain="127.0.0.1")
        return client

    async def program(self, *scopes: Scope) -> httpx.AsyncClient:
        """Return a client with a token of these scopes."""
        secret, _ = await self.app.create_token("a program", scopes, timedelta(days=1))
        return self.client(Authorization=f"Bearer {secret}")


@asynccontextmanager
async def serving(
    home: Path, *, clock: Clock | None = None, **options: object
) -> AsyncIterator[Served]:
    """Yield the hub of `home`, served until the block ends; `options` as of `serving_app`."""
    async with (
        open_app(settings_of(home), clock=clock) as app,
        serving_app(app, **options) as served,
    ):
        yield served


@asynccontextmanager
async def serving_app(
    app: App,
    *,
    port: int | None = None,
    pace: Pace | None = None,
    connection: type[Connection] = Connection,
) -> AsyncIterator[Served]:
    """Yield the hub of an opened home."""
    policy = AdminPolicy(port=port or free_port())
    launches: list[Launch] = []
    announced = asyncio.Event()

    def announce(launch: Launch) -> None:
        launches.append(launch)
        announced.set()

    listening = bound(policy)
    assert listening is not None
    hub = create_hub(app, policy.port, pace or Pace())
    server = HubServer(hub, app, policy, announce, connection)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    waiting = asyncio.create_task(announced.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    served = Served(app, server, launches)
    try:
        yield served
    finally:
        for client in served.clients:
            await client.aclose()
        server.handle_exit(15, None)
        await task


def secret_of(link: str) -> Credential:
    """Return the secret that a sign-in link carries."""
    return Credential(parse_qs(urlsplit(link).query)["token"][0])


def session_of(client: httpx.AsyncClient) -> str:
    """Return the id of a browser's session."""
    return credential_hash(Credential(client.cookies[COOKIE]))


def problem(answer: httpx.Response) -> dict:
    """Return the problem that an answer tells."""
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    told = json.loads(answer.text)
    assert told["status"] == answer.status_code
    assert told["traceId"] == answer.headers["x-trace-id"]
    return told
