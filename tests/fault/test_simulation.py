"""The simulation: no seed breaks an invariant, and every planted bug is found (RELIABILITY 4)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from tests.fault.simulation.control_invariants import CHECKS as OF_CONTROL
from tests.fault.simulation.cycle_invariants import CHECKS as OF_CYCLES
from tests.fault.simulation.flow_invariants import CHECKS as OF_FLOW
from tests.fault.simulation.invariants import CHECKS
from tests.fault.simulation.planted import PLANTED, Planted
from tests.fault.simulation.walk import walked

pytestmark = pytest.mark.fault

SEEDS = {"flow": 60, "orders": 120, "replay": 20}
"""In the gate; `make soak` walks 1,000 of each."""
BLOCK = {"flow": 20, "orders": 20, "replay": 4}
ENOUGH = 1000
"""A bug that so many seeds do not find is not found."""
BLOCKS = [(kind, first) for kind in sorted(SEEDS) for first in range(0, SEEDS[kind], BLOCK[kind])]


@pytest.mark.parametrize(("kind", "first"), BLOCKS)
def test_no_seed_breaks_an_invariant(kind: str, first: int) -> None:
    problems = {seed: walked(seed, kind).problems for seed in range(first, first + BLOCK[kind])}
    assert {seed: found for seed, found in problems.items() if found} == {}


def test_the_worlds_are_as_bad_as_they_are_meant_to_be() -> None:
    kinds = [entry["kind"] for seed in range(30) for entry in walked(seed).ledger]
    for kind, least in (("died", 30), ("sent", 60), ("filled", 60), ("canceled", 4)):
        assert kinds.count(kind) >= least, kind


def test_the_cycles_of_the_worlds_trade_and_die() -> None:
    worlds = [walked(seed, "replay") for seed in range(8)]
    types = [row["type"] for world in worlds for row in world.rows]
    for kind, least in (("order.intended", 8), ("cycle.ended", 40), ("outcome.moved", 8)):
        assert types.count(kind) >= least, kind
    assert any(entry["kind"] == "died" for world in worlds for entry in world.ledger)


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_planted_bug_is_found(name: str) -> None:
    bug = PLANTED[name]
    with bug.plant():
        assert any(_breaks(bug, seed) for seed in chain([bug.seed], range(ENOUGH)))


def test_every_invariant_is_broken_by_some_planted_bug() -> None:
    """One that nothing breaks would say nothing: 8 is broken where an id is made anew, 1 where cash is."""
    checked = {
        check.__name__.split("_")[1] for check in (*CHECKS, *OF_CYCLES, *OF_CONTROL, *OF_FLOW)
    }
    assert checked - {bug.invariant for bug in PLANTED.values()} <= {"8"}
    with PLANTED["id_with_a_counter"].plant():
        assert any(_has(walked(seed).problems, "8") for seed in range(ENOUGH))


def test_a_seed_is_the_same_world_in_another_process() -> None:
    """The sequence of a set differs between processes: nothing may depend on it."""
    for kind in sorted(SEEDS):
        assert _trace(kind, "0") == _trace(kind, "1")


def _breaks(bug: Planted, seed: int) -> bool:
    return _has(walked(seed, bug.world).problems, bug.invariant)


def _has(problems: list[str], invariant: str) -> bool:
    return any(problem.startswith(f"{invariant}: ") for problem in problems)


def _trace(kind: str, hashes: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fault.simulation", "--seed", "3", "--world", kind],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": hashes},
    )
    # A process has a number and a home of its own; the last line is a hash over all of it.
    told = done.stdout.rpartition("seed ")[0]
    return re.sub(r"quorate-simulated-\w+", "HOME", re.sub(r":\d+:", ":PID:", told))
