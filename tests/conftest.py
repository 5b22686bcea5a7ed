"""What every test stands on: a clean environment, no way out of this machine, own databases."""

import ipaddress
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest

# Time is measured by `make bench`: a busy machine is no failure.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

SERVER_URL = os.environ.get(
    "QUORATE_TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
)
SERVICES_REQUIRED = os.environ.get("QUORATE_REQUIRE_SERVICES") == "1"

# Audit events of Python's sockets -> which argument says where to.
ADDRESS_AT = {"socket.connect": 1, "socket.sendmsg": 1, "socket.sendto": 1}
HOST_AT = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0}


class NetworkRefusedError(RuntimeError):
    """A test tried to reach another machine."""


def is_this_machine(host: object) -> bool:
    """Tell whether `host`, a name or an address, is loopback; no host at all is."""
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse_other_machines(event: str, arguments: tuple[object, ...]) -> None:
    """Raise before a socket reaches further than loopback; the path of a Unix socket is no host."""
    if event in HOST_AT:
        host = arguments[HOST_AT[event]]
    elif event in ADDRESS_AT:
        address = arguments[ADDRESS_AT[event]]
        host = address[0] if isinstance(address, tuple) else None
    else:
        return
    if not is_this_machine(host):
        raise NetworkRefusedError(f"{event}: {host!r} is not this machine")


def pytest_configure() -> None:
    sys.addaudithook(refuse_other_machines)


@pytest.fixture(autouse=True)
def quorate_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take every variable that means something to Quorate away and give the test an empty home of its own."""
    ours = ("APCA_", "QUORATE_", "OPENROUTER_", "OPENAI_", "OTEL_")
    for name in [name for name in os.environ if name.startswith(ours)]:
        monkeypatch.delenv(name)
    home = tmp_path / "quorate-home"
    home.mkdir()
    monkeypatch.setenv("QUORATE_HOME", str(home))
    return home


def missing_service(reason: str) -> None:
    """Fail where services are required, else skip."""
    if SERVICES_REQUIRED:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Make a database of this session's own; it is dropped at the end."""
    try:
        import psycopg  # noqa: PLC0415  the postgres extra may be absent
    except ImportError:
        missing_service("psycopg is not installed: pip install 'quorate[postgres]'")
    try:
        server = psycopg.connect(SERVER_URL, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        missing_service(f"no PostgreSQL server at {urlsplit(SERVER_URL).hostname}: {error}")
    name = f"quorate_test_{secrets.token_hex(6)}"
    with server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8 LOCALE "C"')
        try:
            yield urlsplit(SERVER_URL)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
