"""Streams that are none: each ends as a broker that gave no answer, soon, and without the keys in its words."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from quorate.adapters.alpaca import AlpacaEndpoint, ConnectionPolicy, open_alpaca
from quorate.adapters.clock.system import SystemClock
from quorate.execution.broker import BrokerUnavailableError
from quorate.kernel.errors import RejectedError

pytestmark = pytest.mark.integration

KEYS = {"APCA_API_KEY_ID": "PK0123456789ABCDEFGH", "APCA_API_SECRET_KEY": "s" * 30}
AUTHORIZED = {"stream": "authorization", "data": {"status": "authorized"}}
IMPATIENT = ConnectionPolicy(timeout_s=0.5, answer_bytes=1000)


@asynccontextmanager
async def broker_that_says(*frames):
    """Yield a broker whose stream answers each message with the next frame, None with nothing, then closes."""

    async def stream(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for frame in frames:
            await socket.receive()
            if frame is None:
                await socket.receive()
            await socket.send_bytes(
                frame if isinstance(frame, bytes) else json.dumps(frame).encode()
            )
        return socket

    async def account(_):
        return web.Response(text="{" + " " * 5000)

    app = web.Application()
    app.router.add_get("/stream", stream)
    app.router.add_get("/v2/account", account)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")
        endpoint = AlpacaEndpoint.of({**KEYS, "APCA_API_BASE_URL": url})
        async with open_alpaca(endpoint, SystemClock(), connection=IMPATIENT) as broker:
            yield broker


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param((), id="closed at once"),
        pytest.param((None,), id="silent"),
        pytest.param((b"nonsense",), id="nonsense"),
        pytest.param(({"stream": "authorization", "data": 5},), id="an authorization that is none"),
        pytest.param((AUTHORIZED,), id="closed after the keys"),
        pytest.param(
            (AUTHORIZED, {"stream": "listening", "data": {"streams": []}}), id="listens to nothing"
        ),
        pytest.param((b"x" * 5000,), id="a frame without end"),
    ],
)
async def test_a_stream_that_does_not_come_about_is_no_answer(frames):
    async with broker_that_says(*frames) as broker, asyncio.timeout(10):
        with pytest.raises(BrokerUnavailableError, match="stream") as failure:
            await anext(broker.updates())
    assert not any(key in repr(failure.value) + str(failure.value) for key in KEYS.values())


async def test_a_host_without_a_stream_says_so():
    async with TestServer(web.Application()) as server:
        url = str(server.make_url("")).rstrip("/")
        endpoint = AlpacaEndpoint.of({**KEYS, "APCA_API_BASE_URL": url})
        async with open_alpaca(endpoint, SystemClock()) as broker:
            with pytest.raises(BrokerUnavailableError, match="HTTP 404"):
                await anext(broker.updates())


async def test_an_answer_without_end_is_not_read():
    async with broker_that_says() as broker:
        with pytest.raises(BrokerUnavailableError, match="more than 1000 bytes"):
            await broker.account()


async def test_what_is_no_http_is_no_answer():
    async def speak(_, writer):
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        endpoint = AlpacaEndpoint.of({**KEYS, "APCA_API_BASE_URL": url})
        async with open_alpaca(endpoint, SystemClock(), connection=IMPATIENT) as broker:
            with pytest.raises(BrokerUnavailableError):
                await broker.account()


@pytest.mark.parametrize("limit", [0, -1, float("inf")])
def test_a_connection_without_a_limit_is_refused(limit):
    with pytest.raises(RejectedError):
        ConnectionPolicy(timeout_s=limit)
