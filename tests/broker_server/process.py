"""The broker as a test holds it: a process of its own that is started, told what happens, read and stopped."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from tests.broker_server.contract import CONTRACTS
from tests.broker_server.faults import Fault
from tests.broker_server.ledger import Entry
from tests.broker_server.server import KEYS

ROOT = Path(__file__).parents[2]
LONGEST_START_S = 30


class BrokerServer:
    """A running broker; a context manager that starts and stops it.

    Args:
        ledger: a file that keeps what happened; None keeps it in memory.
        contracts: whether each reply is held against the broker's own description; `broken` tells what departs.
    """

    def __init__(self, *, ledger: Path | None = None, contracts: bool = False) -> None:
        self._ledger, self._contracts = ledger, contracts
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
        self._end(signal.SIGTERM)

    @property
    def address(self) -> str:
        """Return the origin: `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment of a program that trades here."""
        return {
            "APCA_API_KEY_ID": KEYS[0],
            "APCA_API_SECRET_KEY": KEYS[1],
            "APCA_API_BASE_URL": self.address,
            "APCA_API_DATA_URL": self.address,
        }

    def start(self) -> None:
        """Start the process, on the port that it had before if it had one."""
        command = [sys.executable, "-m", "tests.broker_server", "--with-parent"]
        command += ["--port", str(self._port)]
        if self._ledger is not None:
            command += ["--ledger", str(self._ledger)]
        if self._contracts:
            command.append("--contracts")
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        assert address, "the broker server did not start"
        self._port = urlsplit(address).port or 0

    def kill(self) -> None:
        """End the process as a crash does."""
        self._end(signal.SIGKILL)

    def faults(self, *faults: Fault) -> None:
        """Replace the faults."""
        self.do("faults", faults=[msgspec.to_builtins(each) for each in faults])

    def trade(self, symbol: str, price: str) -> None:
        """Let the market trade at a price."""
        self.do("trade", symbol=symbol, price=price)

    def ledger(self, kind: str = "") -> list[Entry]:
        """Return what happened, of one kind or all of it."""
        entries = msgspec.convert(self.do("ledger"), list[Entry])
        return [entry for entry in entries if kind in {"", entry.kind}]

    def requests(self, method: str, path: str) -> int:
        """Return how many requests came to a path."""
        return sum((entry.method, entry.path) == (method, path) for entry in self.ledger("request"))

    def broken(self) -> list[str]:
        """Return where replies departed from the broker's own description."""
        return list(self.do("state")["broken"])

    def do(self, what: str, **told: Any) -> Any:
        """Tell the broker what happens; return what it says."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=LONGEST_START_S)
        try:
            connection.request("POST", "/_control", body=json.dumps({"do": what, **told}))
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        assert response.status == http.HTTPStatus.OK, answer
        return json.loads(answer)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        process.wait(timeout=LONGEST_START_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def has_contracts() -> bool:
    """Return whether the broker's own description lies beside the checkout."""
    return CONTRACTS.is_dir()
