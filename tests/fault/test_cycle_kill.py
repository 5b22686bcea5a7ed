"""kill -9 in the middle of cycles that trade at the scripted broker over real HTTP (RELIABILITY 1.9).

Nothing decided is lost, no order is placed twice or without its intent, every share is protected, the chain is whole.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from statistics import median

import pytest

from tests.fault.cycle_killing import LONGEST_RECOVERY_S, CycleKills, cycle_kills, steps
from tests.fault.killing import Point, first_points

SEED = 20261121
SAMPLE = 15
TAKEN = Point("after:POST:/v2/orders", 1)
"""The broker has the entry, and nobody here knows it."""

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def kills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CycleKills]:
    with cycle_kills(tmp_path_factory.mktemp("cycles")) as running:
        yield running


def test_two_cycles_enter_protect_and_leave(kills: CycleKills) -> None:
    """What is killed below is worth killing: three orders, all of them filled or cancelled, in two whole cycles."""
    undisturbed = kills.undisturbed()
    assert undisturbed["problems"] == []
    assert undisturbed["accepted"] == 3
    assert undisturbed["types"].count("cycle.ended") == 2
    assert undisturbed["types"].count("outcome.moved") == 3


def test_a_process_killed_at_any_failpoint_of_a_cycle_leaves_nothing_lost_or_doubled(
    kills: CycleKills,
) -> None:
    names = kills.undisturbed()["names"]
    missed = [point for point in first_points(names) if not kills.kill_at(point)]
    for point in random.Random(SEED).sample(steps(names), SAMPLE):
        kills.kill_at(point)
    assert kills.problems == []
    assert missed == []
    assert median(kills.recoveries) < LONGEST_RECOVERY_S


@pytest.mark.parametrize("bug", ["doubt_left_alone", "id_with_a_counter", "rejected_on_sight"])
def test_a_planted_bug_is_found(kills: CycleKills, bug: str) -> None:
    assert kills.found_with(bug, TAKEN)
