"""An endpoint: where the broker is reached, with which keys, and never live by mistake."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

from quorate.execution.paper import PAPER_HOST, is_live_host
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret

KEY_ID: Final = "APCA_API_KEY_ID"
SECRET_KEY: Final = "APCA_API_SECRET_KEY"  # noqa: S105  (the name of a variable)
BASE_URL: Final = "APCA_API_BASE_URL"
DATA_URL: Final = "APCA_API_DATA_URL"
"""The broker's own names. Source: docs.alpaca.markets, "Authentication"."""

PAPER_URL: Final = f"https://{PAPER_HOST}"
MARKET_DATA_URL: Final = "https://data.alpaca.markets"
_KEY: Final = re.compile(r"[\x21-\x7e]+")


class HostProblem(NamedTuple):
    """What is wrong with a host: which setting, what, and its code."""

    key: str
    problem: str
    code: str


class LiveHostError(RejectedError):
    """Orders would cost real money; `errors` tells programs. Source: bad_inputs.jsonl CF-004."""

    default_slug = "config-refused"

    def __init__(self, host: str) -> None:
        problem = f"is {host}, where orders cost real money, and the book is in paper mode"
        super().__init__(
            f"{BASE_URL} {problem}",
            effect="nothing is sent to the broker",
            fix=f"set {BASE_URL}={PAPER_URL}",
        )
        self.errors = (HostProblem(BASE_URL, problem, "CONFIG_LIVE_URL_IN_PAPER"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlpacaEndpoint:
    """The two hosts of an account and the two parts of its key.

    Args:
        key_id: the public part; not shown either.
        secret_key: the secret part.
        base_url: of orders, positions and the account, without a path.
        data_url: of bars, quotes and news, without a path.
        live: whether real money may be spent; False refuses the live host.

    Raises:
        RejectedError: the live host in paper mode (CF-004), an address that is none or would send the key in clear
            text, a key that no header can carry.
    """

    key_id: Secret = field(repr=False)
    secret_key: Secret = field(repr=False)
    base_url: str = PAPER_URL
    data_url: str = MARKET_DATA_URL
    live: bool = False

    def __post_init__(self) -> None:
        """Refuse what must not be asked."""
        _checked(BASE_URL, self.base_url)
        _checked(DATA_URL, self.data_url)
        for name, key in ((KEY_ID, self.key_id), (SECRET_KEY, self.secret_key)):
            if not _KEY.fullmatch(key.reveal()):
                raise _refused(
                    f"{name} is empty or has a space or a line break in it", f"set {name} again"
                )
        host = _host(urlsplit(self.base_url))
        if not self.live and is_live_host(host):
            raise LiveHostError(host)

    @classmethod
    def of(cls, variables: Mapping[str, str], *, live: bool = False) -> Self | None:
        """Return what the broker's four variables say; None where neither part of the key is set.

        Raises:
            RejectedError: one part of the key is missing, or the endpoint is refused.
        """
        told = {name: variables.get(name, "").strip() for name in (KEY_ID, SECRET_KEY)}
        if not any(told.values()):
            return None
        for name, value in told.items():
            if not value:
                raise _refused(f"{name} is not set, the other part of the key is", f"set {name}")
        return cls(
            key_id=Secret(told[KEY_ID]),
            secret_key=Secret(told[SECRET_KEY]),
            base_url=variables.get(BASE_URL, "").strip().rstrip("/") or PAPER_URL,
            data_url=variables.get(DATA_URL, "").strip().rstrip("/") or MARKET_DATA_URL,
            live=live,
        )

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers that carry the key."""
        return {
            "APCA-API-KEY-ID": self.key_id.reveal(),
            "APCA-API-SECRET-KEY": self.secret_key.reveal(),
        }

    @property
    def stream_url(self) -> str:
        """Return where the account's stream is: the base URL's host over a WebSocket."""
        return f"ws{self.base_url.removeprefix('http')}/stream"

    def masked(self, text: bytes) -> bytes:
        """Return `text` with both parts of the key taken out."""
        return self.secret_key.masked(self.key_id.masked(text))


def _checked(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (it is parsed when it is asked for)
    except ValueError:
        raise _refused(f"{name} is no address", f"set {name} to an https address") from None
    sound = parts.hostname and not (parts.username or parts.query or parts.fragment or parts.path)
    if not sound:
        raise _refused(f"{name} is not a scheme and a host alone", f"set {name} to https://HOST")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(_host(parts))):
        raise _refused(f"{name} would send the key unencrypted", f"set {name} to https://HOST")


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").lower().rstrip(".")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(cause: str, fix: str) -> RejectedError:
    return RejectedError(
        cause, effect="nothing is sent to the broker", fix=fix, slug="config-refused"
    )
