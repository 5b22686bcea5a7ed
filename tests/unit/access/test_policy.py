"""Where the hub may be reached: nowhere but on this machine."""

import pytest

from quorate.access.policy import PUBLIC_WITHOUT_TLS, AdminPolicy, is_loopback
from quorate.kernel.errors import RejectedError


def test_by_default_it_is_loopback_and_8600():
    assert (AdminPolicy().bind, AdminPolicy().port) == ("127.0.0.1", 8600)


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost"])
def test_a_name_of_this_machine_is_allowed(bind):
    assert AdminPolicy(bind=bind).bind == bind


@pytest.mark.parametrize(
    "bind",
    ["0.0.0.0", "::", "192.0.2.1", "", "hub.example", "127.0.0.1.evil.example"],  # noqa: S104
)
def test_what_other_machines_could_reach_is_refused(bind):
    with pytest.raises(RejectedError) as refusal:
        AdminPolicy(bind=bind)
    assert refusal.value.slug == PUBLIC_WITHOUT_TLS


def test_another_loopback_address_is_refused_for_another_reason():
    with pytest.raises(RejectedError) as refusal:
        AdminPolicy(bind="127.0.0.2")
    assert refusal.value.slug == "validation-failed"


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(RejectedError, match="port is in"):
        AdminPolicy(port=port)


def test_tls_is_not_there_yet():
    with pytest.raises(RejectedError, match="there is no TLS yet"):
        AdminPolicy(tls=True)


def test_a_name_that_could_mean_anything_is_not_loopback():
    assert not is_loopback("localhost.example")
