"""A home is its owner's alone, whatever the process's umask allows: folders 0700, secrets and the database 0600."""

from __future__ import annotations

import os
import stat

import pytest

from quorate.adapters.keys.secret import hub_secret
from quorate.adapters.sql.backup import back_up, put_back
from quorate.bootstrap.store import database_of
from quorate.kernel.errors import RejectedError
from tests.fakes.homes import settings_of
from tests.integration.homes import opened_home

pytestmark = pytest.mark.integration


@pytest.fixture
def open_umask():
    """Let new files be everybody's, as a careless login would."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("open_umask")
async def test_a_new_home_lets_nobody_else_in(tmp_path):
    home = tmp_path / "home"
    async with opened_home(home, "") as app:
        assert len(app.hub_secret) == 32
        assert mode(home) == 0o700
        databases = sorted(home.glob("quorate.db*"))
        assert {each.suffix for each in databases} >= {".db", ".db-wal", ".db-shm"}
        assert {mode(each) for each in databases} == {0o600}
        assert mode(home / "keys") == 0o700
        assert {mode(each) for each in (home / "keys").iterdir()} == {0o600}


@pytest.mark.usefixtures("open_umask")
async def test_a_home_that_begins_with_its_keys_lets_nobody_else_in(tmp_path):
    hub_secret(tmp_path / "home")
    assert mode(tmp_path / "home") == 0o700


@pytest.mark.usefixtures("open_umask")
async def test_a_backup_and_what_it_is_put_back_to_are_the_owners_alone(tmp_path):
    home = tmp_path / "home"
    async with opened_home(home, ""):
        pass
    database = database_of(settings_of(home))
    back_up(database, tmp_path / "copy.db")
    assert mode(tmp_path / "copy.db") == 0o600
    put_back(database, tmp_path / "copy.db", "aside")
    assert mode(home / "quorate.db") == 0o600


async def test_a_backup_writes_through_no_link_that_somebody_left_in_its_way(tmp_path):
    home, victim = tmp_path / "home", tmp_path / "victim"
    async with opened_home(home, ""):
        pass
    victim.write_text("precious")
    for name in ("copy.db.part", f"copy.db.{os.getpid()}.part"):
        (tmp_path / name).symlink_to(victim)
    (home / "quorate.db.new").symlink_to(victim)
    database = database_of(settings_of(home))
    back_up(database, tmp_path / "copy.db")
    put_back(database, tmp_path / "copy.db", "aside")
    assert victim.read_text() == "precious"
    assert not (home / "quorate.db").is_symlink()


def test_a_secret_that_others_could_exchange_is_not_used(tmp_path):
    hub_secret(tmp_path)
    (tmp_path / "keys").chmod(0o770)
    with pytest.raises(RejectedError, match="can be written to by others") as refusal:
        hub_secret(tmp_path)
    assert refusal.value.fix == f"chmod go-w {tmp_path / 'keys'}"
