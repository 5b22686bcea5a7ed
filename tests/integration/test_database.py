"""The database as it is opened: durable, named without its password, refused when it is of no known kind."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.kernel.errors import RejectedError, UnavailableError

pytestmark = pytest.mark.integration


def setting(connection, name):
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_every_commit_on_a_file_is_synced_and_readers_never_wait(tmp_path):
    database = Database(DatabasePolicy(url=f"sqlite:///{tmp_path / 'q.db'}", max_pages=77))
    connection = database.connect_sqlite(patience=1.5)
    try:
        assert setting(connection, "journal_mode") == "wal"
        assert setting(connection, "synchronous") == 2, "FULL"
        assert setting(connection, "busy_timeout") == 1500
        assert setting(connection, "max_page_count") == 77
    finally:
        connection.close()
        database.close()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:////x/q.db", "/x/q.db"),
        ("postgresql://me:secret@127.0.0.1:1/q", "postgresql://me:***@127.0.0.1:1/q"),
    ],
    ids=["file", "server"],
)
def test_a_place_is_told_without_its_password(url, place, tmp_path):
    database = Database(DatabasePolicy(url=url.replace("/x/", f"{tmp_path}/")))
    assert database.place.replace(f"{tmp_path}/", "/x/") == place
    database.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "", "postgres"])
def test_a_database_of_another_kind_is_refused(url):
    with pytest.raises(RejectedError, match="names neither SQLite nor PostgreSQL") as refusal:
        Database(DatabasePolicy(url=url))
    assert refusal.value.slug == "config-refused"


def test_a_server_that_is_not_there_is_unavailable():
    database = Database(DatabasePolicy(url="postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(UnavailableError) as refusal:
        database.read_now(lambda connection: connection.execute(text("SELECT 1")))
    assert refusal.value.slug == "storage-unavailable"
    database.close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RejectedError, match="cannot hold the database"):
        Database(DatabasePolicy(url=f"sqlite:///{tmp_path / 'file' / 'home' / 'q.db'}"))


async def test_look_ups_see_every_commit_and_outlive_a_failed_one(tmp_path):
    database = Database(DatabasePolicy(url=f"sqlite:///{tmp_path / 'q.db'}"))
    writing = database.connect_sqlite(patience=1.0)

    def count(connection):
        return connection.execute(text("SELECT count(*) FROM kept")).scalar_one()

    try:
        with pytest.raises(UnavailableError):
            await database.look_up(count)
        writing.execute("CREATE TABLE kept (id INTEGER)")
        for number in range(3):
            assert await database.look_up(count) == number
            writing.execute("INSERT INTO kept VALUES (?)", (number,))
        assert await database.look_up(lambda _connection: database.read_now(count)) == 3
    finally:
        writing.close()
        database.close()


async def test_a_look_up_within_another_has_a_connection_of_its_own(tmp_path):
    database = Database(DatabasePolicy(url=f"sqlite:///{tmp_path / 'q.db'}"))

    def other_loop():
        async def look():
            return await database.look_up(lambda inner: inner)

        return asyncio.run(look())

    def both(outer):
        with ThreadPoolExecutor() as beside:
            return beside.submit(other_loop).result() is outer

    assert not await database.look_up(both)
    assert await database.look_up(lambda one: one) is await database.look_up(lambda one: one)
    database.close()
