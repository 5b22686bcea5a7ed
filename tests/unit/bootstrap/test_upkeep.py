"""Upkeep: what dead processes left is looked for once in a while, whatever a single look comes to."""

from __future__ import annotations

import pytest

from quorate.bootstrap.upkeep import EVERY_SECONDS, SOONEST_SECONDS, kept_up, looked_after_every
from quorate.kernel.errors import UnavailableError
from tests.fakes.clock import FakeClock


async def test_nothing_is_recovered_before_its_time_and_then_every_time():
    clock, looks = FakeClock(), []

    async def recover():
        looks.append(1)
        return ["a run was finished"]

    async with kept_up(recover, clock):
        await clock.advance(EVERY_SECONDS - 1)
        assert looks == []
        await clock.advance(1)
        assert len(looks) == 1
        await clock.advance(2 * EVERY_SECONDS)
        assert len(looks) == 3


@pytest.mark.parametrize(
    "failure", [UnavailableError("no database", source="database"), ValueError("a bug")]
)
async def test_a_look_that_fails_is_followed_by_the_next(failure):
    clock, looks = FakeClock(), []

    async def recover():
        looks.append(1)
        if len(looks) == 1:
            raise failure
        return []

    async with kept_up(recover, clock):
        await clock.advance(2 * EVERY_SECONDS)
    assert len(looks) == 2


async def test_nothing_goes_on_once_the_block_has_ended():
    clock, looks = FakeClock(), []

    async def recover():
        looks.append(1)
        return []

    async with kept_up(recover, clock):
        await clock.advance(1)
    await clock.advance(EVERY_SECONDS)
    assert clock.sleepers == 0
    assert looks == []


@pytest.mark.parametrize(
    ("lease_s", "every_s"),
    [(0.01, SOONEST_SECONDS), (2.0, 2.0), (45.0, 45.0), (86_400.0, EVERY_SECONDS)],
)
def test_it_is_looked_for_as_often_as_a_lease_lasts_within_bounds(lease_s, every_s):
    assert looked_after_every(lease_s) == every_s
