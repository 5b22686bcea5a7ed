"""Servers of a test's own, which it may stop and start as it likes; where that cannot be, the test says why."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import missing_service

OWNER = "postgres"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass(frozen=True, slots=True)
class OwnPostgres:
    """A cluster of PostgreSQL in a folder."""

    tools: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"

    def control(self, *arguments: str) -> None:
        """Have `pg_ctl` do something and wait for it."""
        self._run("pg_ctl", "-D", str(self.folder), "-w", *arguments)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self.control("-l", str(self.folder / "log"), "-o", options, "start")

    def restart(self) -> None:
        """Throw everybody out and start anew."""
        self.control("-m", "fast", "stop")
        self.start()

    def made(self) -> None:
        self._run("initdb", "-D", str(self.folder), "-A", "trust", "-U", OWNER, "--no-sync")

    def _run(self, tool: str, *arguments: str) -> None:
        command = [str(self.tools / tool), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", OWNER, "--", *command]
        subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/")


@contextmanager
def own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """Yield a running cluster of this test's own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found:
        missing_service("no pg_ctl under /usr/lib/postgresql")
    place = folder / "cluster"
    place.mkdir(mode=0o700)
    if os.geteuid() == 0:
        _give_away(place)
    cluster = OwnPostgres(found[-1].parent, place, free_port())
    try:
        cluster.made()
        cluster.start()
    except (OSError, subprocess.SubprocessError) as error:
        missing_service(f"a cluster of PostgreSQL cannot be started: {error}")
    try:
        yield cluster
    finally:
        cluster.control("-m", "immediate", "stop")


def _give_away(place: Path) -> None:
    """Let the server's user reach and own its folder: the server refuses to run as root."""
    try:
        owner = pwd.getpwnam(OWNER)
    except KeyError:
        missing_service(f"there is no user {OWNER}, and PostgreSQL does not run as root")
    os.chown(place, owner.pw_uid, owner.pw_gid)
    for above in place.parents:
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)


@contextmanager
def own_redis(folder: Path) -> Iterator[tuple[int, list[subprocess.Popen[bytes]]]]:
    """Yield the port of a Redis server of this test's own, and the process in a list, so that a test may replace it."""
    if shutil.which("redis-server") is None:
        missing_service("redis-server is not installed")
    port, running = free_port(), list[subprocess.Popen[bytes]]()
    start_redis(port, folder, running)
    try:
        yield port, running
    finally:
        for each in running:
            each.kill()
            each.wait()


def start_redis(port: int, folder: Path, running: list[subprocess.Popen[bytes]]) -> None:
    """Start the server, its data kept in `folder` by every write."""
    command = ["redis-server", "--port", str(port), "--dir", str(folder), "--bind", "127.0.0.1"]
    durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
    started = subprocess.Popen([*command, *durable], stdout=subprocess.DEVNULL)
    running.append(started)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if started.poll() is not None:
                missing_service("redis-server ended at once")
            time.sleep(0.02)
        else:
            return
    missing_service("redis-server does not listen")
