"""An open socket: the stream of one client over a WebSocket, in the same envelopes, one to a message.

It may be resumed as the stream: behind the `lastSeq` that the client knows. A client that does not take what it is sent
is told the gap and closed with 1013, so that it may come again with what it knows; nobody else waits for it.
Source: UI 3, RELIABILITY 1.5 (FM-RF-002).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from quorate.hub.stream.open_stream import OpenStream

if TYPE_CHECKING:
    from litestar.types import Receive, Send

SLOW_SECONDS: Final = 1.0
"""A client that takes longer for what it is sent, and whose queue overflowed meanwhile, is slow. Ours."""

CLOSING_SECONDS: Final = 2.0

TRY_AGAIN_LATER: Final = 1013
SLOW_CONSUMER: Final = "SLOW_CONSUMER"
"""Why a socket was closed. Source: bad_inputs.jsonl AP-017."""

GOING_AWAY: Final = 1001

_DATA: Final = b"data: "


class OpenSocket(OpenStream):
    """One client's stream over a WebSocket that was accepted."""

    _slow = False

    async def _start(self, send: Send) -> None:
        """Begin at once: a WebSocket has no headers of an answer."""

    async def _send(self, send: Send, messages: bytes) -> None:
        began = self._broadcast.clock.monotonic()
        try:
            async with asyncio.timeout(self._broadcast.pace.stalled_seconds):
                for text in texts_of(messages):
                    await send(cast("Any", {"type": "websocket.send", "text": text}))
        except TimeoutError:
            self._slow = True
        took = self._broadcast.clock.monotonic() - began
        self._slow = self._slow or (took > SLOW_SECONDS and self._has_missed)

    @property
    def _is_over(self) -> bool:
        return self._slow

    async def _end(self, send: Send) -> None:
        code = TRY_AGAIN_LATER if self._slow else GOING_AWAY
        closing = {
            "type": "websocket.close",
            "code": code,
            "reason": SLOW_CONSUMER if self._slow else "",
        }
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await send(cast("Any", closing))

    async def _gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "websocket.disconnect":
            pass


def texts_of(messages: bytes) -> Iterator[str]:
    """Yield the envelopes in server-sent messages."""
    for line in messages.split(b"\n"):
        if line.startswith(_DATA):
            yield line.removeprefix(_DATA).decode()
