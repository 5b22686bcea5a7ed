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

from quorate.audit.auditor import audited
from quorate.hub.stream.results import events_of
from quorate.kernel.journal import JournalEntry
from tests.fault.simulation import (
    control_invariants,
    cycle_invariants,
    flow_invariants,
    invariants,
)
from tests.fault.simulation.cycles import SECRETS, replayed
from tests.fault.simulation.flow import flowed
from tests.fault.simulation.memory import NOTARY_KEY
from tests.fault.simulation.rates import drawn_rates
from tests.fault.simulation.trading import traded
from tests.fault.simulation.virtual import VirtualLoop, run_virtually
from tests.fault.simulation.world import World

WORLDS: Mapping[str, Callable[[World, int], Awaitable[None]]] = {
    "orders": traded,
    "replay": replayed,
    "flow": flowed,
}
"""What is lived in a world: orders at a broker, whole cycles, or results that are passed on and money."""


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
        problems = [*world.problems]
        match kind:
            case "orders":
                problems += invariants.broken(seen)
            case "replay":
                problems += invariants.broken(seen)
                problems += cycle_invariants.broken(seen, world.writers)
            case _:
                problems += flow_invariants.broken(seen)
        problems += control_invariants.broken(seen, _control(world, rows, said))
        return Walked(seed, problems, rows, world.venue.ledger)

    said: list[str] = []
    with heard(said):
        return run_virtually(Random(seed), whole)


def _control(
    world: World, rows: Sequence[Mapping[str, Any]], said: Sequence[str]
) -> control_invariants.Control:
    """Return what the control plane left beside the rows."""
    frames = [
        event.message.decode() for row in rows for event in events_of(JournalEntry(**_entry(row)))
    ]
    return control_invariants.Control(
        notes=world.database.copies,
        public_key=NOTARY_KEY.public_key().public_bytes_raw(),
        writers=world.writers,
        told=[*said, *frames],
        secrets=SECRETS,
        audits=_audits(rows),
    )


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in JournalEntry.__dataclass_fields__}


def _audits(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Return what the auditor says of the stored messages of every cycle, and of nothing else."""
    traces: dict[str, list[Any]] = {}
    for row in rows:
        if row["type"] in {"cycle.started", "cycle.stepped"}:
            told = json.loads(row["payload"])
            trace = traces.setdefault(told["cycleId"], [])
            trace.extend([told["message"]] if row["type"] == "cycle.stepped" else [])
    return {cycle: audited(trace).violations for cycle, trace in traces.items()}


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
def heard(said: list[str]) -> Iterator[None]:
    """Keep what is logged during the block as text: everything else that counts stands in the journal."""

    def keep(_logger: object, _name: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        said.append(repr(event))
        raise structlog.DropEvent

    before = structlog.get_config()
    level = structlog.make_filtering_bound_logger(logging.INFO)
    structlog.configure(wrapper_class=level, processors=[keep])
    try:
        yield
    finally:
        structlog.configure(**before)
