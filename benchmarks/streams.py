"""Fifty clients on the live stream of a hub at scale, and one that reads nothing: who waits for whom.

Hub, writer and clients are processes of their own on the two cores; the clients share one thread, so its own work on
fifty sockets is in the figure.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.hub import Served, committed, opened_stream
from benchmarks.measure import Figure, percentile, spread
from quorate.access import Scope
from quorate.bootstrap import open_app
from quorate.config import Settings

CLIENTS: Final = 50
"""Source: issue 7; the most that one principal may have."""

FLOOD: Final = 3000
"""Events that the slow client does not take while the others are timed: a megabyte."""

FILL: Final = 15_000
"""As many more as fill what lies between: the kernel lets the hub's end of a connection grow to 4 MiB."""

SMALL: Final = 2048
"""The slow client's buffer in bytes."""

PATIENCE_SECONDS: Final = 90.0
"""A client that takes nothing is let go after 60 s."""

BAR_MS: Final = 10.0

TCP: Final = Path("/proc/net/tcp")
ESTABLISHED: Final = "01"
"""Source: the kernel's include/net/tcp_states.h."""


def figures(settings: Settings, served: Served) -> Iterator[Figure]:
    """Yield what an event takes from its commit to fifty clients, alone and beside a client that takes nothing."""
    with _listening(served) as clients:
        took = clients.waits(committed())
        yield _figure(f"commit -> event at each of {CLIENTS} clients", took)
        token = asyncio.run(_token(settings))
        slow = opened_stream(served.port, f"Authorization: Bearer {token}", SMALL)
        began = time.monotonic()
        flooded = clients.waits(committed(FLOOD, paced=False))
        took = clients.waits(committed())
        yield _figure(f"the same beside a client that takes nothing, after {FLOOD} events", took)
        lost = FLOOD * CLIENTS - len(flooded)
    committed(FILL, paced=False)
    cut_off = _is_cut_off(slow, time.monotonic() + PATIENCE_SECONDS)
    yield Figure(
        what="the client that takes nothing is let go; events that the others lost meanwhile",
        figure=f"{'after' if cut_off else 'NOT after'} {time.monotonic() - began:.0f} s; {lost}",
        bar=f"within {PATIENCE_SECONDS:.0f} s of {FILL} more; 0",
        reached=cut_off and lost == 0,
    )


def _figure(what: str, took: Sequence[float]) -> Figure:
    p95 = percentile(took, 0.95)
    return Figure(
        what=f"{what} ({len(took):,} arrivals)",
        figure=spread(took),
        bar=f"p95 < {BAR_MS:.0f} ms",
        reached=p95 < BAR_MS,
    )


class _Clients:
    """Streams that are read by one thread; `arrived` tells when each row came to each of them."""

    def __init__(self, streams: Sequence[socket.socket]) -> None:
        self._waiting = selectors.DefaultSelector()
        self._rest = dict.fromkeys(streams, b"")
        self._arrived: dict[tuple[int, socket.socket], int] = {}
        self._ended = False
        for stream in streams:
            self._waiting.register(stream, selectors.EVENT_READ)

    def read(self) -> None:
        """Read until the end."""
        while not self._ended:
            for key, _ in self._waiting.select(timeout=0.2):
                self._read(key.fileobj)  # type: ignore[arg-type]

    def end(self) -> None:
        """Read no more."""
        self._ended = True

    def waits(self, commits: Mapping[int, int]) -> Sequence[float]:
        """Return how long each of these rows took to each client, in seconds; what has not come in 5 s is left out."""
        wanted = [(seq, stream) for seq in commits for stream in self._rest]
        deadline = time.monotonic() + 5
        while not all(each in self._arrived for each in wanted) and time.monotonic() < deadline:
            time.sleep(0.05)
        came = [each for each in wanted if each in self._arrived]
        return [max(0, self._arrived[each] - commits[each[0]]) / 1e9 for each in came]

    def _read(self, stream: socket.socket) -> None:
        part = stream.recv(65_536)
        now = time.monotonic_ns()
        if not part:
            self._waiting.unregister(stream)
        *lines, self._rest[stream] = (self._rest[stream] + part).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                self._arrived.setdefault((msgspec.json.decode(line[6:])["seq"], stream), now)


@contextmanager
def _listening(served: Served) -> Iterator[_Clients]:
    streams = [opened_stream(served.port, f"Cookie: {served.cookie}") for _ in range(CLIENTS)]
    clients = _Clients(streams)
    reading = threading.Thread(target=clients.read, daemon=True)
    reading.start()
    try:
        yield clients
    finally:
        clients.end()
        reading.join()
        for stream in streams:
            stream.close()


async def _token(settings: Settings) -> str:
    """Return the token of a principal of its own."""
    async with open_app(settings) as app:
        secret, _ = await app.create_token("a slow client", [Scope.READ], timedelta(days=1))
        return str(secret)


def _is_cut_off(stream: socket.socket, until: float) -> bool:
    """Return whether the server lets go of the connection in time, as the kernel tells of the server's end.

    The client's own end says nothing: what it did not take still stands before the word of the end.
    """
    theirs, own = stream.getpeername()[1], stream.getsockname()[1]
    while time.monotonic() < until:
        rows = [line.split() for line in TCP.read_text().splitlines()[1:]]
        held = [row for row in rows if _ports(row) == (theirs, own) and row[3] == ESTABLISHED]
        if not held:
            return True
        time.sleep(0.5)
    return False


def _ports(row: Sequence[str]) -> tuple[int, int]:
    return int(row[1].rpartition(":")[2], 16), int(row[2].rpartition(":")[2], 16)
