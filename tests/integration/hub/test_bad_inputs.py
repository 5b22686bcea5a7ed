"""The corpus of bad input, rows of the admin API, over a real connection: every row is sent."""

import asyncio
import contextlib
import json
import resource
from pathlib import Path

import pytest
import websockets

from quorate.arena.record.listing import RunFilter
from quorate.hub.security.authentication import COOKIE
from quorate.hub.stream import Pace, sidebar_event
from quorate.results.channels import sidebar_update
from tests.fakes.clock import settle
from tests.fakes.results import result
from tests.integration.hub.served import HANDSHAKE, problem, serving_app

pytestmark = pytest.mark.asyncio(loop_scope="module")

CORPUS = Path(__file__).parents[2] / "data" / "bad_inputs.jsonl"
ROWS = {
    row["id"]: row
    for line in CORPUS.read_text().splitlines()
    if (row := json.loads(line))["boundary"] == "admin_api"
}
SENT = {name: row for name, row in ROWS.items() if "client" not in row["input"]}
"""What one request and its answer show; the other row holds a socket open and never reads."""

SOCKET = "/api/admin/ws"
"""What the corpus calls /ws/sidebar."""


def body_of(asked):
    if "body_gen" in asked:
        generated = {
            name: [made["repeat"]] * made["count"] for name, made in asked["body_gen"].items()
        }
        return json.dumps(generated)
    body = asked.get("body")
    return body if isinstance(body, str) or body is None else json.dumps(body)


async def sent(hub, row):
    """Send what a row says, as often as it says, by a browser that is signed in."""
    asked = row["input"]
    browser = await hub.browser()
    if asked.get("csrf", "ok") is None:
        del browser.headers["X-CSRF-Token"]
    headers = {"Content-Type": "application/json"} if body_of(asked) is not None else {}
    if asked["kind"] == "websocket":
        headers |= HANDSHAKE
    headers |= asked.get("headers", {})
    method = asked.get("method", "GET")
    return [
        await browser.request(method, asked["path"], headers=headers, content=body_of(asked))
        for _ in range(asked.get("repeat", 1))
    ]


async def test_the_corpus_is_complete():
    assert len(ROWS) == 10
    assert set(ROWS) - set(SENT) == {"AP-017"}


@pytest.mark.parametrize("name", sorted(SENT))
async def test_a_row_is_answered_as_it_says(hub, name):
    row, before = ROWS[name], await hub.app.list_runs(RunFilter(), 200, None)
    answers = await sent(hub, row)
    expected = row["expect"]
    assert {answer.status_code for answer in answers} == {expected["status"]}
    if "code" in expected:
        assert {problem(answer)["code"] for answer in answers} == {expected["code"]}
    after = await hub.app.list_runs(RunFilter(), 200, None)
    assert len(after.items) - len(before.items) == expected.get("runs", 0)


class Watched:
    """What a slow reader costs: the most events that waited for it, and the memory before and after."""

    def __init__(self, broadcast):
        self.broadcast = broadcast
        self.most_waiting = 0

    async def flood(self, first, count):
        """Tell `count` results, in bursts between which everybody else gets a turn."""
        for number in range(first, first + count):
            told = result(number, f"S{number % 500}", reasoning="x" * 190)
            self.broadcast.offer(sidebar_event(sidebar_update(told), told))
            self.most_waiting = max(self.most_waiting, *self._waiting(), 0)
            if number % 100 == 0:
                await settle(1)

    def _waiting(self):
        return [reader.waiting for reader in self.broadcast._readers] or [0]


def resident_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def told_until_closed(socket):
    """Yield what a socket was sent, however it ends."""
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            yield await socket.recv()


async def test_ap_017_who_never_reads_costs_no_memory_and_is_closed_with_1013(hub):
    row = ROWS["AP-017"]
    asked, expected = row["input"], row["expect"]
    async with serving_app(hub.app, pace=Pace(stalled_seconds=1.0)) as served:
        cookie = (await served.browser()).cookies[COOKIE]
        url = f"ws://127.0.0.1:{served.port}{SOCKET}"
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
            await socket.recv()
            socket.transport.pause_reading()
            watched = Watched(served.broadcast)
            await watched.flood(1, 10_000)
            before = resident_mb()
            await watched.flood(10_001, asked["server_messages"] - 10_000)
            after = resident_mb()
            async with asyncio.timeout(10):
                while served.broadcast._readers:
                    await served.app.clock.sleep(0.05)
            socket.transport.resume_reading()
            async with asyncio.timeout(10):
                async for _ in told_until_closed(socket):
                    pass
        assert (socket.close_code, socket.close_reason) == (expected["code_ws"], expected["code"])
    assert 0 < watched.most_waiting <= expected["max_queue"]
    assert after - before < expected["max_rss_delta_mb"]
