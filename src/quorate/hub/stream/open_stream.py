"""An open stream: what one client is told, from the row it knows on, as server-sent events.

hello -> the rows that it missed, from the journal -> live events; a sign of life every 10 s, on which it is also asked
whether the reader may still read. Ends when the client goes, its session ends, it stops reading, or the hub stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from quorate.hub.stream.broadcast import BATCH, Broadcast, told
from quorate.hub.stream.envelope import gap, heartbeat, hello
from quorate.hub.stream.reader import Reader
from quorate.hub.stream.wanted import Wanted
from quorate.kernel.errors import QuorateError

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

STALLED_BEATS: Final = 6
"""A client that takes nothing for this many beats is let go; it may come again with what it knew."""

RETRY_MS: Final = 1000
"""How long a browser waits before it comes again."""

TOO_FAR_BEHIND: Final = "too_far_behind"
JOURNAL_REPLACED: Final = "journal_replaced"

_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)
_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client asks for.

    Args:
        principal: what its streams are counted by.
        after: the row it knows, None for "from now on".
        may_read: whether it may still read, asked on every beat.
        mode: the book's mode, for the first message.
    """

    principal: str
    wanted: Wanted
    after: int | None
    may_read: Callable[[], Awaitable[bool]]
    mode: str


class OpenStream:
    """One client's stream, as the application answers it (ASGI).

    `known` is the newest row that the client was told, or that does not concern it.
    """

    def __init__(self, broadcast: Broadcast, asked: Asked) -> None:
        self._broadcast = broadcast
        self._asked = asked
        self._known = 0
        self._beat_due = False
        self._untaken_beats = 0
        self._has_missed = False

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until one of them ends it."""
        async with self._broadcast.joined(self._asked.principal, self._asked.wanted) as reader:
            await _first_of(self._tell(reader, send), self._beat(reader), self._gone(receive))

    async def _tell(self, reader: Reader, send: Send) -> None:
        await self._start(send)
        try:
            async for message in self._beginning(reader):
                await self._say(send, message)
            while not (reader.ended or self._is_over):
                await self._say(send, self._waiting(reader))
                await reader.stirred()
        except QuorateError as error:
            _LOG.warning("stream_cut", slug=error.slug, cause=error.cause)
        await self._end(send)

    async def _beginning(self, reader: Reader) -> AsyncIterator[bytes]:
        """Yield the first message, then what the client missed, until it knows what the live events begin behind."""
        broadcast = self._broadcast
        now, head = broadcast.clock.now(), await broadcast.feed.head()
        self._known = head if self._asked.after is None else self._asked.after
        start = hello(head=head, start=self._known, mode=self._asked.mode, now=now)
        yield b"retry: %d\n\n%b" % (RETRY_MS, start)
        reason = _lost(self._known, head, broadcast.pace.catch_up_rows)
        if reason:
            first, self._known = min(self._known, head) + 1, head
            yield gap(first, head, reason, now)
        while self._known < broadcast.position and not reader.ended:
            yield await self._missed()

    async def _missed(self) -> bytes:
        """Return the next part of what the journal holds behind the row that the client knows."""
        rows = await self._broadcast.feed.rows(self._known, BATCH)
        self._known = rows[-1].seq if rows else self._broadcast.position
        events = (event for row in rows for event in told(row))
        return b"".join(event.message for event in events if self._asked.wanted.admits(event))

    def _waiting(self, reader: Reader) -> bytes:
        """Return all that waits, and the sign of life when it is due."""
        now = self._broadcast.clock.now()
        messages = reader.taken(self._known, now)
        self._has_missed = reader.has_missed
        self._known = max(self._known, self._broadcast.position)
        if self._beat_due:
            self._beat_due = False
            messages.append(heartbeat(self._known, now))
        return b"".join(messages)

    async def _say(self, send: Send, messages: bytes) -> None:
        if messages:
            await self._send(send, messages)
        self._untaken_beats = 0

    async def _start(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})

    async def _send(self, send: Send, messages: bytes) -> None:
        await send({"type": "http.response.body", "body": messages, "more_body": True})

    async def _end(self, send: Send) -> None:
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _gone(self, receive: Receive) -> None:
        """Return when the client has gone."""
        while (await receive())["type"] != "http.disconnect":
            pass

    @property
    def _is_over(self) -> bool:
        """Return whether there is no more to say to this client."""
        return False

    async def _beat(self, reader: Reader) -> None:
        """Make a beat due from time to time; return when the client takes nothing any more."""
        while self._untaken_beats < STALLED_BEATS:
            await self._broadcast.clock.sleep(self._broadcast.pace.beat_seconds)
            self._untaken_beats += 1
            self._beat_due = True
            if await self._may_read():
                reader.stir()
            else:
                reader.end()

    async def _may_read(self) -> bool:
        """Return whether the reader may still read; where nobody can say, it may not, and may come again."""
        try:
            return await self._asked.may_read()
        except QuorateError as error:
            _LOG.warning("stream_cut", slug=error.slug, cause=error.cause)
            return False


def _lost(known: int, head: int, most: int) -> str:
    """Return why the rows behind `known` cannot be told one by one, empty where they can."""
    if known > head:
        return JOURNAL_REPLACED
    return TOO_FAR_BEHIND if head - known > most else ""


async def _first_of(*works: Coroutine[object, object, None]) -> None:
    """Return when the first ends, however it ends; the others are cancelled."""
    tasks = {asyncio.create_task(work) for work in works}
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in ended:
        task.result()
