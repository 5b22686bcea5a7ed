"""Every step of a cycle, run twice: the same bytes, and no second effect (R-007, RELIABILITY 4.2 invariant 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from quorate.cycle.executing.service import Executing
from quorate.cycle.ports import Step, StepResult
from quorate.cycle.record import RecordedCycle
from quorate.execution.service import ExecutionService
from quorate.kernel.canonical import canonical_json
from tests.fault.simulation.bugs import instead
from tests.fault.simulation.cycles import replayed
from tests.fault.simulation.virtual import VirtualLoop, run_virtually
from tests.fault.simulation.walk import heard
from tests.fault.simulation.world import World

SEEDS = (1, 4, 9, 12)
OBSERVED = {
    "orders.reconciled",
    "lease.renewed",
    "alert.raised",
    "votes.resolved",
    "config.recorded",
}
"""Rows that say what was seen, not what was done; a lease is renewed by the clock."""

pytestmark = pytest.mark.fault


class Twice:
    """A step that a process runs, and runs again because nobody told it that it had."""

    def __init__(self, step: Step, world: World, found: list[str]) -> None:
        self._step, self._world, self._found = step, world, found
        self.name = step.name

    async def run(self, cycle: RecordedCycle) -> StepResult:
        first = await self._step.run(cycle)
        head = self._world.database.head()
        second = await self._step.run(cycle)
        if _told(first) != _told(second):
            self._found.append(f"{self.name} said {_told(first)}, then {_told(second)}")
        written = {row["type"] for row in self._world.database.rows(after=head)} - OBSERVED
        self._found += [f"{self.name} wrote {kind} again" for kind in sorted(written)]
        return second


OWN = {"fetchedAt"}
"""When an attempt looked."""


def _told(result: StepResult) -> str:
    """Return what a step says; a verdict that was not committed has another id the next time."""
    tree = json.loads(canonical_json(result.data))
    for order in tree.get("orders", []):
        order.pop("verdictId", None)
    return canonical_json({key: value for key, value in tree.items() if key not in OWN})


def lived(seed: int, *, twice: bool) -> tuple[list[str], list[Mapping[str, Any]]]:
    """Return what was found in a world without faults, and its rows."""
    found: list[str] = []

    async def whole(loop: VirtualLoop) -> list[Mapping[str, Any]]:
        world = World(seed, loop)
        await replayed(world, seed, lambda step: Twice(step, world, found) if twice else step)
        found.extend(world.problems)
        return list(world.database.rows())

    with heard([]):
        return found, run_virtually(Random(seed), whole)


def essence(rows: Sequence[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """Return what was traded and what came of it, without ids and times, which other draws make others."""
    wanted = {"order.intended", "order.moved", "book.marked", "outcome.moved", "trading.moved"}
    found = [
        _traded(row["type"], json.loads(row["payload"])) for row in rows if row["type"] in wanted
    ]
    return sorted(found, key=repr)


def _traded(kind: str, told: Mapping[str, Any]) -> tuple[object, ...]:
    keys = ("symbol", "from", "to", "filled", "averagePrice", "cash", "equity", "status", "pnl")
    request = told.get("request", {})
    more = [request.get(key) for key in ("side", "leg", "quantity", "price", "protectiveStop")]
    return (kind, *(told.get(key) for key in keys), *more)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_that_runs_twice_says_the_same_and_does_nothing_more(seed: int) -> None:
    found, twice = lived(seed, twice=True)
    assert found == []
    assert essence(twice) == essence(lived(seed, twice=False)[1])


def test_the_worlds_trade() -> None:
    kinds = [entry[0] for seed in SEEDS for entry in essence(lived(seed, twice=False)[1])]
    assert kinds.count("order.intended") >= len(SEEDS)
    assert kinds.count("outcome.moved") >= len(SEEDS)


def test_a_step_that_forgets_what_it_did_is_noticed() -> None:
    """A planted bug: executing gives the order a new generation each time it is asked to place it."""
    count = iter(range(90))

    async def _sent(self: Any, trade: Any, intent: Any) -> Any:
        execution: ExecutionService = self._execution
        if trade.request.reduce_only:
            return await execution.leave(trade.request, intent)
        again = replace(intent, generation=next(count))
        return await execution.place(await self._desk.approved(trade.request), again)

    with instead(Executing, "_sent", _sent):
        found = [said for seed in SEEDS for said in lived(seed, twice=True)[0]]
    assert any("wrote order.intended again" in said for said in found)
