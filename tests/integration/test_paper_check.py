"""`make paper-check`: what it says without keys, and that a broker which keeps its promises passes it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.alpaca_stages import begun, running_broker

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


def recipe():
    """Return the module that `make paper-check` runs."""
    text = (ROOT / "Makefile").read_text()
    return re.search(r"^paper-check:.*\n\t@\$\(BIN\)/python -m (\S+)$", text, re.MULTILINE)[1]


def checked(home, **variables):
    return subprocess.run(  # noqa: S603  (our own module)
        [sys.executable, "-m", recipe()],
        env={"PATH": "/usr/bin:/bin", "QUORATE_HOME": str(home), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_keys_it_asks_nobody_and_ends_with_four(quorate_home):
    done = checked(quorate_home)
    assert done.returncode == 4
    assert "export APCA_API_KEY_ID and APCA_API_SECRET_KEY" in done.stderr
    assert done.stdout == ""


def test_the_live_host_is_refused(quorate_home):
    told = {"APCA_API_KEY_ID": "PK1", "APCA_API_SECRET_KEY": "secret-of-a-live-account"}
    done = checked(quorate_home, **told, APCA_API_BASE_URL="https://api.alpaca.markets")
    assert done.returncode == 78
    assert "orders cost real money" in done.stderr
    assert "secret-of-a-live-account" not in done.stderr


def test_a_broker_that_keeps_its_promises_passes(quorate_home):
    with running_broker() as server:
        begun(server)
        server.do("set", instant=True)
        server.trade("BTC/USD", "40000")
        server.do(
            "market", quotes={"BTC/USD": {"t": "2026-11-20T12:00:00Z", "bp": 39990, "ap": 40010}}
        )
        done = checked(quorate_home, **server.variables)
        left = [order for order in server.ledger() if order.kind == "accepted"]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a pair is bought protected and sold again" in done.stdout
    assert "BROKEN" not in done.stdout
    assert int(re.search(r"(\d+) kept", done.stdout)[1]) >= 14
    assert left
