"""Drills of operations on PostgreSQL: its own tools copy the database out under load and put it back."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from quorate.arena.record import RunStatus
from quorate.bootstrap import App
from quorate.bootstrap.backups import back_up_database, restore_database, rows_at_stake
from quorate.config import Settings
from quorate.kernel.errors import RejectedError
from tests.conftest import missing_service
from tests.e2e.conftest import Home
from tests.fakes.homes import settings_of
from tests.integration.conftest import emptied, made_database
from tests.integration.facts import noted
from tests.integration.homes import REQUEST, opened_home

pytestmark = [pytest.mark.fault, pytest.mark.integration]

TOOLS = ("pg_dump", "pg_restore")


@pytest.fixture(autouse=True)
def tools() -> None:
    """Skip where PostgreSQL's own tools are missing; in CI that is a failure."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        missing_service(f"{', '.join(missing)} not installed; apt-get install postgresql-client")


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with made_database(postgres_url) as made:
        yield made


@pytest.fixture
def elsewhere(postgres_url: str) -> Iterator[str]:
    """A second database, empty, as on a server that stands in for a lost one."""
    with made_database(postgres_url) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    return place


def settings_on(home: Path, url: str) -> Settings:
    return settings_of(home, DATABASE_URL=url)


async def ran_once(home: Path, url: str) -> None:
    """Leave a home whose journal holds a finished run."""
    async with opened_home(home, url) as app:
        run = await app.run_arena(REQUEST)
        assert run.status is RunStatus.COMPLETED


async def noted_until_cancelled(app: App, acknowledged: list[int]) -> None:
    while True:
        number = len(acknowledged)
        event = noted(number)
        await app._store.journal.commit(lambda _tx, event=event: [event])
        acknowledged.append(number)


async def grown(acknowledged: list[int], goal: int) -> None:
    async with asyncio.timeout(60):
        while len(acknowledged) < goal:  # noqa: ASYNC110  (whoever writes knows of nobody who waits)
            await asyncio.sleep(0.005)


async def test_a_dump_under_load_holds_everything_committed_before_it(
    home: Path, url: str, elsewhere: str, tmp_path: Path
) -> None:
    acknowledged, file = list[int](), tmp_path / "backup.dump"
    await ran_once(home, url)
    async with opened_home(home, url) as app:
        writing = asyncio.create_task(noted_until_cancelled(app, acknowledged))
        await grown(acknowledged, 50)
        before = len(acknowledged)
        made = await asyncio.to_thread(back_up_database, settings_on(home, url), file)
        during = len(acknowledged) - before
        writing.cancel()
        await asyncio.wait([writing])
    assert during > 0, "nobody wrote while the dump was made"
    assert made.head >= before
    assert file.stat().st_mode & 0o077 == 0
    stand_in = tmp_path / "elsewhere"
    stand_in.mkdir()
    done = await restore_database(settings_on(stand_in, elsewhere), file)
    assert (done.problems, done.sha256) == ([], made.sha256)
    async with opened_home(stand_in, elsewhere) as app:
        rows = await app._store.journal.entries("note:a")
        kept = [row.facts["text"] for row in rows]
        assert kept == list(range(len(kept)))
        assert len(kept) >= before
        assert (await app.verify(projections=True, against=None)).problems == ()


async def test_a_home_put_back_after_its_tables_were_lost_is_as_at_the_dump_and_goes_on(
    home: Path, url: str, tmp_path: Path
) -> None:
    settings, file = settings_on(home, url), tmp_path / "backup.dump"
    await ran_once(home, url)
    made = back_up_database(settings, file)
    emptied(url)
    assert rows_at_stake(settings) == 0
    done = await restore_database(settings, file)
    assert (done.head, done.sha256, done.problems) == (made.head, made.sha256, [])
    async with opened_home(home, url) as app:
        assert (await app.verify(projections=True, against=None)).problems == ()
        assert (await app.run_arena(REQUEST)).status is RunStatus.COMPLETED
        (told,) = await app._store.journal.entries("home")
        assert (told.type, told.facts["sha256"]) == ("database.restored", made.sha256)
        assert (told.facts["head"], told.facts["sound"]) == (made.head, True)


async def test_an_older_dump_over_a_newer_home_leaves_nothing_of_what_came_after_it(
    home: Path, url: str, tmp_path: Path
) -> None:
    settings, file = settings_on(home, url), tmp_path / "backup.dump"
    await ran_once(home, url)
    made = back_up_database(settings, file)
    async with opened_home(home, url) as app:
        newer = await app.run_arena(REQUEST)
    assert rows_at_stake(settings) > made.head
    done = await restore_database(settings, file)
    assert (done.head, done.problems) == (made.head, [])
    assert [each.name.partition(".")[2].partition("-2")[0] for each in done.former] == [
        "before-restore"
    ]
    async with opened_home(home, url) as app:
        with pytest.raises(RejectedError, match="there is no run"):
            await app.run_entries(newer.run_id)
        assert (await app.verify(projections=True, against=None)).problems == ()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: file.write_bytes(b"no dump"), id="no dump"),
        pytest.param(
            lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
            id="cut off",
        ),
        pytest.param(lambda file: file.unlink(), id="not there"),
    ],
)
async def test_a_damaged_dump_changes_nothing(
    home: Path, url: str, tmp_path: Path, damage: object
) -> None:
    settings, file = settings_on(home, url), tmp_path / "backup.dump"
    await ran_once(home, url)
    back_up_database(settings, file)
    damage(file)  # type: ignore[operator]
    before = rows_at_stake(settings)
    with pytest.raises(RejectedError, match=r"(?i)nothing was changed"):
        await restore_database(settings, file)
    assert rows_at_stake(settings) == before > 0
    async with opened_home(home, url) as app:
        assert (await app.verify(projections=True, against=None)).problems == ()


def test_the_commands_of_the_runbook_back_up_and_put_back(
    home: Path, url: str, tmp_path: Path
) -> None:
    asyncio.run(ran_once(home, url))
    command, file = Home(home), tmp_path / "backup.dump"
    variables = {"QUORATE_DATABASE_URL": url}
    told = json.loads(command.run("db", "backup", str(file), "--json", **variables).out)
    assert told["head"] > 0
    refused = command.run("db", "restore", str(file), **variables)
    assert refused.code == 2
    assert f"{told['head']} rows" in refused.err
    again = command.run("db", "restore", str(file), "--yes", "--json", **variables)
    done = json.loads(again.out)
    assert (done["head"], done["problems"]) == (told["head"], [])
    assert command.run("audit", "verify", "--projections", **variables).code == 0


def test_without_the_tools_a_backup_says_what_to_install(
    home: Path, url: str, tmp_path: Path
) -> None:
    asyncio.run(ran_once(home, url))
    nowhere, file = tmp_path / "no-programs", tmp_path / "backup.dump"
    nowhere.mkdir()
    told = Home(home).run("db", "backup", str(file), QUORATE_DATABASE_URL=url, PATH=str(nowhere))
    assert told.code != 0
    assert "pg_dump is not installed" in told.err
    assert "postgresql-client" in told.err
    assert not file.exists()
