"""The flow of results: from a commit to a browser's socket, straight and through Redis, and how fast a backlog drains.

Hub, writer and reader share one process and its two cores' worth of work; Redis is a server of its own.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta

import websockets

from benchmarks.measure import Figure, percentile, spread
from quorate.access import Scope
from quorate.bootstrap import App, open_app
from quorate.config import Settings
from quorate.hub.stream.results import SIDEBAR
from tests.integration.hub.served import Served, serving_app
from tests.integration.result_facts import result_events

COMMITS = 200
BACKLOG = 5_000
DRAIN_BAR = 500
ARRIVAL_BAR_MS = 10.0


def figures(settings: Settings) -> Iterator[Figure]:
    """Yield the figures on the home that `settings` name; those through Redis where a server is installed."""
    yield asyncio.run(_arrival(settings, "without Redis"))
    program = shutil.which("redis-server")
    if program is None:
        return
    with _redis(program) as url:
        through = replace(settings.results, redis_url=url)
        with_redis = settings.model_copy(update={"results": through})
        yield asyncio.run(_drained(with_redis))
        yield asyncio.run(_arrival(with_redis, "through a Redis stream"))


async def _arrival(settings: Settings, how: str) -> Figure:
    """Return how long a result takes from its commit to a WebSocket, as the sidebar hears of it."""
    took: list[float] = []
    async with open_app(settings) as app, serving_app(app) as hub, _listening(hub) as socket_:
        await asyncio.sleep(1)
        for number in range(COMMITS):
            first = 10_000_000 + int(time.time() * 1000) + number
            began = await _committed(app, first)
            while json.loads(await socket_.recv())["decisionId"] != f"dec_{first}AAPL":
                pass
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.011)
    return Figure(
        what=f"results: commit -> browser event, {how}",
        figure=spread(took),
        bar=f"P95 < {ARRIVAL_BAR_MS:.0f} ms",
        reached=percentile(took, 0.95) < ARRIVAL_BAR_MS,
    )


async def _drained(settings: Settings) -> Figure:
    """Return how fast a relay and a bridge work off what was committed while Redis was away."""
    async with open_app(settings) as app:
        for first in range(0, BACKLOG, 500):
            await _committed(app, *range(first, first + 500))
        began = time.perf_counter()
        async with app.results.served():
            while app.results.applied.told < BACKLOG:  # noqa: ASYNC110  (it is polled beside what is measured)
                await asyncio.sleep(0.1)
            rate = BACKLOG / (time.perf_counter() - began)
    return Figure(
        what=f"results: {BACKLOG} that waited for Redis, relayed and bridged",
        figure=f"{rate:,.0f}/s",
        bar=f">= {DRAIN_BAR}/s",
        reached=rate >= DRAIN_BAR,
    )


async def _committed(app: App, *numbers: int) -> float:
    """Commit results of AAPL, one a run, and return when they were durable."""
    now = app.clock.now()
    runs = [result_events(number, ["AAPL"], analyzed=now) for number in numbers]
    events = [event for run in runs for event in run]
    await app._store.journal.commit(lambda _tx: events)  # noqa: SLF001  (past the arena)
    return time.perf_counter()


@asynccontextmanager
async def _listening(hub: Served) -> AsyncIterator[websockets.ClientConnection]:
    secret, _ = await hub.app.create_token("bench", [Scope.READ], timedelta(days=1))
    url = f"ws://127.0.0.1:{hub.port}/api/admin/ws?types={SIDEBAR}"
    headers = {"Authorization": f"Bearer {secret}"}
    async with websockets.connect(url, additional_headers=headers, proxy=None) as opened:
        await opened.recv()
        yield opened


@contextmanager
def _redis(program: str) -> Iterator[str]:
    """Yield the URL of a server of our own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [program, "--port", str(port), "--dir", folder, "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + 10
            while time.monotonic() < until:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.02)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()
