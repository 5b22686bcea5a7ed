"""One seed from its beginning to its end, and what the invariants say of it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import structlog

from tests.fault.simulation import cycle_invariants, invariants
from tests.fault.simulation.cycles import replayed
from tests.fault.simulation.rates import drawn_rates
from tests.fault.simulation.trading import traded
from tests.fault.simulation.virtual import VirtualLoop, run_virtually
from tests.fault.simulation.world import World

WORLDS: Mapping[str, Callable[[World, int], Awaitable[None]]] = {
    "orders": traded,
    "replay": replayed,
}
"""What is lived in a world: orders at a broker, or whole cycles."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What became of a seed."""

    seed: int
    problems: list[str]
    rows: list[dict[str, Any]] = field(repr=False)
    ledger: list[dict[str, Any]] = field(repr=False)

    @property
    def trace_hash(self) -> str:
        """Return one hash over everything that happened."""
        told = json.dumps([self.rows, self.ledger], default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def walked(seed: int, kind: str = "orders") -> Walked:
    """Return what becomes of a world."""

    async def whole(loop: VirtualLoop) -> Walked:
        world = World(seed, loop)
        world.venue.rates = drawn_rates(world.chance)
        await WORLDS[kind](world, seed)
        rows = [dict(row) for row in world.database.rows()]
        seen = _at_simulated_broker(world, rows) if kind == "replay" else _at_venue(world, rows)
        problems = [*world.problems, *invariants.broken(seen)]
        if kind != "orders":
            problems += cycle_invariants.broken(seen, world.writers)
        return Walked(seed, problems, rows, world.venue.ledger)

    with unlogged():
        return run_virtually(Random(seed), whole)


def _at_venue(world: World, rows: Sequence[Mapping[str, Any]]) -> invariants.Seen:
    """Return a world whose broker is the venue."""
    venue = world.venue
    return invariants.Seen(
        rows=rows,
        ledger=venue.ledger,
        cash=str(venue.cash),
        held={symbol: str(held) for symbol, held in venue.held.items()},
        open_orders={id_: str(each.rest) for id_, each in venue.orders.items() if each.is_open},
        statuses={id_: each.status for id_, each in venue.orders.items()},
        tables={name: world.database.table(name) for name in invariants.TABLES},
    )


def _at_simulated_broker(world: World, rows: Sequence[Mapping[str, Any]]) -> invariants.Seen:
    """Return a world whose broker is the product's own, as its rows tell it."""
    ledger, account = cycle_invariants.ledger_in(rows)
    orders = account["orders"]
    return invariants.Seen(
        rows=rows,
        ledger=ledger,
        cash=account.get("cash", "100000"),
        held={symbol: each["quantity"] for symbol, each in account.get("positions", {}).items()},
        open_orders={
            id_: str(Decimal(order["quantity"]) - _filled(order))
            for id_, order in orders.items()
            if order["status"] in {"new", "partially_filled"}
        },
        statuses={id_: order["status"] for id_, order in orders.items()},
        is_replay=True,
        tables={name: world.database.table(name) for name in invariants.TABLES},
    )


def _filled(order: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(each["quantity"]) for each in order["executions"]), Decimal(0))


@contextmanager
def unlogged() -> Iterator[None]:
    """Log nothing for the block: everything that counts stands in the journal."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
