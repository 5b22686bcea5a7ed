"""The real program, several processes of it at once, on one database."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.journal import chain_rows
from quorate.arena.record import RunFilter
from quorate.audit.verification import verify_chain
from quorate.kernel.ids import Tenant
from tests.e2e.conftest import LONGEST, Home
from tests.integration.homes import open_once, opened_home

pytestmark = [pytest.mark.integration, pytest.mark.e2e]

LOCAL = Tenant("local")
PAUSE = threading.Event()
RUN = ("run", "AAPL", "GOOG", "IBM", "MSFT", "--as-of", "2012-06-29", "--json")


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory):
    """Return a home on SQLite as a first command leaves it."""
    folder = tmp_path_factory.mktemp("opened")
    asyncio.run(open_once(folder, f"sqlite:///{folder / 'quorate.db'}"))
    return folder


@pytest.fixture
def home(opened_once, tmp_path):
    return Home(Path(shutil.copytree(opened_once, tmp_path / "home")))


def url_of(home):
    return f"sqlite:///{home.path / 'quorate.db'}"


def watched(url, processes):
    """Read the whole chain again and again until all `processes` have ended; return every length that was seen."""
    database, lengths = Database(DatabasePolicy(url=url)), [0]
    try:
        while any(process.poll() is None for process in processes):
            rows = database.read_now(lambda connection: list(chain_rows(connection, LOCAL)))
            found = verify_chain(rows, [], lambda *_: True)
            assert found.first_bad is None, found.problems
            assert len(rows) >= lengths[-1]
            lengths.append(len(rows))
            PAUSE.wait(0.05)  # leave the processes some of the machine
    finally:
        database.close()
    return lengths


def endings(processes):
    """Return what each process printed, once all have ended well."""
    told = [process.communicate(timeout=LONGEST) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), told
    return [json.loads(out) for out, _err in told]


def stop(processes):
    for process in processes:
        process.kill()
        process.communicate()


async def assert_all_stand(home, url, ran):
    async with opened_home(home.path, url) as app:
        verified = await app.verify(projections=True, against=None)
        assert (verified.ok, verified.problems) == (True, ())
        listed = [line.row for line in (await app.list_runs(RunFilter(), 99, None)).items]
        assert {row.run_id for row in listed} == {run["runId"] for run in ran}
        assert {row.status for row in listed} <= {"completed"}


async def test_four_runs_and_a_reader_on_one_file(home):
    processes = [home.start(*RUN) for _ in range(4)]
    try:
        lengths = watched(url_of(home), processes)
        ran = endings(processes)
    finally:
        stop(processes)
    assert lengths[-1] > lengths[1], "the reader saw the chain grow"
    decisions = {json.dumps([d["finalAction"] for d in run["decisions"]]) for run in ran}
    assert len(decisions) == 1
    await assert_all_stand(home, url_of(home), ran)


async def test_two_runs_on_postgres(quorate_home, empty_postgres):
    home, url = Home(quorate_home), empty_postgres
    more = {"QUORATE_DATABASE_URL": url}
    processes = [home.start(*RUN, **more) for _ in range(2)]
    try:
        ran = endings(processes)
    finally:
        stop(processes)
    await assert_all_stand(home, url, ran)


@pytest.mark.fault
async def test_a_full_disk_is_one_line_and_what_stood_stands(home):
    with closing(sqlite3.connect(home.path / "quorate.db")) as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
    full = home.run(*RUN, QUORATE_DATABASE__MAX_PAGES=str(pages + 2))
    assert full.code == 1
    (line,) = full.err.splitlines()
    assert line.startswith("error: no room left for the database")
    assert "Fix: free disk space or raise [database] max_pages" in line
    error = full.json["error"]
    assert (error["type"], error["status"], error["retryable"]) == ("storage-full", 507, True)
    await assert_all_stand(home, url_of(home), [])
