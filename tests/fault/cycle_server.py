"""The kill server of cycles: warm before its first fork, single-threaded, it forks a victim and a survivor a point.

Before the first job it walks the whole scenario once itself, undisturbed, so that no child imports a module or compiles
a statement anew: a kill then costs what its cycles cost. What is kept of that walk is code alone; its home is removed.

Usage: python -m tests.fault.cycle_server, with QUORATE_HOME in the environment. It reads one JSON job a line
({"name", "nth", "bug"}) and answers each with one JSON line.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.migration import migrate
from quorate.bootstrap.importing import import_bars
from quorate.bootstrap.seeding import seed
from quorate.bootstrap.store import database_of, opened_store
from quorate.config import Settings, load_settings
from tests.broker_server import BrokerServer
from tests.fault import cycle_scenario
from tests.fault.killing import write_bars
from tests.fault.scenarios import Acknowledge, KillSwitch
from tests.fault.server import _forked
from tests.fault.simulation.bugs import BUGS

SETTINGS = {
    "QUORATE_CYCLE__SYMBOLS": "AAPL",
    "QUORATE_CYCLE__FILL_WAIT_S": "2",
    "QUORATE_CYCLE__POLL_S": "0.1",
    "QUORATE_JOURNAL__LEASE_SECONDS": "6",
    "QUORATE_LOG__LEVEL": "error",
}


class CycleServer:
    """Carries out jobs on copies of one home, at one broker."""

    def __init__(self, broker: BrokerServer, home: Path) -> None:
        self._broker, self._home = broker, home
        os.environ.update({**SETTINGS, **broker.variables})
        self._settings: Settings = load_settings()
        self._file = Path(self._settings.database_url.removeprefix("sqlite:///"))
        self._template = home / "template.db"
        self._fresh()
        said, status = _forked(self._prepared)
        if status != 0:
            raise RuntimeError(f"the home could not be prepared: {said}")
        shutil.copy(self._file, self._template)
        self._warm()

    def answer(self, job: dict[str, object]) -> dict[str, object]:
        """Kill a victim at the point asked for and return what the survivor found."""
        self._fresh()
        shutil.copy(self._template, self._file)
        cycle_scenario.told_market(self._broker)
        began = SystemClock().now()
        said, status = _forked(lambda say: self._victim(job, began, say))
        cycle_scenario.quoted(self._broker, cycle_scenario.NOON + cycle_scenario.LATER)
        told, survived = _forked(lambda say: self._survivor(job, began, say))
        found = json.loads(told[0]) if told and survived == 0 else {}
        problems = [f"the survivor failed: {told}"] if survived else found["problems"]
        if not survived:
            problems += cycle_scenario.compared(found["rows"], self._broker.ledger())
        if not os.WIFSIGNALED(status) and status:
            problems.append(f"the victim failed: {said}")
        return {
            "killed": os.WIFSIGNALED(status),
            "names": next((a[6:].split() for a in said if a.startswith("names:")), []),
            "types": [row["type"] for row in found.get("rows", ())],
            "accepted": len(self._broker.ledger("accepted")),
            "recovery": found.get("took", 0.0),
            "problems": problems,
        }

    def _fresh(self) -> None:
        """Leave nothing of an earlier job: no database, no copies of its checkpoints."""
        for leftover in self._file.parent.glob(f"{self._file.name}*"):
            leftover.unlink()
        shutil.rmtree(self._home / "checkpoints", ignore_errors=True)

    def _prepared(self, say: Acknowledge) -> None:
        """Give the home its key, its profiles and a few bars: those that it trades on come from the broker."""
        database = database_of(self._settings)
        migrate(database)
        database.close()

        async def prepare() -> None:
            with opened_store(self._settings) as store:
                await import_bars(store, write_bars(self._home / "bars.csv"), None)
                await seed(store)

        asyncio.run(prepare())
        say("prepared")

    def _warm(self) -> None:
        """Walk everything once here; no thread may be left, a fork would leave its locks taken."""
        self._fresh()
        shutil.copy(self._template, self._file)
        cycle_scenario.told_market(self._broker)
        began = SystemClock().now()
        asyncio.run(cycle_scenario.buy_and_sell(self._settings, began, KillSwitch("", 0)))
        cycle_scenario.quoted(self._broker, cycle_scenario.NOON + cycle_scenario.LATER)
        problems, _took, _rows = asyncio.run(cycle_scenario.survived(self._settings, began))
        if problems or threading.active_count() > 1:
            raise RuntimeError(f"not fit to fork: {problems}, {threading.enumerate()}")
        cycle_scenario.without_network_failpoints()
        gc.collect()
        gc.freeze()  # a child's collector leaves these pages shared

    def _victim(self, job: dict[str, object], began: datetime, say: Acknowledge) -> None:
        switch = KillSwitch(str(job["name"]), int(str(job["nth"])))
        with _planted(job):
            asyncio.run(cycle_scenario.buy_and_sell(self._settings, began, switch))
        say(f"names:{' '.join(switch.names)}")

    def _survivor(self, job: dict[str, object], began: datetime, say: Acknowledge) -> None:
        with _planted(job):
            problems, took, rows = asyncio.run(cycle_scenario.survived(self._settings, began))
        say(json.dumps({"problems": problems, "took": took, "rows": rows}))


def _planted(job: dict[str, object]) -> AbstractContextManager[object]:
    """Plant the bug that the job asks for, if any: what finds nothing then would find nothing ever."""
    bug = str(job.get("bug", ""))
    return BUGS[bug]() if bug else nullcontext()


def main() -> None:
    """Serve jobs from standard input until it ends."""
    with BrokerServer() as broker:
        server = CycleServer(broker, Path(os.environ["QUORATE_HOME"]))
        for line in sys.stdin:
            print(json.dumps(server.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
