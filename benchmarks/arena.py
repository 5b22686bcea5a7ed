"""The arena's figures: keyless runs, persisted, one after another and 50 at once; the replay; the command's start."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

from benchmarks.measure import Figure, percentile, spread
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.config import Settings
from quorate.kernel.ids import Symbol

ALONE = 200
AT_ONCE = 50
RUNS = 1000
SYMBOLS = tuple(Symbol(name) for name in ("AAPL", "GOOG", "IBM", "MSFT"))


async def figures(settings: Settings) -> AsyncIterator[Figure]:
    """Yield the figures of keyless runs: one symbol, five profiles, SQLite."""
    async with open_app(settings) as app:
        sessions = await app.last_sessions(SYMBOLS[:1], 250)
        await _runs(app, sessions, 20)
        alone = await _runs(app, sessions, ALONE)
        yield Figure(
            what="one keyless run, persisted, alone (4 commits)",
            figure=spread(alone),
            bar="p50 < 10 ms",
            reached=percentile(alone, 0.5) < 10,
        )
        pace = await _pace(
            app, [RunRequest(symbols=SYMBOLS[:1], as_of=s) for s in _cycle(sessions)]
        )
        yield Figure(
            what=f"keyless runs, {AT_ONCE} at once",
            figure=f"{pace:.0f} runs/s",
            bar=">= 150 runs/s",
            reached=pace >= 150,
        )
        pace = await _pace(app, [RunRequest(symbols=SYMBOLS, as_of=s) for s in sessions])
        yield Figure(
            what="replay of 250 sessions with four symbols each, full journal",
            figure=f"{4 * pace:.0f} decisions/s",
            bar=">= 150 decisions/s",
            reached=4 * pace >= 150,
        )


def start() -> Figure:
    """Return how long `quorate --help` takes."""
    command = [str(Path(sys.executable).with_name("quorate")), "--help"]
    took = []
    for _ in range(12):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.perf_counter() - began)
    return Figure(
        what="quorate --help",
        figure=f"p50 {percentile(took, 0.5):.0f} ms, slowest {max(took) * 1000:.0f} ms",
        bar="< 400 ms",
        reached=percentile(took, 0.5) < 400,
    )


def _cycle(sessions: Sequence[date]) -> list[date]:
    return [sessions[i % len(sessions)] for i in range(RUNS)]


async def _runs(app: App, sessions: Sequence[date], count: int) -> list[float]:
    took = []
    for i in range(count):
        began = time.perf_counter()
        await app.run_arena(RunRequest(symbols=SYMBOLS[:1], as_of=sessions[i % len(sessions)]))
        took.append(time.perf_counter() - began)
    return took


async def _pace(app: App, requests: Sequence[RunRequest]) -> float:
    """Return the runs a second with `AT_ONCE` of them in flight."""
    free = asyncio.Semaphore(AT_ONCE)

    async def run(request: RunRequest) -> None:
        async with free:
            await app.run_arena(request)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as running:
        for request in requests:
            running.create_task(run(request))
    return len(requests) / (time.perf_counter() - began)
