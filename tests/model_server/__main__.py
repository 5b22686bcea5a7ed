"""Serve until SIGTERM: `python -m tests.model_server --port 0` prints its address, then answers as its script says."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import msgspec

from tests.model_server.desk import Desk
from tests.model_server.ledger import Ledger
from tests.model_server.script import Script
from tests.model_server.wire import Wire

LOOPBACK = "127.0.0.1"
BACKLOG = 4096


async def serve(desk: Desk, port: int, *, with_parent: bool) -> None:
    """Listen on loopback, say where, and return on SIGTERM or SIGINT."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopped.set)
    server = await loop.create_server(lambda: Wire(desk), LOOPBACK, port, backlog=BACKLOG)
    if with_parent:
        loop.add_reader(sys.stdin, stopped.set)
    sys.stdout.write(f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.model_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, help="keep the calls in this file, over restarts")
    parser.add_argument("--script", type=Path, help="begin with this script (JSON)")
    parser.add_argument(
        "--with-parent", action="store_true", help="end when standard input does: with the parent"
    )
    given = parser.parse_args()
    script = (
        msgspec.json.decode(given.script.read_bytes(), type=Script) if given.script else Script()
    )
    desk = Desk(Ledger(given.ledger), script)
    asyncio.run(serve(desk, given.port, with_parent=given.with_parent))


if __name__ == "__main__":
    main()
