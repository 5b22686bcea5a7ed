"""Ambiguous submits: answers to a POST that never come, over real HTTP, through journal, desk and adapter.

Usage: python -m tests.fault.ambiguous [--points 400] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from quorate.adapters.alpaca import RequestPolicy
from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.migration import migrate
from quorate.adapters.sql.orders import SqlOrders
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.recorded import RecordedOrder, is_in_doubt
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.ids import BookName, Tenant, TraceId
from tests.broker_server import BrokerServer, Fault
from tests.fakes.approvals import approved
from tests.fakes.orders import HurriedClock, Rubberstamp
from tests.integration.alpaca_stages import account_at, begun
from tests.integration.stores import Ground, OpenStore

BOOK = BookName("paper")
POST = {"method": "POST", "path": "/v2/orders"}
GATEWAY_TIMEOUT = {"reply": "status", "status": 504, "body": "<html>504 Gateway Time-out</html>"}
KINDS = {
    "lost before it was taken": Fault(**POST, reply="none", acts=False),
    "lost after it was taken": Fault(**POST, reply="none", acts=True),
    "504 before it was taken": Fault(**POST, **GATEWAY_TIMEOUT, acts=False),
    "504 after it was taken": Fault(**POST, **GATEWAY_TIMEOUT, acts=True),
}
PLENTY = RequestPolicy(per_minute=1_000_000)
LONGEST_S = 120.0
"""After so long no order is in doubt any more, on the service's clock. Source: RELIABILITY 1.3."""


@dataclass
class Account:
    """The orders of a book at the scripted broker, and what was found wrong."""

    service: ExecutionService
    server: BrokerServer
    store: OpenStore
    clock: HurriedClock
    problems: list[str] = field(default_factory=list)

    async def place(self, number: int) -> RecordedOrder:
        """Place one share, whatever becomes of the answer."""
        order = approved(price="10", quantity="1", decision=f"dec_{number}")
        intent = Intent(decided_at=self.clock.now(), trace_id=TraceId("t"))
        return await self.service.place(order, intent)

    async def tried(self, number: int, kind: str) -> None:
        """Place an order whose first answer is lost; note where it does not stand once, or not at once."""
        self.server.faults(KINDS[kind])
        began = self.clock.now()
        placed = await self.place(number)
        took = (self.clock.now() - began).total_seconds()
        if is_in_doubt(placed.order) or took > LONGEST_S:
            self.problems.append(f"{kind}: {placed.order.state} after {took} s")
        if placed.order.state != "WORKING":
            self.problems.append(f"{kind}: {placed.order.state} ({placed.order.reason})")

    def compared(self, numbers: Sequence[int]) -> None:
        """Hold the ledger against what was ordered: each order is there once, and no other."""
        there = Counter(entry.client_order_id for entry in self.server.ledger("accepted"))
        self.problems += [f"{id_} is there {n} times" for id_, n in there.items() if n > 1]
        if len(there) != len(numbers):
            self.problems.append(f"{len(numbers)} were ordered, {len(there)} are there")
        found = self.store.verified(projections=True)
        self.problems += found.problems


@asynccontextmanager
async def account_on(folder: Path, server: BrokerServer) -> AsyncIterator[Account]:
    """Yield an account on a new journal in `folder`; the server begins anew."""
    url = f"sqlite:///{folder / 'quorate.db'}"
    database = Database(DatabasePolicy(url=url))
    migrate(database)
    database.close()
    begun(server)
    server.do("set", limit=1_000_000, cash="100000000")
    ground = Ground(url=url, tenant=Tenant("ambiguous"), folder=folder)
    with ground.opened() as store:
        async with account_at(server, requests=PLENTY) as stage:
            clock = HurriedClock()
            service = ExecutionService(
                book=BOOK,
                broker=stage.broker,
                journal=store.journal,
                orders=SqlOrders(store.database, store.tenant),
                approval=Rubberstamp(),
                clock=clock,
                policy=ExecutionPolicy(),
                jitter=lambda: 0.5,
            )
            yield Account(service, server, store, clock)


async def found(points: int, seed: int) -> list[str]:
    """Return what was found wrong with so many ambiguous submits."""
    chance = random.Random(seed)
    kinds = sorted(KINDS)
    with tempfile.TemporaryDirectory() as folder, BrokerServer() as server:
        async with account_on(Path(folder), server) as account:
            for number in range(points):
                kind = kinds[number % len(kinds)] if number < 100 else chance.choice(kinds)
                await account.tried(number, kind)
            account.compared(range(points))
            return account.problems


def main(points: int, seed: int) -> int:
    """Submit, lose the answer, and say what was found; 1 when anything was."""
    began = time.monotonic()
    problems = asyncio.run(found(points, seed))
    for problem in problems[:20]:
        print(problem)
    spent = time.monotonic() - began
    print(f"{points} ambiguous submits in {spent:.1f} s, seed {seed}: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--points", type=int, default=400)
    wanted.add_argument("--seed", type=int, default=1)
    chosen = wanted.parse_args()
    sys.exit(main(chosen.points, chosen.seed))
