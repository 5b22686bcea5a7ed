"""The parts of a running hub, as its handlers find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from litestar import Request

from quorate.bootstrap import App
from quorate.hub.security.authentication import Authentication
from quorate.hub.stream import Broadcast

PARTS: Final = "parts"
"""Where they stand in the application's state."""

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What lives as long as the hub does."""

    app: App
    authentication: Authentication
    broadcast: Broadcast


def parts_of(request: AnyRequest) -> Parts:
    """Return the parts of the hub that answers `request`."""
    return cast("Parts", request.app.state[PARTS])


def app_in(request: AnyRequest) -> App:
    """Return the application that this process opened."""
    return parts_of(request).app
