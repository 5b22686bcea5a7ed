"""The client: a WebSocket to a hub and its series over HTTP, through one pool of connections.

Nothing is retried here and no redirect is followed: the line decides when to try again, and a token goes to one host.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp

from quorate.adapters.worker_socket.endpoint import HubEndpoint
from quorate.adapters.worker_socket.pool import pool, whole
from quorate.fleet.framing import frame_of, hub_message
from quorate.fleet.wire import FRAME_BYTES, FromHub, FromWorker
from quorate.kernel.errors import RejectedError, UnavailableError

SOURCE: Final = "hub"
USER_AGENT: Final = "quorate-worker"

UNAUTHENTICATED: Final = 4401
FORBIDDEN: Final = 4403
SUPERSEDED: Final = 4409

_TOO_LATE: Final = frozenset(
    {
        aiohttp.WSMsgType.CLOSE,
        aiohttp.WSMsgType.CLOSING,
        aiohttp.WSMsgType.CLOSED,
        aiohttp.WSMsgType.ERROR,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPolicy:
    """Limits of a worker's connections, in seconds and bytes."""

    connect_timeout_s: float = 10.0
    """For reaching the hub, encryption and handshake included. Ours."""

    ping_s: float = 20.0
    """Between pings; without a pong within half of it the connection is dead. Source: RELIABILITY 1.6."""

    series_timeout_s: float = 60.0
    """For a whole series. Ours: 30 years of bars are 2 MB."""

    series_bytes: int = 64 * 1024 * 1024
    """No series is longer. Ours."""


class SocketChannel:
    """One open WebSocket; see the fleet's port."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, message: FromWorker) -> None:
        """Send one message; see the port."""
        frame = frame_of(message)
        try:
            await self._socket.send_str(frame)
        except (aiohttp.ClientError, ConnectionError, RuntimeError) as error:
            raise _gone(f"the connection broke: {error}") from None

    async def receive(self) -> FromHub:
        """Return the hub's next message; see the port."""
        try:
            message = await self._socket.receive()
        except (aiohttp.ClientError, ConnectionError, RuntimeError) as error:
            raise _gone(f"the connection broke: {error}") from None
        if message.type in _TOO_LATE:
            raise _closed(self._socket.close_code, str(message.extra or ""))
        return hub_message(message.data)

    async def close(self) -> None:
        """Close it; closing it again does nothing."""
        await self._socket.close()


class HubClient:
    """A hub as a worker reaches it: `connect` and `series`."""

    def __init__(
        self, session: aiohttp.ClientSession, endpoint: HubEndpoint, policy: ClientPolicy
    ) -> None:
        self._session = session
        self._endpoint = endpoint
        self._policy = policy

    async def connect(self) -> SocketChannel:
        """Return an open connection; see the port."""
        try:
            async with asyncio.timeout(self._policy.connect_timeout_s):
                socket = await self._session.ws_connect(
                    self._endpoint.socket_url,
                    headers=self._endpoint.headers,
                    heartbeat=self._policy.ping_s,
                    max_msg_size=FRAME_BYTES,
                    autoclose=True,
                )
        except aiohttp.WSServerHandshakeError as error:
            failure: RejectedError | UnavailableError = _refusal(error.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = _unreached(self._endpoint.origin, error)
        else:
            return SocketChannel(socket)
        # Outside of the handler: the client's own errors hold the headers that were sent.
        raise failure

    async def series(self, digest: str) -> bytes:
        """Return the bytes that the hub keeps under `digest`; nobody has checked them yet.

        Raises:
            UnavailableError: the hub gave no whole answer.
            RejectedError: it has no such series, or will not give it to this worker.
        """
        try:
            async with (
                asyncio.timeout(self._policy.series_timeout_s),
                self._session.get(
                    self._endpoint.series_url(digest),
                    headers=self._endpoint.headers,
                    allow_redirects=False,
                ) as response,
            ):
                if response.status == 200:
                    return await whole(response, self._policy.series_bytes, self._too_long)
                failure: RejectedError | UnavailableError = _refusal(response.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = _unreached(self._endpoint.origin, error)
        raise failure

    @property
    def _too_long(self) -> RejectedError:
        return RejectedError(
            f"a series of more than {self._policy.series_bytes} bytes",
            effect="the task was not begun",
        )


@asynccontextmanager
async def open_hub(
    endpoint: HubEndpoint, policy: ClientPolicy | None = None
) -> AsyncIterator[HubClient]:
    """Open the pool of connections to a hub; everything on it is closed with the block."""
    used = policy or ClientPolicy()
    async with pool(USER_AGENT, used.connect_timeout_s) as session:
        yield HubClient(session, endpoint, used)


def _refusal(status: int) -> RejectedError | UnavailableError:
    match status:
        case 401:
            return _unauthenticated()
        case 403:
            return _forbidden()
        case 404:
            return RejectedError(
                "the hub has nothing there",
                effect="nothing was fetched",
                fix="is it a hub, of this version? quorate --version there and here",
                slug="not-found",
            )
        case _:
            return UnavailableError(f"the hub answered with status {status}", source=SOURCE)


def _closed(code: int | None, why: str) -> RejectedError | UnavailableError:
    match code:
        case 4401:
            return _unauthenticated()
        case 4403:
            return _forbidden()
        case 4409:
            return RejectedError(
                "another worker of this name registered at the hub",
                effect="this one leaves; the other one goes on with its tasks",
                fix="give each worker a name of its own: quorate worker --name NAME",
                slug="conflict",
            )
        case _:
            told = f": {why}" if why else ""
            return _gone(f"the hub closed the connection ({code or 'no code'}){told}")


def _unauthenticated() -> RejectedError:
    return RejectedError(
        "the hub does not accept the token",
        effect="the worker leaves",
        fix="make one there: quorate tokens create NAME --scope worker, and export QUORATE_WORKER_TOKEN here",
        slug="unauthenticated",
    )


def _forbidden() -> RejectedError:
    return RejectedError(
        "the token is none of a worker",
        effect="the worker leaves",
        fix="make one there: quorate tokens create NAME --scope worker",
        slug="unauthenticated",
    )


def _gone(cause: str) -> UnavailableError:
    return UnavailableError(cause, source=SOURCE)


def _unreached(origin: str, error: Exception) -> UnavailableError:
    match error:
        case TimeoutError():
            cause = "no answer in time"
        case aiohttp.ClientConnectorError() | OSError():
            cause = "nobody answers there"
        case _:
            cause = type(error).__name__
    return UnavailableError(
        f"the hub at {origin} cannot be reached: {cause}",
        source=SOURCE,
        effect="the worker goes on trying",
        fix="start it there: quorate up",
    )
