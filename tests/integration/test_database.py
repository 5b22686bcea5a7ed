"""The database as it is opened: durable, named without its password, refused when it is of no known kind."""

from __future__ import annotations

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
