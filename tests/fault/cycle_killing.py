"""Driving the kill server of cycles, by tests and by hand.

Usage: python -m tests.fault.cycle_killing [--points 300] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fault.killing import NOWHERE, Point, first_points, later_points

LONGEST_RECOVERY_S = 5.0
"""At the 99th percentile. Source: RELIABILITY 1.9."""


@dataclass(slots=True)
class CycleKills:
    """A running server; every answer's problems are kept, and how long every survivor took."""

    process: subprocess.Popen[str]
    killed: int = 0
    jobs: int = 0
    problems: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)

    def undisturbed(self) -> dict[str, Any]:
        """Return what two cycles come to when nobody kills them; its failpoints under `names`."""
        return self._ask(NOWHERE)

    def kill_at(self, point: Point, bug: str = "") -> bool:
        """Kill a victim at `point` and note what the survivor found; False when it ended before it came there."""
        answer = self._ask(point, bug)
        self.jobs += 1
        self.killed += answer["killed"]
        self.recoveries.append(answer["recovery"])
        self.problems += [f"{point}: {problem}" for problem in answer["problems"]]
        return bool(answer["killed"])

    def found_with(self, bug: str, point: Point) -> list[str]:
        """Return what is found at `point` in a product with a planted bug."""
        return list(self._ask(point, bug)["problems"])

    def _ask(self, point: Point, bug: str = "") -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        job = {"name": point.name, "nth": point.nth, "bug": bug}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the kill server died"
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def cycle_kills(home: Path) -> Iterator[CycleKills]:
    """Start a server on `home`; it ends with the block, its broker with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.cycle_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QUORATE_HOME": str(home)},
        cwd=Path(__file__).parents[2],
    )
    try:
        yield CycleKills(process)
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()


def steps(names: Sequence[str]) -> Sequence[Point]:
    """Return the points before and after every commit, every request and every answer, but for the first of a kind."""
    chosen = ("before_commit", "after_commit", "before:", "after:")
    return [point for point in later_points(names) if point.name.startswith(chosen)]


def main(points: int, seed: int) -> int:
    """Kill at every failpoint once, then at random ones, and say what was found; 1 when anything was."""
    chance, began = random.Random(seed), time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="quorate-cycles-") as folder,
        cycle_kills(Path(folder)) as kills,
    ):
        names = kills.undisturbed()["names"]
        every = [*first_points(names), *later_points(names)]
        wanted = [*every, *chance.choices(every, k=max(0, points - len(every)))]
        for done, point in enumerate(chance.sample(wanted, min(points, len(wanted))), start=1):
            kills.kill_at(point)
            if done % 20 == 0:
                print(f"\r{done} of {points} kills, {len(kills.problems)} problems   ", end="")
    slowest = sorted(kills.recoveries)[int(len(kills.recoveries) * 0.99)]
    print()
    for problem in kills.problems[:20]:
        print(problem)
    spent = time.monotonic() - began
    print(
        f"{kills.killed} kills of cycles at {len(every)} points in {spent:.0f} s, seed {seed}: "
        f"{len(kills.problems)} problems, recovery {slowest:.2f} s (p99)"
    )
    return 1 if kills.problems or slowest > LONGEST_RECOVERY_S else 0


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--points", type=int, default=300)
    wanted.add_argument("--seed", type=int, default=1)
    chosen = wanted.parse_args()
    sys.exit(main(chosen.points, chosen.seed))
