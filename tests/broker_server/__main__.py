"""Serve until SIGTERM: `python -m tests.broker_server --port 0` prints its address, then is a broker."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from tests.broker_server.contract import CONTRACTS, Contract
from tests.broker_server.ledger import Ledger
from tests.broker_server.server import BrokerDesk

LOOPBACK = "127.0.0.1"


async def serve(desk: BrokerDesk, port: int, *, with_parent: bool) -> None:
    """Listen on loopback, say where, and return on SIGTERM or SIGINT."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopped.set)
    runner = web.AppRunner(desk.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    if with_parent:
        loop.add_reader(sys.stdin, stopped.set)
    sys.stdout.write(f"http://{LOOPBACK}:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await stopped.wait()
    await runner.cleanup()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.broker_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ledger", type=Path, help="keep what happened in this file")
    parser.add_argument(
        "--contracts", action="store_true", help=f"hold every reply against {CONTRACTS}"
    )
    parser.add_argument(
        "--with-parent", action="store_true", help="end when standard input does: with the parent"
    )
    given = parser.parse_args()
    contract = Contract() if given.contracts else None
    desk = BrokerDesk(Ledger(given.ledger), contract)
    asyncio.run(serve(desk, given.port, with_parent=given.with_parent))


if __name__ == "__main__":
    main()
