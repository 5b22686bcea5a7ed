"""An instant model: a process that answers every chat completion at once with one fixed vote.

It costs as little as a server can, because it shares the machine with what is measured.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Final, cast

VOTE: Final = (
    r"{\"decisions\":[{\"symbol\":\"AAPL\",\"action\":\"BUY\",\"confidence\":0.8,"
    r"\"sizing\":{\"kind\":\"pct_equity\",\"value\":0.01},\"stop\":null,\"target\":null,"
    r"\"timeHorizon\":\"P20D\",\"rationale\":\"The trend goes on.\",\"riskFlags\":[]}],"
    r"\"requiredTools\":[],\"dataDependencies\":[]}"
)
BODY: Final = (
    b'{"id":"gen-1","object":"chat.completion","created":1,"model":"gpt-5-mini","choices":[{"index":0,'
    b'"finish_reason":"stop","message":{"role":"assistant","content":"' + VOTE.encode() + b'"}}],'
    b'"usage":{"prompt_tokens":900,"completion_tokens":90,"total_tokens":990,"cost":0.0001}}'
)
ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
) + BODY
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class _Protocol(asyncio.Protocol):
    """Counts a request's bytes and answers when it is whole, after `delay_s`."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._read = b""
        self._left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on; a whole request is answered."""
        if self._left:
            self._left -= len(data)
        else:
            self._read += data
            head, found, body = self._read.partition(_END)
            if not found:
                return
            line = next(x for x in head.lower().split(b"\r\n") if x.startswith(_LENGTH))
            self._left = int(line[len(_LENGTH) :]) - len(body)
            self._read = b""
        if self._left <= 0:
            self._left = 0
            self._answer()

    def _answer(self) -> None:
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._send)
        else:
            self._send()

    def _send(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(ANSWER)


async def serve(made: Callable[[], asyncio.Protocol]) -> None:
    """Serve connections, print the port, and end with the standard input."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(made, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def instant_model(delay_s: float = 0.0) -> AbstractContextManager[str]:
    """Yield the base URL of a model that answers after `delay_s` seconds; it ends with the block."""
    return model_process("benchmarks.instant_model", str(delay_s))


@contextmanager
def model_process(module: str, *words: str) -> Iterator[str]:
    """Yield the base URL of the model that a module serves as a process of its own; it ends with the block."""
    command = [sys.executable, "-m", module, *words]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError(f"{module} has no pipes")
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(serve(partial(_Protocol, float(sys.argv[1]))))
