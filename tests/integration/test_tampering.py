"""Whatever is changed in a home behind Quorate's back is found, and the first bad row named (RELIABILITY 4.3)."""

import random
import shutil
import sqlite3
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from quorate.bootstrap import open_app
from tests.fakes.homes import made_home, settings_of, with_runs

pytestmark = pytest.mark.integration

FLIPS = 300
SEED = 20261121
COLUMNS = ["payload", "hash", "prev_hash", "ts", "stream", "type", "trace_id", "book"]
EVERY_20_ROWS = {"JOURNAL__CHECKPOINT_ROWS": "20"}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A closed home with three runs and a checkpoint about every 20 rows."""
    home = tmp_path_factory.mktemp("untouched")
    made_home(home, **EVERY_20_ROWS)
    return home


@pytest.fixture
def home(untouched, tmp_path):
    return Path(shutil.copytree(untouched, tmp_path / "copy"))


@pytest.fixture
def app_at():
    @asynccontextmanager
    async def opened(home):
        async with open_app(settings_of(home, **EVERY_20_ROWS)) as app:
            yield app

    return opened


@contextmanager
def hands_on(home):
    """A connection past all of our code."""
    database = sqlite3.connect(home / "quorate.db", isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    try:
        yield database
    finally:
        database.close()


def rows_of(database, columns="*"):
    return database.execute(f"SELECT {columns} FROM journal ORDER BY seq").fetchall()  # noqa: S608


def change(database, seq, column, content):
    """Write bytes as text, whatever they are."""
    statement = f"UPDATE journal SET {column} = CAST(? AS TEXT) WHERE seq = ?"  # noqa: S608
    database.execute(statement, (content, seq))


def flipped(content: bytes, chance: random.Random) -> bytes:
    at, bit = chance.randrange(len(content)), chance.randrange(8)
    return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]


async def found_in(app, *, projections=False):
    return await app.verify(projections=projections, against=None)


async def test_an_untouched_home_is_whole(home, app_at):
    async with app_at(home) as app:
        found = await found_in(app, projections=True)
    assert (found.ok, found.first_bad, found.problems) == (True, None, ())
    assert found.checkpoint == found.rows > 100


@pytest.mark.parametrize(
    "bits", [pytest.param(7, id="text stays text"), pytest.param(8, id="text breaks")]
)
async def test_every_flipped_bit_is_found_at_its_row(home, app_at, bits):
    """A flip of the eighth bit leaves no valid UTF-8 behind: that row must be named too."""
    chance, missed = random.Random(SEED + bits), []
    async with app_at(home) as app:
        with hands_on(home) as database:
            seqs = [seq for (seq,) in rows_of(database, "seq")]
            for _ in range(FLIPS if bits == 7 else 40):
                seq, column = chance.choice(seqs), chance.choice(COLUMNS)
                (text,) = database.execute(
                    f"SELECT {column} FROM journal WHERE seq = ?",  # noqa: S608
                    (seq,),
                ).fetchone()
                if not text:
                    continue
                content = text.encode()
                at, bit = chance.randrange(len(content)), chance.randrange(7) if bits == 7 else 7
                damaged = content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
                change(database, seq, column, damaged)
                try:
                    found = await found_in(app)
                    outcome = found.first_bad
                except Exception as error:  # noqa: BLE001  (a verification that stops has named nothing)
                    outcome = repr(error)
                if outcome != seq:
                    missed.append((seq, column, at, bit, outcome))
                change(database, seq, column, content)
        assert missed == []
        assert (await found_in(app)).ok
