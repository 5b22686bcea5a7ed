"""The fleet's figures: a task on its way to a worker in another process, over the loopback, and back.

Hub and worker are processes of their own; the moments are those of the journal's rows, so each holds a commit.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Figure, percentile, spread
from quorate.config import Settings
from quorate.kernel.stamps import moment_of
from quorate.worker import Assignment, Worker

RUNS = 60
PORT = 8671
PROGRAM = str(Path(sys.executable).parent / "quorate")
PROFILE = "cheap_tech_analyst"
URL = f"http://127.0.0.1:{PORT}"
NOWHERE = {
    "OPENROUTER_BASE_URL": "http://127.0.0.1:9/api/v1",
    "OPENROUTER_API_KEY": "unused",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    "OPENAI_API_KEY": "unused",
}
"""Providers that can be configured and never asked: the worker answers by itself."""

STARTING_SECONDS = 60


def figures(settings: Settings) -> Iterator[Figure]:
    """Yield the figures of turns that a worker answers at once, on the home that `settings` name."""
    ours = {"QUORATE_HOME": str(settings.home), **NOWHERE}
    done(["profiles", "enable", PROFILE], ours)
    asking = made_token("asking", ["read", "run"], ours)
    working = made_token("working", ["worker"], ours)
    away = {**ours, "QUORATE_FLEET__ANALYSES": "remote"}
    home = {"QUORATE_HOME": str(settings.home / "elsewhere"), "QUORATE_WORKER_TOKEN": working}
    with (
        running([PROGRAM, "up", "--port", str(PORT)], away),
        running([sys.executable, "-m", "benchmarks.fleet"], home),
    ):
        _until_answered(asking)
        for number in range(RUNS):
            _run(asking, number)
    accepted, ended = _durations(settings.home / "quorate.db")
    yield Figure(
        what=f"assignment -> acceptance by a worker over the loopback ({len(accepted)} tasks)",
        figure=spread(accepted),
        bar="p95 < 20 ms",
        reached=percentile(accepted, 0.95) < 20,
    )
    yield Figure(
        what="acceptance -> result durable, of a worker that answers at once",
        figure=spread(ended),
        bar="-",
        reached=True,
    )


def serve() -> int:
    """Be the worker that answers at once."""
    worker = Worker(hub=URL, capabilities=["llm", "trading_analysis"], slots=8)

    @worker.task("trading_analysis")
    async def analyse(given: Assignment) -> Mapping[str, object]:
        said = {"action": "HOLD", "confidence": 0.5}
        return {"answers": [{"symbol": each, **said} for each in given.symbols]}

    return worker.run()


def _durations(database: Path) -> tuple[list[float], list[float]]:
    """Return the seconds from assigned to started, and from there to the end, of the tasks that a worker did."""
    moves: dict[str, dict[str, float]] = {}
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT ts, payload FROM journal WHERE type = 'task.moved'")
        for ts, payload in rows:
            move = json.loads(payload)
            if move.get("worker"):
                at = moment_of(ts).timestamp()
                moves.setdefault(move["taskId"], {}).setdefault(move["event"], at)
    whole = [each for each in moves.values() if {"assigned", "started"} <= set(each)]
    accepted = [each["started"] - each["assigned"] for each in whole]
    return accepted, [max(each.values()) - each["started"] for each in whole]


def _run(token: str, number: int) -> None:
    body = {"symbols": ["AAPL"], "asOf": "2012-06-29", "profiles": [PROFILE]}
    headers = {"Idempotency-Key": f"bench-{number}", "Prefer": "wait=30"}
    _asked("/api/admin/arena/run", token, headers, json.dumps(body).encode())


def _asked(path: str, token: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    told = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{URL}{path}", data=body, headers=told)  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


def _until_answered(token: str) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        try:
            if b"idle" in _asked("/api/admin/agents", token, {}, None):
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError("no worker came to be idle")


def made_token(name: str, scopes: list[str], environment: Mapping[str, str]) -> str:
    """Return the secret of a new token of a home."""
    wanted = [word for scope in scopes for word in ("--scope", scope)]
    made = done(["tokens", "create", name, *wanted, "--json"], environment)
    return str(json.loads(made)["secret"])


def done(words: list[str], environment: Mapping[str, str]) -> str:
    """Run the program to its end and return what it said."""
    return subprocess.run(
        [PROGRAM, *words],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@contextmanager
def running(words: list[str], environment: Mapping[str, str]) -> Iterator[None]:
    """Have a process run as long as the block lasts."""
    process = subprocess.Popen(
        words,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


if __name__ == "__main__":
    sys.exit(serve())
