"""The worker's client against a real server: who is let in, what is too much, and how an end is told."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from quorate.adapters.worker_socket.client import ClientPolicy, open_hub
from quorate.adapters.worker_socket.endpoint import HubEndpoint
from quorate.fleet.framing import frame_of, worker_message
from quorate.fleet.wire import FRAME_BYTES, PATH, SERIES_PATH, Ready, TaskComplete
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.kernel.secret import Secret
from tests.fakes.fleet import NOW, registration

pytestmark = pytest.mark.integration
TOKEN = Secret("arn_canary-9b1d40f2c7e6a853")


@asynccontextmanager
async def serving(socket=None, series=None):
    """Yield the client of a server that handles its socket, and its series, as a test says."""
    app = web.Application()
    if socket:
        app.router.add_get(PATH, socket)
    if series:
        app.router.add_get(SERIES_PATH + "/{digest}", series)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    endpoint = HubEndpoint.at(f"http://127.0.0.1:{port}", TOKEN)
    try:
        async with open_hub(endpoint, ClientPolicy(connect_timeout_s=2, series_bytes=1000)) as hub:
            yield hub
    finally:
        await runner.cleanup()


def closing(code, reason=""):
    async def socket(request):
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        await opened.close(code=code, message=reason.encode())
        return opened

    return socket


def answering(status):
    async def answer(_request):
        return web.Response(status=status)

    return answer


async def test_messages_go_both_ways_and_the_token_in_a_header():
    seen = []

    async def socket(request):
        seen.append(request.headers["Authorization"])
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        seen.append(worker_message((await opened.receive()).data))
        await opened.send_str(frame_of(registration(3)))
        await opened.receive()
        return opened

    async with serving(socket) as hub:
        channel = await hub.connect()
        await channel.send(Ready(epoch=3))
        assert await channel.receive() == registration(3)
        await channel.close()
        await channel.close()
    assert seen == [f"Bearer {TOKEN.reveal()}", Ready(epoch=3)]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_that_is_refused_before_the_handshake_is_no_reason_to_try_again(status):
    async with serving(answering(status)) as hub:
        with pytest.raises(RejectedError) as refused:
            await hub.connect()
        assert refused.value.slug == "unauthenticated"
        assert TOKEN.reveal() not in str(refused.value)


@pytest.mark.parametrize(
    ("code", "slug"),
    [(4401, "unauthenticated"), (4403, "unauthenticated"), (4409, "conflict")],
)
async def test_an_end_for_good_is_told_by_its_code(code, slug):
    async with serving(closing(code)) as hub:
        channel = await hub.connect()
        with pytest.raises(RejectedError) as refused:
            await channel.receive()
        assert refused.value.slug == slug


@pytest.mark.parametrize("code", [1000, 1001, 1009, 1011, 4408, 4429])
async def test_after_any_other_end_the_worker_connects_anew(code):
    async with serving(closing(code, "WHY")) as hub:
        channel = await hub.connect()
        with pytest.raises(UnavailableError) as lost:
            await channel.receive()
        assert "WHY" in lost.value.cause
        with pytest.raises(UnavailableError):
            await channel.send(Ready(epoch=1))


async def test_a_frame_that_is_no_message_is_refused_and_the_next_one_is_read():
    async def socket(request):
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        await opened.send_str('{"type":"registration_ack","surprise":1}')
        await opened.send_bytes(frame_of(registration(1)).encode())
        await opened.receive()
        return opened

    async with serving(socket) as hub:
        channel = await hub.connect()
        with pytest.raises(RejectedError) as refused:
            await channel.receive()
        assert refused.value.slug == "frame-refused"
        assert await channel.receive() == registration(1)
        await channel.close()


async def test_a_frame_beyond_a_mebibyte_is_neither_sent_nor_read():
    async def socket(request):
        opened = web.WebSocketResponse(max_msg_size=0)
        await opened.prepare(request)
        await opened.send_str("x" * (FRAME_BYTES + 1))
        await opened.receive()
        return opened

    large = TaskComplete(
        agent_id="w1",
        task_id="tsk_1",
        token=1,
        epoch=1,
        result={"text": "x" * FRAME_BYTES},
        timestamp=NOW,
    )
    async with serving(socket) as hub:
        channel = await hub.connect()
        with pytest.raises(RejectedError):
            await channel.send(large)
        with pytest.raises(UnavailableError):
            await channel.receive()
        await channel.close()


async def test_a_hub_that_is_not_there_may_be_there_later():
    async with serving() as hub:
        pass
    endpoint = HubEndpoint.at("http://127.0.0.1:1", TOKEN)
    async with open_hub(endpoint) as hub:
        with pytest.raises(UnavailableError) as away:
            await hub.connect()
        with pytest.raises(UnavailableError):
            await hub.series("ab")
    assert "127.0.0.1:1" in away.value.cause


async def test_a_hub_that_hangs_is_given_up():
    async def socket(_request):
        await asyncio.sleep(5)  # noqa: TID251  (a real server that takes its time)
        return web.Response()

    async with serving(socket) as hub:
        with pytest.raises(UnavailableError):
            await hub.connect()


async def test_a_series_is_fetched_as_bytes_within_its_bounds():
    async def series(request):
        digest = request.match_info["digest"]
        size = {"small": 10, "large": 2000}.get(digest)
        return web.Response(body=b"x" * size) if size else web.Response(status=404)

    async with serving(series=series) as hub:
        assert await hub.series("small") == b"x" * 10
        for digest in ("large", "unknown"):
            with pytest.raises(RejectedError):
                await hub.series(digest)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://hub.example:8600", id="the token in the clear"),
        pytest.param("http://10.0.0.7:8600", id="another machine"),
        pytest.param("ftp://127.0.0.1", id="another protocol"),
        pytest.param("127.0.0.1:8600", id="no scheme"),
        pytest.param("https://user:pass@hub.example", id="a password"),
        pytest.param("https://hub.example/admin", id="a page"),
        pytest.param("https://hub.example:99999", id="no port"),
    ],
)
def test_a_url_that_is_no_hub_or_shows_the_token_is_refused(url):
    with pytest.raises(RejectedError):
        HubEndpoint.at(url, TOKEN)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8600", "http://[::1]:8600", "http://localhost:1", "https://hub.example/"],
)
def test_this_machine_may_be_spoken_to_in_the_clear(url):
    endpoint = HubEndpoint.at(url, TOKEN)
    assert endpoint.origin == url.rstrip("/")
    assert TOKEN.reveal() not in repr(endpoint)
