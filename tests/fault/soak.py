"""`make soak`: the fault suite for long.

Thousands of kills at random failpoints, on SQLite and, where a server is named, on PostgreSQL; kills in the middle of
cycles that trade at the scripted broker; seeds of the simulation; submits whose answers are lost; then spoilt answers
for the decoder, and attacks in the news on models that obey them; the tests of the fleet, of the results' flow and of
tampering with their full counts; drawn requests to a hub, held against its description; first of all 2000 tasks in
hand for an hour.

Usage: python -m tests.fault.soak [--points 10000] [--cycle-points 10000] [--seeds 1000] [--ambiguous 10000]
                                  [--mutations 100000] [--injections 500] [--worlds 2000] [--requests 20000]
                                  [--seed 1] [--lanes 2]
                                  [--seconds 3600] [--tasks 2000] [--each 60] [--only holding]
                                  [--database-url postgresql://...]
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fault import (
    ambiguous,
    conformance,
    cycle_killing,
    holding,
    injecting,
    mutations,
    worker_worlds,
)
from tests.fault.killing import (
    KillServer,
    Point,
    first_points,
    kill_server,
    later_points,
    write_bars,
)
from tests.fault.simulation.__main__ import many
from tests.fault.simulation.walk import WORLDS

SCENARIOS = ("cases", "run", "money")

FULL_COUNTS = {
    "DRAWN_SETS": "100000",
    "QUORATE_TEST_ORDERS": "10000",
    "QUORATE_TEST_EVENTS": "100000",
    "QUORATE_TEST_RESULT_RUNS": "5000",
    "QUORATE_TEST_FLEET_TIMES": "250",
    "QUORATE_TEST_FLIPS": "10000",
}
"""What these tests read from the environment, as RELIABILITY 1.4 to 1.6 have it; they are smaller elsewhere."""

COUNTING = (
    "fault/test_fm_taw_fleet.py",
    "fault/test_fm_taw_matching.py",
    "fault/test_fm_rf_*.py",
    "integration/test_tampering.py",
)


def main() -> int:
    """Kill, spoil and attack as often as asked and say what was found; 1 when anything was."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--points", type=int, default=10_000, help="kills")
    wanted.add_argument("--cycle-points", type=int, default=10_000, help="kills of cycles")
    wanted.add_argument("--seeds", type=int, default=1000, help="of the simulation, of each kind")
    wanted.add_argument("--ambiguous", type=int, default=10_000, help="submits without an answer")
    wanted.add_argument("--mutations", type=int, default=100_000, help="spoilt answers")
    wanted.add_argument("--injections", type=int, default=500, help="attacks in the news")
    wanted.add_argument("--requests", type=int, default=20_000, help="drawn, of the API")
    wanted.add_argument("--worlds", type=int, default=2000, help="of workers, 5 tasks each")
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--lanes", type=int, default=2, help="kill servers of cycles side by side")
    wanted.add_argument("--seconds", type=float, default=3600.0, help="tasks are held")
    wanted.add_argument("--tasks", type=int, default=holding.TASKS, help="held at once")
    wanted.add_argument("--each", type=float, default=60.0, help="seconds of a task, about")
    wanted.add_argument("--only", choices=["holding"], help="leave the rest out")
    wanted.add_argument("--database-url", default="", help="PostgreSQL; SQLite without it")
    chosen = wanted.parse_args()
    held = holding.main(chosen.seconds, chosen.tasks, chosen.each, chosen.database_url)
    if chosen.only:
        return held
    counted = _with_full_counts()
    with tempfile.TemporaryDirectory(prefix="quorate-soak-") as folder:
        home = Path(folder)
        with kill_server(home, write_bars(home / "bars.csv"), chosen.database_url) as server:
            _soak(server, chosen.points, random.Random(chosen.seed))
            killed = _summary(server)
    return max(
        held,
        counted,
        killed,
        cycle_killing.main(chosen.cycle_points, chosen.seed, chosen.lanes),
        *(many(0, chosen.seeds, kind) for kind in WORLDS),
        ambiguous.main(chosen.ambiguous, chosen.seed),
        worker_worlds.main(chosen.worlds, chosen.seed),
        mutations.main(chosen.mutations, chosen.seed),
        injecting.main(chosen.injections, chosen.seed),
        conformance.main(chosen.requests, chosen.seed),
    )


def _with_full_counts() -> int:
    """Run the tests whose counts are scaled down elsewhere; 1 when one of them failed."""
    tests = Path(__file__).parents[1]
    files = [str(file) for pattern in COUNTING for file in sorted(tests.glob(pattern))]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", *files]
    done = subprocess.run(command, env={**os.environ, **FULL_COUNTS}, check=False)
    print(f"tests with full counts: {'passed' if done.returncode == 0 else 'FAILED'}")
    return int(done.returncode != 0)


def _soak(server: KillServer, points: int, chance: random.Random) -> None:
    points_of = {scenario: _points(server, scenario) for scenario in SCENARIOS}
    began = time.monotonic()
    for done in range(1, points + 1):
        scenario = chance.choice(SCENARIOS)
        server.kill_at(scenario, chance.choice(points_of[scenario]))
        if done % 100 == 0 or done == points:
            pace = (time.monotonic() - began) / done
            left = f"{pace * (points - done):.0f} s left"
            print(
                f"\r{done} of {points} points, {len(server.problems)} problems, {left}   ", end=""
            )
    print()


def _points(server: KillServer, scenario: str) -> Sequence[Point]:
    names = server.failpoints(scenario)
    return [*first_points(names), *later_points(names)]


def _summary(server: KillServer) -> int:
    for problem in server.problems[:20]:
        print(problem)
    print(f"{server.killed} kills in {server.jobs} jobs: {len(server.problems)} problems")
    return 1 if server.problems else 0


if __name__ == "__main__":
    sys.exit(main())
