"""kill -9 between any two steps: nothing committed is lost, nothing half-written is seen (RELIABILITY 1.9)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault.killing import KillServer, first_points, kill_server, later_points, write_bars

SEED = 20260101
SAMPLE = 12

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KillServer]:
    home = tmp_path_factory.mktemp("killed")
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    with kill_server(home, write_bars(home / "bars.csv"), url) as running:
        yield running


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param("cases", id="use cases committed many at once and alone"),
        pytest.param("run", id="an arena run from opening to closing"),
        pytest.param("money", id="money set aside for model calls, and their settlements"),
    ],
)
def test_a_process_killed_at_any_failpoint_leaves_a_whole_journal_and_its_work_is_finished(
    server: KillServer, scenario: str
) -> None:
    names = server.failpoints(scenario)
    missed = [point for point in first_points(names) if not server.kill_at(scenario, point)]
    later = later_points(names)
    for point in random.Random(SEED).sample(later, min(SAMPLE, len(later))):
        server.kill_at(scenario, point)
    assert server.problems == []
    assert missed == []


def test_every_failpoint_of_the_writer_is_passed_by_the_scenarios(server: KillServer) -> None:
    passed = {*server.failpoints("cases"), *server.failpoints("run")}
    source = Path("src/quorate/adapters/sql/writer.py").read_text()
    named = {part.split('"')[1] for part in source.split("self._failpoint(")[1:] if part[0] == '"'}
    assert named
    assert named - passed == set()
