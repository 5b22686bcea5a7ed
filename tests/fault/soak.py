"""`make soak`: thousands of kills at random failpoints, on SQLite and, where a server is named, on PostgreSQL.

Usage: python -m tests.fault.soak [--points 10000] [--seed 1] [--database-url postgresql://...]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.fault.killing import KillServer, kill_server, write_bars

SCENARIOS = ("cases", "run")


def main() -> int:
    """Kill as often as asked and say what was found; 1 when anything was."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--points", type=int, default=10_000)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--database-url", default="", help="PostgreSQL; SQLite without it")
    chosen = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="quorate-soak-") as folder:
        home = Path(folder)
        with kill_server(home, write_bars(home / "bars.csv"), chosen.database_url) as server:
            _soak(server, chosen.points, random.Random(chosen.seed))
            return _summary(server)


def _soak(server: KillServer, points: int, chance: random.Random) -> None:
    sizes = {scenario: len(server.failpoints(scenario)) for scenario in SCENARIOS}
    began = time.monotonic()
    for done in range(1, points + 1):
        scenario = chance.choice(SCENARIOS)
        server.kill_at(scenario, chance.randint(1, sizes[scenario]))
        if done % 100 == 0 or done == points:
            pace = (time.monotonic() - began) / done
            left = f"{pace * (points - done):.0f} s left"
            print(
                f"\r{done} of {points} points, {len(server.problems)} problems, {left}   ", end=""
            )
    print()


def _summary(server: KillServer) -> int:
    for problem in server.problems[:20]:
        print(problem)
    print(f"{server.killed} kills in {server.jobs} jobs: {len(server.problems)} problems")
    return 1 if server.problems else 0


if __name__ == "__main__":
    sys.exit(main())
