"""The kill server: imports everything once, stays single-threaded, and forks a victim and a survivor for each point.

It reads one JSON job a line ({"scenario", "name", "nth", "tenant", "projections"}) and answers each with one JSON line.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import create_engine

from quorate.adapters.sql.projections import metadata
from quorate.config import Settings, load_settings
from quorate.kernel.ids import Tenant
from tests.fault import scenarios
from tests.fault.scenarios import Acknowledge, KillSwitch

Victim = Callable[[Settings, Tenant, KillSwitch, Acknowledge], Awaitable[None]]
VICTIMS: dict[str, Victim] = {
    "cases": scenarios.write_cases,
    "run": scenarios.run_once,
    "money": scenarios.pay,
}


class Server:
    """Carries out jobs on one home and its database."""

    def __init__(self, bars: Path) -> None:
        self._settings = load_settings()
        self._bars = bars
        self._baselines: dict[str, str] = {}
        metadata.create_all(create_engine("sqlite://"))  # compiled once here, not in every child

    def answer(self, job: dict[str, object]) -> dict[str, object]:
        """Kill a victim at the point asked for and return what the survivor found."""
        tenant = Tenant(str(job["tenant"]))
        if tenant not in self._baselines:
            self._baselines[tenant] = self._prepared(tenant)
        victim = VICTIMS[str(job["scenario"])]
        acknowledged, status = _forked(lambda say: self._victim(victim, tenant, job, say))
        projections = bool(job["projections"])
        said, survived = _forked(
            lambda say: self._survivor(tenant, acknowledged, say, projections=projections)
        )
        found = json.loads(said[0]) if said else ["the survivor said nothing"]
        return {
            "killed": os.WIFSIGNALED(status),
            "names": next((a[6:].split() for a in acknowledged if a.startswith("names:")), []),
            "problems": found if survived == 0 else [f"the survivor failed: {said}"],
        }

    def _prepared(self, tenant: Tenant) -> str:
        def child(say: Acknowledge) -> None:
            asyncio.run(scenarios.prepare(self._settings, tenant, self._bars))
            run = asyncio.run(self._baseline(tenant))
            say(run)

        said, status = _forked(child)
        if status != 0:
            raise RuntimeError(f"the tenant could not be prepared: {said}")
        return said[0]

    async def _baseline(self, tenant: Tenant) -> str:
        async with scenarios.open_app(self._settings, tenant=tenant) as app:
            return scenarios.essence((await app.run_arena(scenarios.REQUEST)).as_json())

    def _victim(
        self, victim: Victim, tenant: Tenant, job: dict[str, object], say: Acknowledge
    ) -> None:
        switch = KillSwitch(str(job["name"]), int(str(job["nth"])))
        asyncio.run(_awaited(victim(self._settings, tenant, switch, say)))
        say(f"names:{' '.join(switch.names)}")

    def _survivor(
        self, tenant: Tenant, acknowledged: list[str], say: Acknowledge, *, projections: bool
    ) -> None:
        names = [name for name in acknowledged if name.startswith(("case:", "run:", "call:"))]
        left = scenarios.problems_left(
            self._settings, tenant, names, self._baselines[tenant], projections=projections
        )
        say(json.dumps(asyncio.run(left)))


async def _awaited(work: Awaitable[None]) -> None:
    await work


def _forked(work: Callable[[Acknowledge], None]) -> tuple[list[str], int]:
    """Run `work` in a forked child; return the lines that it said before its end, and its wait status."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            work(lambda line: _write_line(writing, line))
            code = 0
        except BaseException:  # noqa: BLE001  (a child must never return into the parent's loop)
            _write_line(writing, traceback.format_exc())
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read().split("\x1e")
    _, status = os.waitpid(child, 0)
    return [line for line in said if line], status


def _write_line(writing: int, line: str) -> None:
    data = f"{line}\x1e".encode()
    while data:
        data = data[os.write(writing, data) :]


def main() -> None:
    """Serve jobs from standard input until it ends."""
    server = Server(Path(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(server.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
