"""`quorate up` as a process: the link it prints, the port it takes, how it stops, and how long a head may take."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import httpx
import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.hub.connection import Connection
from tests.e2e.conftest import Home
from tests.integration.hub.served import NO_TLS, free_port, serving

CLOCK = SystemClock()
LINE_SECONDS = 60
STOP_SECONDS = 5
"""How long a hub may take to stop with pages open. Source: UI 3."""


def line_of(process) -> str:
    """Return the first line that a process prints, soon."""
    watchdog = threading.Timer(LINE_SECONDS, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline()
    finally:
        watchdog.cancel()


@contextmanager
def up(home, *words, port=None, command=None):
    """Yield a hub's process with the line that it printed."""
    chosen = port or free_port()
    process = home.start(*(command or ("up", "--port", chosen)), *words)
    try:
        yield process, line_of(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextmanager
def signed_in(link):
    """Yield a browser that came in by the link."""
    with httpx.Client(trust_env=False, verify=NO_TLS, timeout=10) as client:
        assert client.get(link).status_code == 303
        yield client


def cookie_of(link) -> str:
    """Sign in and return the Cookie header that proves it."""
    with signed_in(link) as client:
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def stopped(process, by=signal.SIGTERM) -> float:
    """Stop a hub and return how long that took, in seconds."""
    began = time.monotonic()
    process.send_signal(by)
    assert process.wait(timeout=STOP_SECONDS) == 0
    return time.monotonic() - began


@pytest.fixture(scope="module")
def base(home):
    return Home(home)


def test_a_hub_prints_one_line_and_stops_with_pages_open(base):
    port = free_port()
    with up(base, port=port) as (process, line):
        link = line.strip()
        assert link.startswith(f"http://127.0.0.1:{port}/admin/sign-in?token=")
        cookie = cookie_of(link)
        tabs = [stream(port, cookie) for _ in range(3)]
        assert stopped(process) < STOP_SECONDS
        for tab in tabs:
            assert ended(tab)
        rest, said = process.communicate()
        assert rest == ""
        assert "Ctrl C stops it" in said
        assert "level=error" not in said


def stream(port, cookie) -> socket.socket:
    """Open a stream and wait for its greeting."""
    tab = socket.create_connection(("127.0.0.1", port), timeout=10)
    tab.sendall(
        f"GET /api/admin/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
    )
    said = b""
    while b"hello" not in said:
        said += tab.recv(4096)
    return tab


def ended(tab) -> bool:
    """Tell whether a stream was ended as HTTP ends one, then closed."""
    said = b""
    while part := tab.recv(4096):
        said += part
    tab.close()
    return said.endswith(b"0\r\n\r\n")


def test_a_hub_stops_although_a_page_takes_nothing(base):
    port = free_port()
    with up(base, port=port) as (process, line):
        cookie = cookie_of(line.strip())
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", port))
        stuck.sendall(
            f"GET /api/admin/stream?after=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        base.run("replay", "--sessions", "40")
        assert stopped(process, signal.SIGINT) < STOP_SECONDS
        stuck.close()


def test_a_program_gets_one_object(base):
    with up(base, "--json") as (process, line):
        launch = json.loads(line)["launch"]
        assert launch["serving"] is True
        assert launch["pid"] == process.pid
        with signed_in(launch["signIn"]) as client:
            assert client.get(launch["url"]).status_code == 200


def test_the_same_home_prints_another_link_to_its_hub(base):
    port = free_port()
    with up(base, port=port) as (process, first):
        again = base.run("up", "--port", port)
        assert (again.code, len(again.out.splitlines())) == (0, 1)
        assert again.out != first
        assert "already" in again.err
        with signed_in(again.out.strip()) as client:
            assert client.get(f"http://127.0.0.1:{port}/admin").status_code == 200
        assert process.poll() is None


def test_the_hub_of_another_home_is_no_way_in(base, tmp_path):
    other = Home(tmp_path)
    port = free_port()
    with up(base, port=port):
        refused = other.run("up", "--port", port, "--json")
    assert refused.code == 8
    assert refused.err.startswith(f"error: port {port} is taken by the hub of another home.")
    assert f"Fix: quorate up --port {port + 1}" in refused.err
    assert refused.json["error"]["type"] == "conflict"


def test_a_port_that_something_else_has_is_named(base):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = base.run("up", "--port", port)
    assert refused.code == 8
    assert f"port {port} is taken by another program" in refused.err


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.0.2.1", "hub.example"])  # noqa: S104
def test_nothing_but_this_machine_is_bound(tmp_path, bind):
    refused = Home(tmp_path).run("up", "--json", QUORATE_ADMIN__BIND=bind)
    assert refused.code == 78
    (error,) = refused.json["error"]["errors"]
    assert (error["key"], error["code"]) == ("admin.bind", "CONFIG_PUBLIC_WITHOUT_TLS")
    assert not list(tmp_path.glob("*.db*"))


def test_the_main_job_ends_by_serving(tmp_path):
    port = free_port()
    home = Home(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "quorate.cli.main_job", "--sessions", "3"],
        env=home.environment(QUORATE_ADMIN__PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(LINE_SECONDS, process.kill)
    watchdog.start()
    lines = [next(process.stdout)]
    while not lines[-1].startswith("http://"):
        lines.append(next(process.stdout))
    watchdog.cancel()
    assert "12 decisions over 3 sessions" in "".join(lines)
    with signed_in(lines[-1].strip()) as client:
        told = client.get(f"http://127.0.0.1:{port}/api/admin/arena/overview").json()
    assert told["runs"]["all"] == 3
    assert stopped(process) < STOP_SECONDS
    process.communicate()


def test_the_main_job_serves_nothing_when_told_so(tmp_path):
    job = [sys.executable, "-m", "quorate.cli.main_job", "--sessions", "1", "--no-serve"]
    done = subprocess.run(  # noqa: S603  (our own program)
        job,
        env=Home(tmp_path).environment(),
        capture_output=True,
        text=True,
        timeout=LINE_SECONDS,
        check=True,
    )
    assert "4 decisions over 1 session" in done.stdout
    assert "http://" not in done.stdout


class Impatient(Connection):
    """A connection with less patience than the hub's own."""

    head_seconds = 0.2
    untaken_seconds = 0.2


async def test_a_head_that_does_not_arrive_ends_its_connection(home):
    async with serving(home, connection=Impatient) as hub:
        silent = await asyncio.open_connection("127.0.0.1", hub.port)
        dripping = await asyncio.open_connection("127.0.0.1", hub.port)
        drip = asyncio.create_task(_drip(dripping[1]))
        async with asyncio.timeout(5):
            assert await silent[0].read() == b""
            assert await dripping[0].read() == b""
        drip.cancel()
        for _, writer in (silent, dripping):
            writer.close()
        assert (await (await hub.browser()).get("/api/admin/me")).status_code == 200


async def _drip(writer):
    for sign in "GET /api/admin/health HTTP/1.1\r\nX: " + "y" * 1000:
        writer.write(sign.encode())
        await CLOCK.sleep(0.02)


async def test_who_takes_nothing_of_its_answers_is_let_go(home):
    """The kernel takes some megabytes for the client; what is asked for is more than that."""
    async with serving(home, connection=Impatient) as hub:
        browser = await hub.browser()
        file = re.search(r'src="(/admin/static/[^"]+)"', (await browser.get("/admin")).text)[1]
        size = len((await browser.get(file, headers={"Accept-Encoding": "identity"})).content)
        asked = 1 + 16_000_000 // size
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port, limit=1024)
        request = f"GET {file} HTTP/1.1\r\nHost: 127.0.0.1:{hub.port}\r\n\r\n"
        writer.write(request.encode() * asked)
        await CLOCK.sleep(1.5)
        taken = 0
        with suppress(ConnectionResetError):
            while part := await reader.read(1_000_000):
                taken += len(part)
        assert 0 < taken < asked * size
        writer.close()
        assert (await browser.get("/api/admin/me")).status_code == 200


async def test_two_hundred_slow_heads_hold_nobody_up(home):
    async with serving(home) as hub:
        slow = [await asyncio.open_connection("127.0.0.1", hub.port) for _ in range(200)]
        for _, writer in slow:
            writer.write(b"GET /api/admin/health HTTP/1.1\r\nHost: ")
        browser = await hub.browser()
        took = []
        for _ in range(100):
            began = time.monotonic()
            assert (await browser.get("/api/admin/arena/runs")).status_code == 200
            took.append(time.monotonic() - began)
        assert sorted(took)[98] < 0.5
        for _, writer in slow:
            writer.close()


async def test_a_head_that_is_too_long_is_refused(home):
    async with serving(home) as hub:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        writer.write(b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000)
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()
