"""Connections: HTTP/1.1 and WebSockets as the server speaks them, with limits to how long a client may hold one.

The server bounds the size of a head and the silence between requests, not the time that a head takes to arrive; a
client that sends a byte now and then would hold its connection for ever (slowloris). Source: RELIABILITY 6.12.
And it does not tell a client that takes nothing why it is let go: the word would wait behind what is not taken.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

HEAD_SECONDS: Final = 10.0
"""How long a request's head may take. Source: RELIABILITY 6.12."""

UNTAKEN_SECONDS: Final = 60.0
"""How long what was sent may wait for a client that takes none of it. Ours: six signs of life of the live stream."""

PARTING_SECONDS: Final = 10.0
"""How long a client that was let go may take to fetch what it was sent, its end included. Ours."""


class Connection(H11Protocol):
    """A connection that is closed when a request's head does not arrive, or an answer is not taken, in time.

    An answer that its application gave up would else hold the connection until the client takes what was sent before.
    """

    head_seconds = HEAD_SECONDS
    untaken_seconds = UNTAKEN_SECONDS
    _overdue: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read, and wait on for the rest of a head, or no more."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Write no more for now, and for good when nothing of it is taken."""
        super().pause_writing()
        self._untaken = self.loop.call_later(self.untaken_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Write on: most was taken."""
        self._taken()
        super().resume_writing()

    def cut_off_if_stuck(self) -> None:
        """Drop the connection when what was sent to the client waits to be taken."""
        if self.flow.write_paused:
            self.transport.abort()

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _watch(self) -> None:
        """Run the timer while a head is expected; a part of it does not start the timer anew."""
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._overdue is None:
            self._overdue = self.loop.call_later(self.head_seconds, self._give_up)

    def _forget(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _give_up(self) -> None:
        self._overdue = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


class SocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket whose client is told its end even when it takes nothing, and is dropped soon after."""

    parting_seconds = PARTING_SECONDS

    async def send(self, message: ASGISendEvent) -> None:
        """Send; the word that closes the socket does not wait for what was sent before it to be taken."""
        is_stuck = not self.writable.is_set()
        if is_stuck and message["type"] == "websocket.close":
            self.writable.set()
            self.loop.call_later(self.parting_seconds, self.transport.abort)
        await super().send(message)

    def cut_off_if_stuck(self) -> None:
        """Drop the connection when what was sent to the client waits to be taken."""
        if not self.writable.is_set() or self.transport.get_write_buffer_size():
            self.transport.abort()
