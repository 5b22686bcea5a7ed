"""The stream of trade updates: authorised, listening, then frame by frame, binary ones of the paper host too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final, TypeVar

import aiohttp
import msgspec

from quorate.adapters.alpaca.connection import SOURCE, Connection, keys_refused
from quorate.adapters.alpaca.reading import update_of
from quorate.adapters.alpaca.shapes import Unreadable, UpdateShape, decoded
from quorate.execution.broker import BrokerUnavailableError, OrderUpdate

TRADE_UPDATES: Final = "trade_updates"
AUTHORIZED: Final = "authorized"

_AnswerShape = TypeVar("_AnswerShape")


class _Frame(msgspec.Struct, frozen=True):
    stream: str
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Authorization(msgspec.Struct, frozen=True):
    status: str = ""


class _Listening(msgspec.Struct, frozen=True):
    streams: tuple[str, ...] = ()


async def order_updates(connection: Connection) -> AsyncIterator[OrderUpdate | None]:
    """Yield None once the stream listens, then what each frame tells; None again for one that cannot be read.

    Raises:
        BrokerUnavailableError: it cannot be opened, refuses the keys, or does not listen in time.
    """
    async with connection.stream() as socket:
        await _listen(socket, connection)
        yield None
        async for message in socket:
            frame = _frame(message)
            if frame is not None and frame.stream != TRADE_UPDATES:
                continue
            yield None if frame is None else _update(frame)


async def _listen(socket: aiohttp.ClientWebSocketResponse, connection: Connection) -> None:
    endpoint = connection.endpoint
    try:
        async with asyncio.timeout(connection.policy.timeout_s):
            await socket.send_bytes(
                msgspec.json.encode(
                    {
                        "action": "auth",
                        "key": endpoint.key_id.reveal(),
                        "secret": endpoint.secret_key.reveal(),
                    }
                )
            )
            authorised = await _answer(socket, "authorization", _Authorization)
            connection.count_keys(refused=authorised.status != AUTHORIZED)
            if authorised.status != AUTHORIZED:
                raise keys_refused("it tells of no trades")
            await socket.send_bytes(
                msgspec.json.encode({"action": "listen", "data": {"streams": [TRADE_UPDATES]}})
            )
            listening = await _answer(socket, "listening", _Listening)
            if TRADE_UPDATES not in listening.streams:
                raise _no_stream("does not tell of trades")
            return
    except (TimeoutError, aiohttp.ClientError, ConnectionError):
        pass  # its words may hold the key that was sent
    raise _no_stream("does not answer")


async def _answer(
    socket: aiohttp.ClientWebSocketResponse, stream: str, shape: type[_AnswerShape]
) -> _AnswerShape:
    """Return the first frame of `stream`."""
    async for message in socket:
        frame = _frame(message)
        if frame is not None and frame.stream == stream:
            try:
                return decoded(bytes(frame.data), shape)
            except Unreadable:
                break
    raise _no_stream("does not answer")


def _frame(message: aiohttp.WSMessage) -> _Frame | None:
    """Return a frame, None where it cannot be read; text and bytes are the same to us."""
    if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
        return None
    content = message.data.encode() if isinstance(message.data, str) else bytes(message.data)
    try:
        return decoded(content, _Frame)
    except Unreadable:
        return None


def _update(frame: _Frame) -> OrderUpdate | None:
    try:
        return update_of(decoded(bytes(frame.data), UpdateShape))
    except Unreadable:
        return None


def _no_stream(cause: str) -> BrokerUnavailableError:
    return BrokerUnavailableError(f"the broker's stream {cause}", source=SOURCE)
