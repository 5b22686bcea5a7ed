"""The server as a test holds it: a process of its own that is started, scripted, read and stopped."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec

from tests.model_server.ledger import Call
from tests.model_server.script import Rule, Script

ROOT = Path(__file__).parents[2]
LONGEST_START_S = 30


class State(msgspec.Struct, frozen=True):
    """What the server sees of its clients, the one that asks aside."""

    open_connections: int
    accepted: int
    calls: int


class ModelServer:
    """A running server; a context manager that starts and stops it.

    Args:
        ledger: a file that keeps the calls over restarts; None keeps them in memory.
    """

    def __init__(self, *, ledger: Path | None = None) -> None:
        self._ledger = ledger
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Return the origin: `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def openrouter_url(self) -> str:
        """Return the base URL that speaks as OpenRouter does, with costs."""
        return f"{self.address}/api/v1"

    @property
    def openai_url(self) -> str:
        """Return the base URL that speaks as OpenAI does."""
        return f"{self.address}/v1"

    @property
    def pid(self) -> int:
        """Return the process's id."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self) -> None:
        """Start the process, on the port that it had before if it had one."""
        command = [sys.executable, "-m", "tests.model_server", "--with-parent"]
        command += ["--port", str(self._port)]
        if self._ledger is not None:
            command += ["--ledger", str(self._ledger)]
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        assert address, "the model server did not start"
        self._port = urlsplit(address).port or 0

    def stop(self) -> None:
        """End the process as an operator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process as a crash does."""
        self._end(signal.SIGKILL)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Let the process stand still: its kernel accepts connections, nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def script(self, *rules: Rule, script: Script | None = None) -> None:
        """Replace the script: by `rules` alone, or by `rules` before those of `script`."""
        base = script or Script()
        wanted = msgspec.structs.replace(base, rules=[*rules, *base.rules])
        self._control("POST", "/_script", msgspec.json.encode(wanted))

    def used(self) -> Sequence[int]:
        """Return how many calls each rule of the script has answered."""
        told = msgspec.json.decode(self._control("GET", "/_script"))
        return [int(count) for count in told["used"]]

    def mark(self) -> int:
        """Return the number of the last call, to read the ledger from there on."""
        return self.state().calls

    def calls(self, after: int = 0) -> list[Call]:
        """Return the ledger's calls that came after the one with the number `after`."""
        return msgspec.json.decode(self._control("GET", f"/_ledger?after={after}"), type=list[Call])

    def state(self) -> State:
        """Return what the server sees of its clients now."""
        return msgspec.json.decode(self._control("GET", "/_state"), type=State)

    def _control(self, method: str, target: str, body: bytes | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=LONGEST_START_S)
        try:
            connection.request(method, target, body=body)
            response = connection.getresponse()
            told = response.read()
        finally:
            connection.close()
        assert response.status == http.HTTPStatus.OK, told
        return told

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        process.wait(timeout=LONGEST_START_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def closed_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
