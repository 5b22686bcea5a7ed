"""The real program as a process of its own, forked from one that has imported it: a start is paid for once.

Most of a short command is imports. Here they are made by one server for each worker of pytest; a command is a fork of
it with the words, the environment, the folder and the streams that it would have been started with. What belongs to a
start (a signal, a service, Python's own variables) is tested on processes that are started afresh.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

PROGRAM = str(Path(sys.executable).parent / "quorate")
READ_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "OPENBLAS_")
"""Variables that work before any line of the program does."""

_starting = threading.Lock()
_server: list[tuple[subprocess.Popen[bytes], socket.socket]] = []


class Forked:
    """A running fork of the program, with the ways of `subprocess.Popen` that tests use."""

    def __init__(
        self, args: list[str], report: socket.socket, streams: tuple[IO[str], IO[str]]
    ) -> None:
        self.args = args
        self.stdout, self.stderr = streams
        self.returncode: int | None = None
        self._report = report
        self._told = report.makefile("r")
        self._read: dict[IO[str], str] = {}
        self._readers: list[threading.Thread] = []
        self.pid = int(self._told.readline() or 0)
        if not self.pid:
            raise RuntimeError("the server of forks has died; its stderr says why")

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait at most `timeout` seconds for the end and return the exit code."""
        if self.returncode is None:
            if not select.select([self._report], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = int(self._told.readline())
            self._told.close()
            self._report.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Read both streams to their ends, wait, and return what they held."""
        if not self._readers:
            self._readers = [
                threading.Thread(target=self._drain, args=(stream,), daemon=True)
                for stream in (self.stdout, self.stderr)
            ]
            for reader in self._readers:
                reader.start()
        until = None if timeout is None else time.monotonic() + timeout
        for reader in self._readers:
            reader.join(_left(until))
            if reader.is_alive():
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.wait(_left(until))
        return self._read[self.stdout], self._read[self.stderr]

    def _drain(self, stream: IO[str]) -> None:
        with stream:
            self._read[stream] = stream.read()

    def send_signal(self, number: int) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _left(until: float | None) -> float | None:
    return None if until is None else max(0.0, until - time.monotonic())


def start(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None
) -> Forked | subprocess.Popen[str]:
    """Start one command of the program and return while it runs."""
    command = [PROGRAM, *words]
    if not _may_be_forked(env):
        return subprocess.Popen(  # noqa: S603  (our own program)
            command,
            env=dict(env),
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    ours, theirs = socket.socketpair()
    asked = {"command": command, "env": dict(env), "cwd": str(cwd or Path.cwd())}
    pipes = [os.pipe() for _ in ("stdout", "stderr")]
    try:
        given = [*(write for _, write in pipes), theirs.fileno()]
        socket.send_fds(_door(), [json.dumps(asked).encode()], given)
    finally:
        theirs.close()
        for _, write in pipes:
            os.close(write)
    out, err = (open(read) for read, _ in pipes)  # noqa: SIM115, PTH123  (descriptors; theirs who communicate)
    return Forked(command, ours, (out, err))


def run(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run one command of the program to its end; `timeout` is in seconds.

    Raises:
        subprocess.TimeoutExpired: it had to be killed.
    """
    process = start(words, env=env, cwd=cwd)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    code = process.wait()
    return subprocess.CompletedProcess([PROGRAM, *words], code, out, err)


def _may_be_forked(env: Mapping[str, str]) -> bool:
    """Tell whether the interpreter would have started the same with `env` as the server did."""
    mine = os.environ  # noqa: TID251  (a process gets its environment from somebody)
    return all(
        mine.get(name) == env.get(name) for name in {*mine, *env} if name.startswith(READ_AT_START)
    )


def _door() -> socket.socket:
    """Return the way to this process's server, started when it is first asked for."""
    with _starting:
        if not _server:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                process = subprocess.Popen(  # noqa: S603  (our own module)
                    [sys.executable, "-m", "tests.forked_program", str(theirs.fileno())],
                    stdout=subprocess.PIPE,  # as its forks have one, not to be read
                    pass_fds=[theirs.fileno()],
                    cwd=Path(__file__).parents[2],
                )
            _server.append((process, ours))
            atexit.register(_close)
        return _server[0][1]


def _close() -> None:
    process, door = _server.pop()
    door.close()
    process.communicate(timeout=10)
