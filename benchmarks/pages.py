"""The server's time of every page and list of the hub over a home at scale; see `benchmarks.filled`.

The hub is a process of its own, asked over the loopback, one request after another. Beside the wall time that a client
sees stands the processor's time of the hub alone, which a loaded machine blurs less.
"""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from benchmarks import streams
from benchmarks.addresses import Address, addresses, found_in
from benchmarks.filled import Size, fill, size
from benchmarks.hub import Served, serving
from benchmarks.measure import Figure, percentile
from quorate.bootstrap import open_app
from quorate.config import Settings, load_settings

REQUESTS: Final = 40
"""Of each address, besides the first one, which is told alone."""

BAR_MS: Final = 100.0
STARTS: Final = 5
USABLE_SECONDS: Final = 1.0
"""Source: issue 7."""

FILE: Final = re.compile(r'(?:src|href)="(/admin/static/[^"]+)"')

PRINTED: Final = 12
"""So many of the slowest are told one by one."""

CURSORS: Final[Mapping[str, str]] = {
    "runs_cursor": "/api/admin/arena/runs?limit=200",
    "events_cursor": "/api/admin/audit/events?limit=200",
    "calls_cursor": "/api/admin/cost/calls?limit=200",
    "tasks_cursor": "/api/admin/tasks?limit=200",
}
"""The lists whose next page is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How long one address took; in seconds, `cpu` the hub's own for one request, `first` the first request's."""

    address: Address
    status: int
    kib: float
    first: float
    each: Sequence[float]
    cpu: float

    @property
    def p95_ms(self) -> float:
        """Return the 95th percentile of the wall times."""
        return percentile(self.each, 0.95)

    @property
    def told(self) -> str:
        """Return the figures as one cell of a table."""
        p50 = percentile(self.each, 0.5)
        return (
            f"p50 {p50:.1f} ms, p95 {self.p95_ms:.1f} ms; CPU {self.cpu * 1000:.1f} ms; "
            f"the first {self.first * 1000:.0f} ms"
        )


def figures(settings: Settings, requests: int = REQUESTS) -> Iterator[Figure]:
    """Fill the home that `settings` name, and yield the figures of all addresses, the slowest first."""
    held = fill(settings)
    yield usable(held)
    with serving() as served:
        yield from streams.figures(load_settings(), served)
    timed = list(measured(load_settings(), requests))
    answers = [each for each in timed if not each.address.is_file]
    worst = sorted(answers, key=lambda each: -each.p95_ms)
    over = [each for each in worst if each.p95_ms >= BAR_MS]
    failed = [each for each in timed if each.status not in {200, 204, 303}]
    yield Figure(
        what=f"{len(answers)} pages and lists over {told(held)}",
        figure=f"the slowest p95 {worst[0].p95_ms:.0f} ms; {len(over)} at 100 ms or more",
        bar="p95 < 100 ms each",
        reached=not over and not failed,
    )
    for each in (*failed, *worst[:PRINTED], *(one for one in timed if one.address.is_file)):
        is_file = each.address.is_file
        yield Figure(
            what=f"GET {each.address.shown} ({each.status}, {each.kib:.0f} KiB)",
            figure=each.told,
            bar="-" if is_file else "p95 < 100 ms",
            reached=each.status == 200 and (is_file or each.p95_ms < BAR_MS),
        )


def usable(held: Size) -> Figure:
    """Return how long it takes from the command to the first page, several starts, the middle one."""
    took = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with serving() as served:
            served.client.get("/admin").raise_for_status()
            start, cpu = time.perf_counter() - began, cpu_of(served.pid)
            took.append((start, cpu, _page_seconds(served)))
    start, cpu, page = sorted(took)[STARTS // 2]
    return Figure(
        what=f"`quorate up` to the first page answered, over {told(held)}",
        figure=f"{start:.2f} s, {cpu:.2f} s of CPU; the page again with its style and its scripts {page * 1000:.0f} ms",
        bar=f"< {USABLE_SECONDS:.0f} s",
        reached=start < USABLE_SECONDS,
    )


def _page_seconds(served: Served) -> float:
    """Return how long the first page takes with every file of this hub that it names."""
    began = time.perf_counter()
    page = served.client.get("/admin").text
    for file in dict.fromkeys(FILE.findall(page)):
        served.client.get(html.unescape(file)).raise_for_status()
    return time.perf_counter() - began


def told(held: Size) -> str:
    """Return in words how much a home holds."""
    return f"{held.runs:,} runs, {held.calls:,} calls and {held.rows:,} rows"


def measured(settings: Settings, requests: int, only: str = "") -> Iterator[Timed]:
    """Yield the times of every address whose name holds `only`, asked `requests` times each."""
    with serving() as served:
        cursors = {name: _cursor(served.client, path) for name, path in CURSORS.items()}
        wanted = asyncio.run(_addresses(settings, cursors))
        for each in wanted:
            if only in each.shown:
                yield _timed(served, each, requests)


async def _addresses(settings: Settings, cursors: Mapping[str, str]) -> Sequence[Address]:
    async with open_app(settings) as app:
        held = await size(app)
        if not held.runs:
            raise RuntimeError("the home is empty")
        found = await app._store.database.read(found_in)  # noqa: SLF001  (names alone)
        return list(addresses(app, found | cursors))


def _cursor(client: httpx.Client, path: str) -> str:
    return str(client.get(path).json()["nextCursor"])


def _timed(served: Served, address: Address, requests: int) -> Timed:
    first = served.client.get(address.path)
    before = cpu_of(served.pid)
    answers = [served.client.get(address.path) for _ in range(requests)]
    cpu = (cpu_of(served.pid) - before) / requests
    return Timed(
        address=address,
        status=first.status_code,
        kib=len(first.content) / 1024,
        first=first.elapsed.total_seconds(),
        each=[answer.elapsed.total_seconds() for answer in answers],
        cpu=cpu,
    )


def cpu_of(pid: int) -> float:
    """Return the seconds of the processor that a process took so far, all of its threads."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1e9
