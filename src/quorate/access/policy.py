"""Where the hub may be reached: on this machine alone, until accounts and TLS are there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

from quorate.kernel.errors import RejectedError

BINDS: Final = ("127.0.0.1", "::1", "localhost")
"""The names of this machine that the hub answers to."""

PUBLIC_WITHOUT_TLS: Final = "public-without-tls"
"""The slug of an address that other machines could reach. Source: bad_inputs.jsonl CF-007."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPolicy:
    """The hub's address. Source: UI 3 (Auth), RELIABILITY 6.18."""

    bind: str = "127.0.0.1"
    """The address that is listened on: 127.0.0.1, ::1 or localhost."""

    port: int = 8600
    """The port that is listened on."""

    tls: bool = False
    """Reserved: there is no TLS yet, so only false is allowed."""

    def __post_init__(self) -> None:
        """Refuse what would show the hub to other machines."""
        if not is_loopback(self.bind):
            raise _refusal(
                f"bind is {', '.join(BINDS)}: {self.bind!r} could be reached by other machines, "
                "and there is no TLS yet",
                slug=PUBLIC_WITHOUT_TLS,
            )
        if self.bind not in BINDS:
            raise _refusal(f"bind is {', '.join(BINDS)}")
        if not 1 <= self.port <= 65_535:
            raise _refusal("port is in [1, 65535]")
        if self.tls:
            raise _refusal("tls is false: there is no TLS yet")


def is_loopback(bind: str) -> bool:
    """Return whether only this machine can reach `bind`; another name than localhost could mean anything."""
    if bind == "localhost":
        return True
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return False


def _refusal(rule: str, *, slug: str = "") -> RejectedError:
    return RejectedError(f"admin policy: {rule}", effect="nothing was started", slug=slug)
