"""The feed: the account's stream in binary frames, which may be lost, repeated or swapped."""

from __future__ import annotations

import asyncio
import json
import random

from aiohttp import WSMsgType, web

from tests.broker_server.faults import StreamFaults


class Feed:
    """All open streams; what is emitted goes to those that listen."""

    def __init__(self) -> None:
        self._sockets: dict[web.WebSocketResponse, asyncio.Queue[bytes]] = {}
        self._faults = StreamFaults()
        self._random = random.Random(1)  # noqa: S311
        self._late: bytes | None = None
        self.refuses = False

    @property
    def listeners(self) -> int:
        return len(self._sockets)

    def script(self, faults: StreamFaults) -> None:
        self._faults, self._random = faults, random.Random(faults.seed)  # noqa: S311
        self._late = None

    def emit(self, update: dict[str, object]) -> None:
        """Tell an update, as truly as the script allows."""
        frame = json.dumps({"stream": "trade_updates", "data": update}).encode()
        draw = self._random.random
        if draw() < self._faults.lose:
            return
        frames = [frame, frame] if draw() < self._faults.repeat else [frame]
        if self._late is not None:
            frames, self._late = [*frames, self._late], None
        elif draw() < self._faults.swap:
            self._late, frames = frames[0], frames[1:]
        for each in frames:
            self.send(each)

    def send(self, frame: bytes) -> None:
        """Send bytes as they are to all who listen."""
        for queue in self._sockets.values():
            queue.put_nowait(frame)

    async def close(self) -> None:
        """Close all streams."""
        for socket in list(self._sockets):
            await socket.close()

    async def serve(self, request: web.Request, keys: tuple[str, str]) -> web.WebSocketResponse:
        """Serve one client."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sender: asyncio.Task[None] | None = None
        authorised = False
        try:
            async for message in socket:
                if message.type not in {WSMsgType.BINARY, WSMsgType.TEXT}:
                    break
                asked = json.loads(message.data)
                if asked.get("action") == "auth":
                    authorised = (asked.get("key"), asked.get("secret")) == keys
                    authorised = authorised and not self.refuses
                    status = "authorized" if authorised else "unauthorized"
                    await _tell(
                        socket, "authorization", {"status": status, "action": "authenticate"}
                    )
                elif asked.get("action") == "listen" and authorised:
                    if sender is None:
                        queue = self._sockets[socket] = asyncio.Queue()
                        sender = asyncio.create_task(_pump(socket, queue))
                    await _tell(socket, "listening", {"streams": asked["data"]["streams"]})
        finally:
            self._sockets.pop(socket, None)
            if sender is not None:
                sender.cancel()
        return socket


async def _tell(socket: web.WebSocketResponse, stream: str, data: dict[str, object]) -> None:
    await socket.send_bytes(json.dumps({"stream": stream, "data": data}).encode())


async def _pump(socket: web.WebSocketResponse, queue: asyncio.Queue[bytes]) -> None:
    while True:
        await socket.send_bytes(await queue.get())
