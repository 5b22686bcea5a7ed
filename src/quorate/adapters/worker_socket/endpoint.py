"""Where a hub is, and the token that is shown there; neither travels in the clear beyond this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Self
from urllib.parse import SplitResult, urlsplit

from quorate.fleet.wire import PATH, SERIES_PATH
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEndpoint:
    """A hub's origin, `http://127.0.0.1:8600`, and the token of who asks it, which is not shown."""

    origin: str
    token: Secret = field(repr=False)

    @classmethod
    def at(
        cls,
        url: str,
        token: Secret,
        *,
        option: str = "quorate worker --hub",
        effect: str = "the worker was not started",
    ) -> Self:
        """Return the endpoint of the hub at `url`, which was told by `option`.

        Raises:
            RejectedError: it is no URL of a hub, or the token would be sent in the clear over a network.
        """
        parts = _split(url)
        if parts is None or not parts.hostname or parts.path not in {"", "/"}:
            raise RejectedError(
                f"{url!r} is no URL of a hub", effect=effect, fix=f"{option} https://HOST:PORT"
            )
        if parts.username or parts.query or parts.fragment:
            raise RejectedError(
                "a hub's URL is a scheme, a host and a port",
                effect=effect,
                fix="leave the rest out",
            )
        if parts.scheme != "https" and not is_loopback(parts.hostname):
            raise RejectedError(
                f"{parts.hostname} is another machine, and http:// would show it the token in the clear",
                effect=effect,
                fix=f"use https://{parts.netloc}, or a tunnel to 127.0.0.1",
            )
        return cls(origin=f"{parts.scheme}://{parts.netloc}", token=token)

    @property
    def socket_url(self) -> str:
        """Return where the WebSocket is opened."""
        return f"{self.origin}{PATH}"

    def series_url(self, digest: str) -> str:
        """Return where a series is fetched."""
        return f"{self.origin}{SERIES_PATH}/{digest}"

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that say who asks."""
        return {"Authorization": f"Bearer {self.token.reveal()}"}


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        is_known = parts.scheme in {"http", "https"} and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if is_known else None
