"""Drills of operations: backup and restore, failover, and a database server that restarts under load (RPO 0)."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.arena.record import RunFilter, RunStatus
from quorate.bootstrap.backups import back_up_database, restore_database, rows_at_stake
from quorate.kernel.errors import QuorateError, RejectedError, UnavailableError
from quorate.kernel.ids import Tenant
from tests.e2e.conftest import Home
from tests.fakes.homes import made_home, settings_of
from tests.fault.own_services import OwnPostgres, own_postgres
from tests.integration.children import dies_running, ended
from tests.integration.conftest import made_database
from tests.integration.facts import noted
from tests.integration.homes import REQUEST, open_once, opened_home
from tests.integration.stores import Ground

pytestmark = [pytest.mark.fault, pytest.mark.integration]

KILLED_AT = ("use_cases_decided", 4)
"""In the middle of a run's commits."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made")
    made_home(home)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "home"))


async def noted_for_ever(app: object, acknowledged: list[int]) -> None:
    """Commit notes until cancelled, and keep which were acknowledged."""
    number = len(acknowledged)
    while True:
        event = noted(number)
        await app._store.journal.commit(lambda _tx, event=event: [event])  # type: ignore[attr-defined]
        acknowledged.append(number)
        number += 1


async def test_a_backup_under_load_holds_everything_committed_before_it(
    home: Path, tmp_path: Path
) -> None:
    settings, acknowledged = settings_of(home), list[int]()
    file = tmp_path / "backup.db"
    async with opened_home(home, settings.database_url) as app:
        writing = asyncio.create_task(noted_for_ever(app, acknowledged))
        await _grown(acknowledged, 50)
        before = len(acknowledged)
        made = await asyncio.to_thread(back_up_database, settings, file)
        during = len(acknowledged) - before
        writing.cancel()
        await asyncio.wait([writing])
    assert during > 0, "nobody wrote while the backup was made"
    assert made.head >= before
    elsewhere = settings_of(tmp_path / "elsewhere")
    done = await restore_database(elsewhere, file)
    assert done.problems == []
    async with opened_home(elsewhere.home, elsewhere.database_url) as app:
        rows = await app._store.journal.entries("note:a")
        assert [row.facts["text"] for row in rows][:before] == list(range(before))
        assert (await app.verify(projections=True, against=None)).problems == ()


async def test_a_home_put_back_after_its_database_was_lost_is_as_at_the_backup(
    home: Path, tmp_path: Path
) -> None:
    settings, file = settings_of(home), tmp_path / "backup.db"
    made = back_up_database(settings, file)
    assert file.stat().st_mode & 0o077 == 0
    (home / "quorate.db").unlink()
    done = await restore_database(settings, file)
    assert (done.head, done.sha256, done.problems) == (made.head, made.sha256, [])
    async with opened_home(home, settings.database_url) as app:
        assert (await app.verify(projections=True, against=None)).problems == ()
        run = await app.run_arena(REQUEST)
        assert run.status is RunStatus.COMPLETED
        (told,) = await app._store.journal.entries("home")
        assert told.type == "database.restored"
        assert told.facts["sha256"] == made.sha256


async def test_an_older_backup_over_a_newer_home_sets_it_aside_and_verifies(
    home: Path, tmp_path: Path
) -> None:
    settings, file = settings_of(home), tmp_path / "backup.db"
    made = back_up_database(settings, file)
    async with opened_home(home, settings.database_url) as app:
        await app.run_arena(REQUEST)
    newer = rows_at_stake(settings)
    assert newer > made.head
    done = await restore_database(settings, file)
    assert done.problems == []
    assert done.head == made.head
    database, _copies = done.former
    left = settings_of(home, DATABASE_URL=f"sqlite:///{database}")
    assert rows_at_stake(left) == newer


def test_a_living_home_is_replaced_only_where_somebody_agrees(home: Path, tmp_path: Path) -> None:
    command, file = Home(home), tmp_path / "backup.db"
    told = json.loads(command.run("db", "backup", str(file), "--json").out)
    assert told["head"] > 0
    refused = command.run("db", "restore", str(file))
    assert refused.code == 2
    assert f"{told['head']} rows" in refused.err
    assert "--yes" in refused.err
    done = json.loads(command.run("db", "restore", str(file), "--yes", "--json").out)
    assert (done["head"], done["problems"]) == (told["head"], [])
    assert command.run("audit", "verify", "--projections").code == 0


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: file.write_bytes(b"no database"), id="no database"),
        pytest.param(lambda file: file.write_bytes(file.read_bytes()[:40_000]), id="cut off"),
        pytest.param(lambda file: file.unlink(), id="not there"),
    ],
)
async def test_a_damaged_backup_changes_nothing(home: Path, tmp_path: Path, damage: object) -> None:
    settings, file = settings_of(home), tmp_path / "backup.db"
    back_up_database(settings, file)
    damage(file)  # type: ignore[operator]
    before = rows_at_stake(settings)
    with pytest.raises(RejectedError, match=r"(?i)nothing was changed"):
        await restore_database(settings, file)
    assert rows_at_stake(settings) == before
    assert [e for e in home.iterdir() if "before-restore" in e.name] == []  # noqa: ASYNC240  (a test may wait)


def test_a_backup_never_overwrites_a_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    file.write_text("mine")
    with pytest.raises(RejectedError, match="there already"):
        back_up_database(settings_of(home), file)
    assert file.read_text() == "mine"


class Later(SystemClock):
    """The machine's clock once every lease of now has run out."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=5)


@pytest.fixture(params=["sqlite", "postgres"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return a database that two nodes share."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shared.db'}"
        return
    with made_database(request.getfixturevalue("postgres_url")) as url:
        yield url


async def test_another_node_finishes_what_a_killed_one_left(
    shared_url: str, tmp_path: Path
) -> None:
    await open_once(tmp_path / "one", shared_url)
    died = [(tmp_path / "one", shared_url, *KILLED_AT)]
    assert await asyncio.to_thread(ended, dies_running, died) == [-9]
    async with opened_home(tmp_path / "two", shared_url, clock=Later()) as node:
        page = await node.list_runs(RunFilter(), 10, None)
        (line,) = page.items
        run = await node.recorded_run(line.row.run_id)
        assert run.status is RunStatus.COMPLETED, node.started
        assert (await node.verify(projections=True, against=None)).problems == ()
        steps = [
            row.facts["stepKey"]
            for row in await node.run_entries(run.run_id)
            if "stepKey" in row.facts
        ]
    assert len(steps) == len(set(steps)), "a step was recorded twice"
    assert steps


@pytest.fixture
def cluster(tmp_path: Path):
    with own_postgres(tmp_path) as running:
        yield running


async def test_a_server_of_the_database_that_restarts_under_load_loses_nothing(
    cluster: OwnPostgres, tmp_path: Path
) -> None:
    ground = Ground(url=cluster.url, tenant=Tenant("drill"), folder=tmp_path / "notes")
    await open_once(tmp_path / "home", cluster.url)
    acknowledged: list[str] = []
    failures: list[QuorateError] = []
    with ground.opened() as store:

        async def write(name: str) -> None:
            number = 0
            while True:
                text = f"{name}-{number}"
                try:
                    await store.add(noted(text))
                except QuorateError as error:
                    failures.append(error)
                    await asyncio.sleep(0.05)
                else:
                    acknowledged.append(text)
                number += 1

        writers = [asyncio.create_task(write(f"w{each}")) for each in range(8)]
        for _ in range(2):
            await _grown(acknowledged, 40)
            await asyncio.to_thread(cluster.restart)
        await _grown(acknowledged, 40)
        for each in writers:
            each.cancel()
        await asyncio.wait(writers)
        kept = [row.facts["text"] for row in store.rows()]
        assert store.verified(projections=True).problems == ()
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept)), "something was written twice"
    assert {type(error) for error in failures} <= {UnavailableError}, failures[:3]


async def _grown(counted: Sequence[object], more: int) -> None:
    """Wait until so many more were acknowledged."""
    goal = len(counted) + more
    async with asyncio.timeout(30):
        while len(counted) < goal:  # noqa: ASYNC110  (whoever writes knows of nobody who waits)
            await asyncio.sleep(0.005)
