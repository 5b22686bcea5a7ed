"""The wire: HTTP/1.1 by hand, so that an answer can drip, stall, break off or never come."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Sequence
from http import HTTPStatus

from tests.model_server.answers import Answer
from tests.model_server.desk import Desk, Request, Served
from tests.model_server.ledger import Outcome
from tests.model_server.script import Delivery

END_OF_HEAD = b"\r\n\r\n"
TICK_S = 0.05
LET_IT_ARRIVE_S = 0.02
"""Between the last byte and a reset, for a reset may overtake what was sent."""

CHUNK = 100
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Wire(asyncio.Protocol):
    """One connection of one client: a request, its answer, the next request."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._received = bytearray()
        self._wanted = 0
        self._transport: asyncio.Transport | None = None
        self._served: Served | None = None
        self._delivery: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._desk.open_connections += 1
        self._desk.accepted += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._desk.open_connections -= 1
        if self._delivery is not None:
            self._delivery.cancel()
        self._end(Outcome.ABANDONED)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._next()

    def _next(self) -> None:
        """Answer the next request that has arrived whole, unless one is being answered."""
        while self._served is None and self._transport is not None:
            request = self._taken()
            if request is None:
                return
            self._served = self._desk.serve(request)
            self._send(self._served)

    def _taken(self) -> Request | None:
        """Return the next request, None until it has arrived whole."""
        if len(self._received) < self._wanted:
            return None
        end = self._received.find(END_OF_HEAD)
        if end < 0:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (each.partition(":") for each in lines)
        }
        start = end + len(END_OF_HEAD)
        self._wanted = start + int(headers.get("content-length", "0"))
        if len(self._received) < self._wanted:
            return None
        body = bytes(self._received[start : self._wanted])
        del self._received[: self._wanted]
        self._wanted = 0
        method, target, _ = first.split(" ")
        return Request(method=method, target=target, headers=headers, body=body)

    def _send(self, served: Served) -> None:
        how, transport = served.how, self._transport
        assert transport is not None
        head, body = _head(served.answer, how), _body(served.answer, how)
        end = _end_of_sending(how, len(head))
        if end is None and not (how.delay_s or how.bytes_per_s):
            transport.write(head + body)
            self._finish(how)
        else:
            self._delivery = asyncio.create_task(self._deliver(head + body, how, end))

    async def _deliver(self, whole: bytes, how: Delivery, end: int | None) -> None:
        """Send `whole`, or its bytes up to `end`, at the pace that the script asks for."""
        await _pause(how.delay_s)
        for part in _parts(whole[:end], how.bytes_per_s):
            if self._transport is None:
                return
            self._transport.write(part)
            if how.bytes_per_s:
                await _pause(len(part) / how.bytes_per_s)
        if how.stall_after is not None:
            return
        if end is None:
            self._finish(how)
        else:
            await _pause(LET_IT_ARRIVE_S)
            self._cut(how)

    def _finish(self, how: Delivery) -> None:
        self._end(Outcome.SENT)
        self._served = self._delivery = None
        if how.close and self._transport is not None:
            self._transport.close()
        self._next()

    def _cut(self, how: Delivery) -> None:
        self._end(Outcome.CUT)
        if self._transport is None:
            return
        if how.politely:
            self._transport.close()
            return
        connection = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._transport.abort()

    def _end(self, outcome: Outcome) -> None:
        if self._served is not None and self._served.call is not None:
            self._desk.ended(self._served.call, outcome)


async def _pause(seconds: float) -> None:
    await asyncio.sleep(seconds)  # noqa: TID251  (a server of real time)


def _head(answer: Answer, how: Delivery) -> bytes:
    status = HTTPStatus(answer.status)
    size = (
        ("Transfer-Encoding", "chunked") if how.chunked else ("Content-Length", len(answer.content))
    )
    headers: Sequence[tuple[str, object]] = [
        ("Content-Type", answer.content_type),
        size,
        ("Connection", "close" if how.close else "keep-alive"),
        *answer.headers,
        *((f"X-Flood-{place}", "x" * 64) for place in range(how.header_flood)),
    ]
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{n}: {v}" for n, v in headers)]
    return "\r\n".join(lines).encode("latin-1") + END_OF_HEAD


def _body(answer: Answer, how: Delivery) -> bytes:
    if not how.chunked:
        return answer.content
    parts = [answer.content[at : at + CHUNK] for at in range(0, len(answer.content), CHUNK)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _end_of_sending(how: Delivery, head: int) -> int | None:
    """Return after how many bytes the script stops, None where it sends all of them."""
    if how.stall_after is not None:
        return how.stall_after
    if how.cut_in_body is not None:
        return head + how.cut_in_body
    return how.cut_after


def _parts(whole: bytes, bytes_per_s: float) -> Sequence[bytes]:
    if not bytes_per_s:
        return [whole]
    size = max(1, int(bytes_per_s * TICK_S))
    return [whole[at : at + size] for at in range(0, len(whole), size)]
