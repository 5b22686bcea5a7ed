"""Hosts: the names by which this hub may be asked; any other is a page elsewhere that resolved its name to us."""

from __future__ import annotations

from typing import Final

from quorate.hub.problems import RefusedError

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


def allowed_hosts(port: int) -> frozenset[str]:
    """Return the values of the Host header that are answered."""
    return frozenset(f"{name}:{port}" for name in LOOPBACK_NAMES)


def check_host(host: str | None, allowed: frozenset[str]) -> None:
    """Refuse a request that names another host (DNS rebinding). Source: RELIABILITY 6.18.

    Raises:
        RefusedError: slug `misdirected-request`.
    """
    if host not in allowed:
        raise RefusedError("this server does not answer for that host", slug="misdirected-request")
