"""The hub's figures: commit -> event in another process, and the server's time of every page and list over many runs.

Hub, writer and reader are processes of their own, as they are in use; they share the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import msgspec

from benchmarks.measure import Figure, percentile, spread
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.config import Settings, load_settings
from quorate.kernel.ids import ProfileName, Symbol

RUNS = 10_000
AT_ONCE = 50
COMMITS = 300
REQUESTS = 60
PAUSES = (0.011, 0.023, 0.037)
"""Between two commits, in seconds: out of step with whatever the hub does in turns."""

STARTING_SECONDS = 60
ENDING_SECONDS = 60
"""What a hub may still be at when it is told to end, it finishes."""

SYMBOLS = tuple(Symbol(name) for name in ("AAPL", "GOOG", "IBM", "MSFT"))
SWITCHED = ProfileName("wyckoff")


def figures(settings: Settings) -> Iterator[Figure]:
    """Yield the hub's figures on the home that `settings` name."""
    asyncio.run(_filled(settings))
    with serving() as served:
        yield arrival(served)
        yield from server_times(served)


@dataclass(frozen=True)
class Served:
    """A hub in a process of its own, and the cookie of a session with it."""

    port: int
    cookie: str
    client: httpx.Client
    pid: int


def arrival(served: Served) -> Figure:
    """Return how long an event takes from its commit, in another process, to a client's line."""
    arrived: dict[int, int] = {}
    stream = opened_stream(served.port, f"Cookie: {served.cookie}")
    reading = threading.Thread(target=_read, args=(stream, arrived), daemon=True)
    reading.start()
    written = committed()
    deadline = time.monotonic() + 5
    while not set(written) <= set(arrived) and time.monotonic() < deadline:
        time.sleep(0.01)
    stream.close()
    took = [max(0, arrived[seq] - at) / 1e9 for seq, at in written.items()]
    return Figure(
        what=f"commit -> event at a client, from another process ({len(took)} commits)",
        figure=spread(took),
        bar="p95 < 10 ms",
        reached=percentile(took, 0.95) < 10,
    )


def server_times(served: Served) -> Iterator[Figure]:
    """Yield the time of every page and list over the stored runs, as a client on this machine sees it."""
    listed = served.client.get("/api/admin/arena/runs?limit=200").json()
    run, cursor = listed["items"][100]["runId"], listed["nextCursor"]
    api, page = "/api/admin/arena", "/admin/arena"
    for path in (
        "/admin",
        page,
        f"{page}/runs",
        f"{page}/runs?view=no_trade",
        f"{page}/runs?symbol=IBM&trigger=disagreement",
        f"{page}/runs?profile=trend&from=2012-06-01&to=2012-12-31",
        f"{page}/runs/new",
        f"{page}/runs/{run}",
        f"{page}/runs/{run}?tab=trace",
        f"{page}/profiles",
        f"{api}/overview",
        "/api/admin/dashboard",
        f"{api}/runs?limit=200",
        f"{api}/runs?limit=200&cursor={cursor}",
        f"{api}/runs?count=1&symbol=IBM&escalated=true",
        f"{api}/runs/{run}",
        f"{api}/runs/{run}/why",
        f"{api}/runs/{run}/trace",
        f"{api}/profiles",
        "/api/admin/search?q=run_01",
    ):
        answers = [served.client.get(path) for _ in range(REQUESTS)]
        if answers[0].status_code == 404:
            continue
        took = [answer.elapsed.total_seconds() for answer in answers]
        shown = path.replace(run, "ID").replace(str(cursor), "CURSOR")
        size = len(answers[0].content) / 1024
        yield Figure(
            what=f"GET {shown} over {RUNS} runs ({answers[0].status_code}, {size:.0f} KiB)",
            figure=spread(took),
            bar="p95 < 100 ms",
            reached=answers[0].status_code == 200 and percentile(took, 0.95) < 100,
        )


async def _filled(settings: Settings) -> None:
    async with open_app(settings) as app:
        sessions = await app.last_sessions(SYMBOLS[:1], 250)
        free = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as running:
            for number in range(RUNS):
                running.create_task(_run(app, sessions, number, free))


async def _run(app: App, sessions: Sequence[date], number: int, free: asyncio.Semaphore) -> None:
    async with free:
        symbols = (SYMBOLS[number % len(SYMBOLS)],)
        session = sessions[number % len(sessions)]
        await app.run_arena(RunRequest(symbols=symbols, as_of=session))


@contextmanager
def serving() -> Iterator[Served]:
    """Yield the hub of the home that the environment names, in a process of its own."""
    port = _free_port()
    command = [str(Path(sys.executable).with_name("quorate")), "up", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(STARTING_SECONDS, process.kill)
    watchdog.start()
    try:
        link = (process.stdout.readline() if process.stdout else "").strip()
        watchdog.cancel()
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30
        ) as client:
            client.get(link)
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            yield Served(port, cookie, client, process.pid)
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait(timeout=ENDING_SECONDS)


def opened_stream(port: int, credential: str, buffer: int = 0) -> socket.socket:
    """Open the stream and wait for its greeting; a small `buffer`, in bytes, makes a slow reader felt sooner."""
    made = socket.socket()
    if buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    made.connect(("127.0.0.1", port))
    made.sendall(
        f"GET /api/admin/stream?types=profile.* HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n"
        f"{credential}\r\n\r\n".encode()
    )
    said = b""
    while b"hello" not in said:
        said += made.recv(4096)
    return made


def _read(stream: socket.socket, arrived: dict[int, int]) -> None:
    """Note when the line of each row arrives."""
    rest = b""
    while True:
        try:
            part = stream.recv(65_536)
        except OSError:
            return
        now = time.monotonic_ns()
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                arrived.setdefault(msgspec.json.decode(line[6:])["seq"], now)
        if not part:
            return


def _pair(line: str) -> tuple[int, int]:
    seq, at = line.split()
    return int(seq), int(at)


def committed(count: int = COMMITS, *, paced: bool = True) -> Mapping[int, int]:
    """Have a process commit so many rows, and return when each commit returned, by its row."""
    pace = "paced" if paced else "at once"
    written = subprocess.run(
        [sys.executable, "-m", "benchmarks.hub", str(count), pace],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(_pair(line) for line in written.stdout.splitlines())


async def _write(count: int, *, paced: bool) -> None:
    """Commit now and then, in a process of its own; print each row with when its commit returned."""
    async with open_app(load_settings()) as app:
        feed = app.feed()
        for number in range(count):
            await asyncio.sleep(PAUSES[number % len(PAUSES)] if paced else 0)
            await app.set_profile_enabled(SWITCHED, number % 2 == 1)
            at = time.monotonic_ns()
            print(await feed.head(), at)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(_write(int(sys.argv[1]), paced=sys.argv[2] == "paced"))
