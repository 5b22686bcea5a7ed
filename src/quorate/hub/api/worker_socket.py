"""`/agent/ws`, `/agent/series`: where workers of the fleet come in, and where they fetch the bars of their tasks."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

from litestar import Response, WebSocket, get, websocket
from litestar.enums import MediaType
from litestar.exceptions import WebSocketException
from litestar.params import PathParameter

from quorate.access import Scope
from quorate.bootstrap import App
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.errors import UnavailableError

IMMUTABLE: Final = "private, max-age=31536000, immutable"
"""A series is kept under its hash: it never changes."""

AnySocket: TypeAlias = WebSocket[Any, Any, Any]


class AcceptedSocket:
    """A WebSocket that was accepted, as the fleet's node speaks through it."""

    def __init__(self, connection: AnySocket) -> None:
        self._connection = connection
        self._is_closed = False

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises:
            UnavailableError: the connection is gone.
        """
        try:
            event = await self._connection.receive()
        except (WebSocketException, RuntimeError) as error:
            raise _gone() from error
        if event["type"] != "websocket.receive":
            raise _gone()
        text, data = event.get("text"), event.get("bytes")
        return text if text is not None else (data or b"")

    async def send(self, frame: str) -> None:
        """Send a message.

        Raises:
            UnavailableError: the connection is gone.
        """
        if self._is_closed:
            raise _gone()
        try:
            await self._connection.send_text(frame)
        except (WebSocketException, RuntimeError, OSError) as error:
            raise _gone() from error

    async def close(self, code: int, reason: str) -> None:
        """Close the connection; closing it again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await self._connection.close(code=code, reason=reason)
        except (WebSocketException, RuntimeError, OSError) as error:
            raise _gone() from error


@websocket("/agent/ws", guards=[require(Scope.WORKER)])
async def worker_socket(socket: AnySocket) -> None:
    """Take a worker in; the gate knows already that it may come."""
    app: App = socket.app.state["app"]
    await socket.accept()
    await app.fleet.serve(AcceptedSocket(socket))


@get(
    "/agent/series/{digest:str}",
    guards=[require(Scope.WORKER)],
    summary="The bars of a task",
    media_type=MediaType.JSON,
)
async def worker_series(
    request: AnyRequest, digest: Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$")]
) -> Response[bytes]:
    """Return the bars that are kept under a SHA-256, byte for byte; the reader holds them against it."""
    content = await app_in(request).fleet.series(digest)
    return Response(content, media_type=MediaType.JSON, headers={"Cache-Control": IMMUTABLE})


def _gone() -> UnavailableError:
    return UnavailableError("the worker's connection is gone", source="worker")
