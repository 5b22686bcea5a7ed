"""Tickets: a stream opened by somebody who cannot send a header, once, without a token in an address.

A ticket stands for what its maker came in with; who comes with it is that principal from then on, and stays so only as
long as that token or session is good. Source: UI 0.9 (no long-lived token in a URL), UI 3.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from quorate.hub.security.headers import header_of

if TYPE_CHECKING:
    from litestar.types import Scope

    from quorate.kernel.ports import Clock

LIFE: Final = timedelta(seconds=30)
"""How long a ticket may wait for its stream. Ours."""

MOST: Final = 1000
"""Tickets that wait at once; the oldest make room. Ours."""

PARAMETER: Final = "ticket"
STREAMS: Final = frozenset({"/api/admin/stream", "/api/admin/ws"})
"""What a ticket opens, and nothing else."""

CREDENTIALS: Final = ("authorization", "x-api-key", "cookie")
"""The headers that somebody can come in with."""


class Tickets:
    """The tickets that nobody used yet, in this process alone: a stream is opened where its ticket was made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[datetime, tuple[tuple[bytes, bytes], ...]]] = {}

    def issue(self, scope: Scope) -> tuple[str, datetime]:
        """Return a ticket for whoever sent this request, and until when it is good."""
        held = [(name, header_of(scope, name)) for name in CREDENTIALS]
        sent = tuple((name.encode(), text.encode("latin-1")) for name, text in held if text)
        until = self._clock.now() + LIFE
        while len(self._waiting) >= MOST:
            self._waiting.pop(next(iter(self._waiting)))
        ticket = secrets.token_urlsafe(32)
        self._waiting[ticket] = (until, sent)
        return ticket, until

    def redeem(self, scope: Scope) -> None:
        """Give a request that carries a good ticket, and nothing else to come in with, what the ticket stands for."""
        query = scope.get("query_string", b"")
        if scope["path"] not in STREAMS or b"ticket=" not in query:
            return
        if any(header_of(scope, name) for name in CREDENTIALS):
            return
        named = parse_qs(query.decode("latin-1")).get(PARAMETER, [""])[0]
        until, sent = self._waiting.pop(named, (None, ()))
        if until is not None and self._clock.now() <= until:
            scope["headers"] = [*scope["headers"], *sent]
