"""Driving the kill server: which points to kill at, and what came back."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import quorate.market

JOBS_PER_TENANT = 20
"""A fresh chain after so many jobs, so that verifying stays quick."""

REFOLD_EVERY = 10
"""After so many jobs the survivor folds the state tables again as well."""

PACKAGED = Path(quorate.market.__file__).parent / "packaged" / "us-daily-2000-2013.csv.gz"


class Point(NamedTuple):
    """Where to kill: when the failpoint `name` is passed for the `nth` time."""

    name: str
    nth: int


NOWHERE = Point("", 0)


@dataclass(slots=True)
class KillServer:
    """A running server; every answer's problems are kept."""

    process: subprocess.Popen[str]
    jobs: int = 0
    killed: int = 0
    problems: list[str] = field(default_factory=list)

    def failpoints(self, scenario: str) -> Sequence[str]:
        """Return the names of the failpoints that the scenario passes when nobody kills it."""
        return self._ask(scenario, NOWHERE)["names"]

    def kill_at(self, scenario: str, point: Point) -> bool:
        """Kill a victim at `point` and note what the survivor found; False when it ended before it came there."""
        answer = self._ask(scenario, point)
        self.killed += answer["killed"]
        self.problems += [f"{scenario} at {point}: {problem}" for problem in answer["problems"]]
        return bool(answer["killed"])

    def _ask(self, scenario: str, point: Point) -> dict:
        assert self.process.stdin
        assert self.process.stdout
        tenant = f"tenant-{self.jobs // JOBS_PER_TENANT}"
        self.jobs += 1
        job = {
            "scenario": scenario,
            "name": point.name,
            "nth": point.nth,
            "tenant": tenant,
            "projections": self.jobs % REFOLD_EVERY == 0,
        }
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the kill server died"
        return json.loads(line)


@contextmanager
def kill_server(home: Path, bars: Path, database_url: str = "") -> Iterator[KillServer]:
    """Start a server on `home`; it ends with the block."""
    environment = {**os.environ, "QUORATE_HOME": str(home)}
    if database_url:
        environment["QUORATE_DATABASE_URL"] = database_url
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.server", str(bars)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield KillServer(process)
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()


def first_points(names: Sequence[str]) -> Sequence[Point]:
    """Return where every failpoint is passed for the first time, in that order: a victim always comes there."""
    return [Point(name, 1) for name in dict.fromkeys(names)]


def later_points(names: Sequence[str]) -> Sequence[Point]:
    """Return all other points; how use cases fall into batches varies, so a victim may end before it comes there."""
    return [
        Point(name, nth) for name, count in Counter(names).items() for nth in range(2, count + 1)
    ]


def write_bars(path: Path) -> Path:
    """Write the packaged AAPL bars of 2011 and 2012 to `path`: enough for a run, quick to read."""
    with gzip.open(PACKAGED, "rt") as packaged:
        head, *rows = packaged
    few = [row for row in rows if row.startswith(("AAPL,2011", "AAPL,2012"))]
    path.write_text("".join([head, *few]))
    return path
