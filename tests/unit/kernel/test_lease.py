from datetime import timedelta

import pytest

from quorate.kernel.errors import ConflictError
from quorate.kernel.lease import Lease, acquired, lease_event, renewed, require_current
from tests.fakes.clock import NOON

LEASE_TIME = timedelta(seconds=45)
TICK = timedelta(microseconds=1)


def held(token: int = 1, owner: str = "a") -> Lease:
    return Lease(name="task:1", owner=owner, token=token, expires_at=NOON + LEASE_TIME)


@pytest.mark.parametrize(
    ("later", "is_held"),
    [
        pytest.param(timedelta(0), True, id="at once"),
        pytest.param(LEASE_TIME - TICK, True, id="until just before its end"),
        pytest.param(LEASE_TIME, False, id="at its end no more"),
        pytest.param(LEASE_TIME + TICK, False, id="nor after it"),
    ],
)
def test_a_lease_runs_until_its_end(later, is_held):
    assert held().is_held(NOON + later) is is_held


def test_the_first_holding_has_the_first_token():
    lease = acquired(None, name="task:1", owner="a", now=NOON, duration=LEASE_TIME)
    assert lease == held(token=1)


@pytest.mark.parametrize("owner", ["a", "b"], ids=["by its own holder", "by another"])
def test_a_running_lease_is_not_taken(owner):
    with pytest.raises(ConflictError, match="task:1 is held by a until 2026-11-20T12:00:45"):
        acquired(
            held(), name="task:1", owner=owner, now=NOON + LEASE_TIME - TICK, duration=LEASE_TIME
        )


def test_a_lease_that_ran_out_is_taken_with_the_next_token():
    now = NOON + LEASE_TIME
    lease = acquired(held(token=7), name="task:1", owner="b", now=now, duration=LEASE_TIME)
    assert lease == Lease(name="task:1", owner="b", token=8, expires_at=now + LEASE_TIME)


def test_renewing_moves_the_end_and_nothing_else():
    now = NOON + timedelta(seconds=30)
    lease = renewed(held(), held(), now=now, duration=LEASE_TIME)
    assert lease == Lease(name="task:1", owner="a", token=1, expires_at=now + LEASE_TIME)


def test_a_lease_that_ran_out_but_that_nobody_took_can_be_renewed():
    now = NOON + 2 * LEASE_TIME
    assert renewed(held(), held(), now=now, duration=LEASE_TIME).is_held(now)


@pytest.mark.parametrize(
    "current",
    [
        pytest.param(None, id="nobody holds it"),
        pytest.param(held(token=2, owner="b"), id="another took it"),
        pytest.param(held(token=2, owner="a"), id="the same owner took it again"),
    ],
)
def test_a_lost_lease_cannot_be_renewed_nor_used(current):
    with pytest.raises(ConflictError) as lost:
        require_current(current, held(token=1))
    assert lost.value.slug == "lease-lost"
    with pytest.raises(ConflictError):
        renewed(current, held(token=1), now=NOON, duration=LEASE_TIME)


def test_the_newest_holding_may_go_on_even_after_a_renewal_moved_its_end():
    require_current(renewed(held(), held(), now=NOON, duration=2 * LEASE_TIME), held())


def test_a_lease_is_journaled_with_its_token_and_its_end():
    event = lease_event("acquired", held(token=3))
    assert (event.stream, event.type) == ("lease:task:1", "lease.acquired")
    assert event.payload == {
        "name": "task:1",
        "owner": "a",
        "token": 3,
        "expiresAt": "2026-11-20T12:00:45.000000Z",
    }
