"""`make soak`: the fault suite for long.

Thousands of kills at random failpoints, on SQLite and, where a server is named, on PostgreSQL; kills in the middle of
cycles that trade at the scripted broker; seeds of the simulation; submits whose answers are lost; then spoilt answers
for the decoder, and attacks in the news on models that obey them.

Usage: python -m tests.fault.soak [--points 10000] [--cycle-points 10000] [--seeds 1000] [--ambiguous 10000]
                                  [--mutations 100000] [--injections 500] [--seed 1] [--database-url postgresql://...]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fault import ambiguous, cycle_killing, injecting, mutations
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


def main() -> int:
    """Kill, spoil and attack as often as asked and say what was found; 1 when anything was."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--points", type=int, default=10_000, help="kills")
    wanted.add_argument("--cycle-points", type=int, default=10_000, help="kills of cycles")
    wanted.add_argument("--seeds", type=int, default=1000, help="of the simulation, of each kind")
    wanted.add_argument("--ambiguous", type=int, default=10_000, help="submits without an answer")
    wanted.add_argument("--mutations", type=int, default=100_000, help="spoilt answers")
    wanted.add_argument("--injections", type=int, default=500, help="attacks in the news")
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--database-url", default="", help="PostgreSQL; SQLite without it")
    chosen = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="quorate-soak-") as folder:
        home = Path(folder)
        with kill_server(home, write_bars(home / "bars.csv"), chosen.database_url) as server:
            _soak(server, chosen.points, random.Random(chosen.seed))
            killed = _summary(server)
    return max(
        killed,
        cycle_killing.main(chosen.cycle_points, chosen.seed),
        *(many(0, chosen.seeds, kind) for kind in WORLDS),
        ambiguous.main(chosen.ambiguous, chosen.seed),
        mutations.main(chosen.mutations, chosen.seed),
        injecting.main(chosen.injections, chosen.seed),
    )


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
