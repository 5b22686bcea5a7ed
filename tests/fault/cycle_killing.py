"""Driving the kill servers of cycles, by tests and by hand.

Usage: python -m tests.fault.cycle_killing [--points 300] [--seed 1] [--lanes 2]
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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from tests.fault.killing import NOWHERE, Point, first_points, later_points

LONGEST_RECOVERY_S = 5.0
"""At the 99th percentile. Source: RELIABILITY 1.9."""
TOLD_EVERY = 100

DUPLICATE = "at the broker 2 times"
ORPHAN = "nobody intended it"
LOST = "has no outcome"
"""What the oracles say of an order placed twice, of one without its intent, and of a decision that came to nothing."""


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


class Lanes:
    """Servers side by side, each with a home and a broker of its own: one waits while another one works."""

    def __init__(self, servers: Sequence[CycleKills]) -> None:
        self._servers, self._guard = servers, Lock()
        self._began = time.monotonic()

    def walk(self, points: Sequence[Point]) -> None:
        """Kill at every point, each on the next server that is free, and tell how far it is."""
        waiting = iter(points)
        lanes = [
            Thread(target=self._lane, args=(server, waiting, len(points)))
            for server in self._servers
        ]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()

    def killed(self) -> int:
        return sum(server.killed for server in self._servers)

    def problems(self) -> list[str]:
        return [problem for server in self._servers for problem in server.problems]

    def recoveries(self) -> list[float]:
        return sorted(took for server in self._servers for took in server.recoveries)

    def _lane(self, server: CycleKills, waiting: Iterator[Point], wanted: int) -> None:
        while (point := self._next(waiting)) is not None:
            known = len(server.problems)
            server.kill_at(point)
            with self._guard:
                for problem in server.problems[known:]:
                    print(problem, flush=True)
                if server.recoveries[-1] > LONGEST_RECOVERY_S:
                    print(f"{point}: recovered in {server.recoveries[-1]:.1f} s", flush=True)
                self._tell(sum(each.jobs for each in self._servers), wanted)

    def _next(self, waiting: Iterator[Point]) -> Point | None:
        with self._guard:
            return next(waiting, None)

    def _tell(self, done: int, wanted: int) -> None:
        if done % TOLD_EVERY and done != wanted:
            return
        pace = (time.monotonic() - self._began) / done
        print(
            f"{done} of {wanted} cycles killed, {len(self.problems())} problems, {pace:.2f} s each, "
            f"{pace * (wanted - done):.0f} s left",
            flush=True,
        )


def main(points: int, seed: int, lanes: int = 2) -> int:
    """Kill at every failpoint once, then at random ones, and say what was found; 1 when anything was."""
    chance, began = random.Random(seed), time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="quorate-cycles-") as folder,
        ExitStack() as running,
    ):
        homes = [Path(folder) / str(lane) for lane in range(lanes)]
        servers = [running.enter_context(cycle_kills(home)) for home in homes]
        names = servers[0].undisturbed()["names"]
        every = [*first_points(names), *later_points(names)]
        wanted = [*every, *chance.choices(every, k=max(0, points - len(every)))]
        walked = Lanes(servers)
        walked.walk(chance.sample(wanted, min(points, len(wanted))))
    took, problems = walked.recoveries(), walked.problems()
    print(
        f"{walked.killed()} kills of cycles in {len(took)} jobs at {len(every)} points in "
        f"{time.monotonic() - began:.0f} s, seed {seed}: {len(problems)} problems "
        f"({_counted(problems, DUPLICATE)} duplicate orders, {_counted(problems, ORPHAN)} orphan orders, "
        f"{_counted(problems, LOST)} lost decisions), recovery "
        + ", ".join(f"p{share} {_at(took, share):.3f} s" for share in (50, 95, 99))
        + f", longest {took[-1]:.3f} s"
    )
    return 1 if problems or _at(took, 99) > LONGEST_RECOVERY_S else 0


def _counted(problems: Iterable[str], said: str) -> int:
    return sum(said in problem for problem in problems)


def _at(took: Sequence[float], share: int) -> float:
    """Return the nearest-rank percentile of sorted figures."""
    return took[max(0, -(-len(took) * share // 100) - 1)]


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--points", type=int, default=300)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--lanes", type=int, default=2, help="servers side by side")
    chosen = wanted.parse_args()
    sys.exit(main(chosen.points, chosen.seed, chosen.lanes))
