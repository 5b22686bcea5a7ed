import pytest

from quorate.fleet.policy import FleetPolicy
from quorate.kernel.errors import RejectedError


def test_the_defaults_are_those_of_their_sources():
    policy = FleetPolicy()
    assert (policy.heartbeat_seconds, policy.dead_after_seconds, policy.sweep_seconds) == (
        15,
        45,
        5,
    )
    assert (policy.accept_seconds, policy.messages_per_second) == (10, 50)


@pytest.mark.parametrize(
    "wrong",
    [
        {"heartbeat_seconds": 0.0},
        {"dead_after_seconds": 29.0},
        {"sweep_seconds": 5.1},
        {"accept_seconds": 0.0},
        {"messages_per_second": 0},
        {"quarantine_after": 0},
        {"alert_after_seconds": -1.0},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_no_fleet_could_be_held_to_is_refused(wrong):
    with pytest.raises(RejectedError, match=next(iter(wrong))):
        FleetPolicy(**wrong)
