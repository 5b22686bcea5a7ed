"""Hosts: three names with one port."""

import pytest

from quorate.hub.problems import RefusedError
from quorate.hub.security.hosts import allowed_hosts, check_host


@pytest.mark.parametrize("host", ["127.0.0.1:8600", "localhost:8600", "[::1]:8600"])
def test_this_machine_is_answered(host):
    check_host(host, allowed_hosts(8600))


@pytest.mark.parametrize(
    "host",
    [None, "", "127.0.0.1", "127.0.0.1:8601", "LOCALHOST:8600", "evil.example:8600", "::1:8600"],
)
def test_any_other_host_is_not(host):
    with pytest.raises(RefusedError) as refusal:
        check_host(host, allowed_hosts(8600))
    assert refusal.value.slug == "misdirected-request"
