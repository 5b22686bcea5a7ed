"""The webhook over real HTTP on loopback: what arrives, what counts as taken, and what never shows."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from quorate.adapters.webhook import open_webhook
from quorate.cycle.watch import AlertsPolicy
from quorate.cycle.watch.alert import hook_body
from quorate.kernel.errors import QuorateError, RejectedError, UnavailableError
from tests.fakes.alerts import raised
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.integration

SECRET = "T0-B0-a-secret-path"  # noqa: S105  (a canary)


@asynccontextmanager
async def listening(answer):
    """Yield the URL of a server that answers by `answer`, and what it was sent."""
    got = []

    async def take(request):
        got.append((request.method, request.headers, await request.text()))
        return await answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/{SECRET}", got
    finally:
        await runner.cleanup()


def answering(status, **headers):
    async def answer(_request):
        return web.Response(status=status, headers=headers)

    return answer


async def posted(url, body=None, **policy):
    policy = AlertsPolicy(webhook_url=url, **policy)
    async with open_webhook(policy, FakeClock().now) as webhook:
        await webhook.post(hook_body(raised()) if body is None else body)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_an_alert_arrives_as_json(status):
    async with listening(answering(status)) as (url, got):
        await posted(url)
    ((method, headers, text),) = got
    assert (method, headers["Content-Type"]) == ("POST", "application/json")
    assert json.loads(text) == json.loads(json.dumps(hook_body(raised())))
    assert headers["User-Agent"] == "quorate"
    assert "Cookie" not in headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, RejectedError),
        (302, RejectedError),
        (400, RejectedError),
        (401, RejectedError),
        (404, RejectedError),
        (410, RejectedError),
        (408, UnavailableError),
        (425, UnavailableError),
        (429, UnavailableError),
        (500, UnavailableError),
        (503, UnavailableError),
    ],
)
async def test_only_what_may_pass_is_worth_another_try(status, kind):
    async with listening(answering(status, Location="http://127.0.0.1:1/")) as (url, got):
        with pytest.raises(kind, match=f"the webhook answered {status}") as failure:
            await posted(url)
    assert len(got) == 1
    assert_silent(failure.value)


async def test_the_time_that_it_asks_for_is_told():
    async with listening(answering(429, **{"Retry-After": "7"})) as (url, _):
        with pytest.raises(UnavailableError) as failure:
            await posted(url)
    assert failure.value.retry_after.total_seconds() == 7


async def test_one_that_hangs_is_given_up_in_time():
    hang = asyncio.Event()

    async def answer(_request):
        await hang.wait()
        return web.Response()

    async with listening(answer) as (url, _):
        with pytest.raises(UnavailableError, match=r"no answer within 0\.1 s") as failure:
            await posted(url, timeout_seconds=0.1)
        hang.set()
    assert_silent(failure.value)


async def test_one_that_is_not_there_is_unavailable():
    async with listening(answering(200)) as (url, _):
        pass
    with pytest.raises(UnavailableError, match="cannot be reached: connection refused") as failure:
        await posted(url)
    assert_silent(failure.value)


async def test_one_that_speaks_no_http_is_unavailable():
    async def garble(_reader, writer):
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(garble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(UnavailableError, match="spoke no HTTP") as failure:
            await posted(f"http://127.0.0.1:{port}/{SECRET}")
    assert_silent(failure.value)


def assert_silent(error: QuorateError):
    """Hold that nothing of the address is in the error, nor in what it came from."""
    seen = []
    at: BaseException | None = error
    while at is not None:
        seen += [str(at), repr(at)]
        at = at.__cause__ or at.__context__
    assert SECRET not in " ".join(seen)
