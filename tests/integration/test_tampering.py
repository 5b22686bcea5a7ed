"""Whatever is changed in a home behind our back is found, and its first bad row named (RELIABILITY 4.3)."""

import os
import random
import shutil
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import pytest

from quorate.audit.chain import chained_hash, row_bytes
from quorate.audit.checkpoint import Checkpoint, note_key_id, signed_note
from quorate.bootstrap import open_app
from quorate.kernel.errors import QuorateError, RejectedError
from tests.fakes.homes import made_home, settings_of, with_runs
from tests.unit.audit.chains import ORIGIN, STRANGER

pytestmark = pytest.mark.integration

FLIPS = int(os.environ.get("QUORATE_TEST_FLIPS", "300"))  # noqa: TID251  (a number of this test)
"""The soak takes 10,000."""
SEED = 20261121
ROW = ["seq", "ts", "tenant", "book", "trace_id", "stream", "type", "payload", "prev_hash", "hash"]
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


def seeded():
    return random.Random(SEED)  # noqa: S311  (a sample, no secret)


def app_at(home):
    return open_app(settings_of(home, **EVERY_20_ROWS))


@contextmanager
def hands_on(home):
    """A connection past all of our code."""
    database = sqlite3.connect(home / "quorate.db", isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    try:
        yield database
    finally:
        database.close()


async def found_in(app, *, projections=False):
    return await app.verify(projections=projections, against=None)


async def row_named(app):
    """The row that a verification names, or the error with which it stops: that names none."""
    try:
        return (await found_in(app)).first_bad
    except QuorateError as error:
        return repr(error)


def rows_of(database, columns="*"):
    return database.execute(f"SELECT {columns} FROM journal ORDER BY seq").fetchall()  # noqa: S608


def change(database, seq, column, content):
    """Write bytes as text, whatever they are."""
    statement = f"UPDATE journal SET {column} = CAST(? AS TEXT) WHERE seq = ?"  # noqa: S608
    database.execute(statement, (content, seq))


def flipped(content, bit, chance):
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]


async def missed_flips(app, database, count, *, bits):
    """Flip single bits, one at a time; return those after which another row than theirs was named."""
    chance, missed = seeded(), []
    cells = [
        (row[0], column, text)
        for row in rows_of(database, ", ".join(["seq", *COLUMNS]))
        for column, text in zip(COLUMNS, row[1:], strict=True)
        if text
    ]
    for seq, column, text in chance.choices(cells, k=count):
        content, bit = text.encode(), chance.choice(bits)
        change(database, seq, column, flipped(content, bit, chance))
        named = await row_named(app)
        change(database, seq, column, content)
        if named != seq:
            missed.append((seq, column, bit, named))
    return missed


def rewritten_from(database, first):
    """Change the payload of row `first` and make every hash after it fit; return the last hash."""
    rows = [dict(zip(ROW, row, strict=True)) for row in rows_of(database, ", ".join(ROW))]
    rows[first - 1]["payload"] = '{"forged":1}'
    head = rows[first - 2]["hash"]
    for row in rows[first - 1 :]:
        covered = {key: row[key] for key in ROW if key not in {"prev_hash", "hash", "type"}}
        after = chained_hash(head, row_bytes(**covered, type_=row["type"]))
        database.execute(
            "UPDATE journal SET payload = ?, prev_hash = ?, hash = ? WHERE seq = ?",
            (row["payload"], head, after, row["seq"]),
        )
        head = after
    return head


def signed_by_a_stranger(home, database, root):
    """Put a key of one's own on record, and one signature of it in the place of every checkpoint and copy."""
    public = STRANGER.public_key().public_bytes_raw()
    (size,) = database.execute("SELECT max(seq) FROM journal").fetchone()
    point = Checkpoint(origin=ORIGIN, size=size, root=root)
    note = signed_note(point, public_key=public, sign=STRANGER.sign).text()
    key_id = note_key_id(ORIGIN, public)
    database.execute("INSERT INTO signing_keys VALUES ('local', ?, ?)", (key_id, public.hex()))
    database.execute("DELETE FROM checkpoints")
    database.execute("INSERT INTO checkpoints VALUES ('local', ?, '', ?)", (size, note))
    (home / "checkpoints" / "local.notes").write_text(f"{note}\n")


def cuts(database):
    """Lengths to cut the journal to, longest first, all before its last checkpoint."""
    last = len(rows_of(database, "seq"))
    return sorted({0, 1, last - 1, *seeded().sample(range(1, last), 10)}, reverse=True)


async def test_an_untouched_home_is_whole(home):
    async with app_at(home) as app:
        found = await found_in(app, projections=True)
    assert (found.ok, found.first_bad, found.problems) == (True, None, ())
    assert found.checkpoint == found.rows > 100


async def test_every_flipped_bit_is_found_at_its_row(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            assert await missed_flips(app, database, FLIPS, bits=range(7)) == []
        assert (await found_in(app)).ok


async def test_a_flipped_bit_that_leaves_no_text_behind_is_found_at_its_row(home):
    """The eighth bit of a byte: one in eight of all flips."""
    async with app_at(home) as app:
        with hands_on(home) as database:
            assert await missed_flips(app, database, 20, bits=[7]) == []


@pytest.mark.parametrize("bit", [0, 1, 5, 12, 31, 62])
async def test_a_flipped_bit_of_a_rows_number_is_found(home, bit):
    """The row is missing where it was; one that now stands before all others may be named instead."""
    async with app_at(home) as app:
        with hands_on(home) as database:
            seqs = [seq for (seq,) in rows_of(database, "seq")]
            free = [seq for seq in seqs if seq ^ 1 << bit not in seqs]
            for seq in seeded().sample(free, min(len(free), 5)):
                other = seq ^ 1 << bit
                database.execute("UPDATE journal SET seq = ? WHERE seq = ?", (other, seq))
                assert (await found_in(app)).first_bad in {seq, seq if other > seq else 1}
                database.execute("UPDATE journal SET seq = ? WHERE seq = ?", (seq, other))
        assert (await found_in(app)).ok


async def test_every_deleted_row_is_named(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            rows = {row[0]: row for row in rows_of(database, ", ".join(ROW))}
            into = f"INSERT INTO journal ({', '.join(ROW)}) VALUES ({', '.join('?' * len(ROW))})"  # noqa: S608
            for seq in {1, 2, len(rows), *seeded().sample(range(1, len(rows)), 40)}:
                database.execute("DELETE FROM journal WHERE seq = ?", (seq,))
                assert (await found_in(app)).first_bad == seq
                database.execute(into, rows[seq])
        assert (await found_in(app)).ok


async def test_swapped_payloads_are_found_at_the_first_row(home):
    chance = seeded()
    async with app_at(home) as app:
        with hands_on(home) as database:
            payloads = dict(rows_of(database, "seq, payload"))
            pairs = [sorted(chance.sample(sorted(payloads), 2)) for _ in range(40)]
            for one, other in pairs:
                if payloads[one] != payloads[other]:
                    change(database, one, "payload", payloads[other].encode())
                    change(database, other, "payload", payloads[one].encode())
                    assert (await found_in(app)).first_bad == one
                    change(database, one, "payload", payloads[one].encode())
                    change(database, other, "payload", payloads[other].encode())
        assert (await found_in(app)).ok


async def test_a_row_that_was_moved_to_another_tenant_is_missing_here(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            database.execute("UPDATE journal SET tenant = 'other' WHERE seq = 9")
        assert (await found_in(app)).first_bad == 9


@pytest.mark.parametrize("seq", [0, -7])
async def test_a_row_put_before_the_first_is_found(home, seq):
    async with app_at(home) as app:
        with hands_on(home) as database:
            copied = "ts, tenant, book, trace_id, stream, type, payload, prev_hash, hash"
            database.execute(
                f"INSERT INTO journal (seq, {copied}) SELECT ?, {copied} FROM journal WHERE seq = 1",  # noqa: S608
                (seq,),
            )
        assert not (await found_in(app)).ok


async def test_a_cut_off_tail_is_named_by_its_first_row(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            for length in cuts(database):
                database.execute("DELETE FROM journal WHERE seq > ?", (length,))
                found = await found_in(app)
                assert (found.first_bad, found.rows) == (length + 1, length)


async def test_the_second_copy_betrays_a_tail_that_was_cut_off_with_its_checkpoints(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            for length in cuts(database):
                database.execute("DELETE FROM journal WHERE seq > ?", (length,))
                database.execute("DELETE FROM checkpoints WHERE size > ?", (length,))
                assert (await found_in(app)).first_bad == length + 1


async def test_a_copy_kept_elsewhere_betrays_what_the_home_no_longer_knows(home, tmp_path):
    """Without it the cut is invisible, and no checkpoint vouches for anything: that is what is reported."""
    kept = Path(shutil.move(home / "checkpoints" / "local.notes", tmp_path / "kept.notes"))
    async with app_at(home) as app:
        with hands_on(home) as database:
            database.execute("DELETE FROM journal WHERE seq > 50")
            database.execute("DELETE FROM checkpoints")
        blind = await found_in(app)
        assert (blind.ok, blind.checkpoint) == (True, None)
        assert (await app.verify(projections=False, against=kept)).first_bad == 51


async def test_a_chain_rewritten_with_fitting_hashes_is_found_by_its_checkpoints(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            sizes = [size for (size,) in database.execute("SELECT size FROM checkpoints")]
            rewritten_from(database, 90)
        found = await found_in(app)
    assert found.first_bad == max(size for size in sizes if size < 90) + 1
    assert "were rewritten" in found.problems[0]


async def test_a_chain_rewritten_and_signed_with_a_key_of_the_forgers_own_is_found(home):
    """The forger has database and copies but not the key: RELIABILITY 4.3 says that this is not enough."""
    async with app_at(home) as app:
        with hands_on(home) as database:
            signed_by_a_stranger(home, database, rewritten_from(database, 90))
        assert not (await found_in(app)).ok


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        pytest.param("replace(note, '/local', '/loca1')", "no valid signature", id="its origin"),
        pytest.param("replace(note, char(10), ' ')", "is damaged", id="its lines"),
        pytest.param("substr(note, 1, 60)", "is damaged", id="torn off"),
        pytest.param("''", "is damaged", id="emptied"),
    ],
)
async def test_a_changed_checkpoint_is_found(home, damaged, problem):
    async with app_at(home) as app:
        with hands_on(home) as database:
            newest = "size = (SELECT max(size) FROM checkpoints)"
            database.execute(f"UPDATE checkpoints SET note = {damaged} WHERE {newest}")  # noqa: S608
        found = await found_in(app)
    assert not found.ok
    assert found.first_bad is None
    assert problem in found.problems[0]


async def test_a_changed_second_copy_is_found(home):
    copies = home / "checkpoints" / "local.notes"
    first, *others = copies.read_text().lstrip("\n").split("\n\n\u2014")
    origin, size, root = first.split("\n")
    changed = "\n".join([origin, f"{int(size) + 1}", root])
    copies.write_text("\n\n\u2014".join([changed, *others]))
    async with app_at(home) as app:
        found = await found_in(app)
    assert not found.ok
    assert f"the checkpoint at row {int(size) + 1} has no valid signature" in found.problems


STATE_CHANGES = [
    pytest.param("ai_arena_runs", "status = 'failed'", id="a run that completed"),
    pytest.param("ai_arena_agent_decisions", "action = action || '!'", id="what an agent said"),
    pytest.param("ai_arena_consensus", "final_action = 'SELL'", id="what was decided"),
    pytest.param("tasks", "state = 'FAILED'", id="where a task stands"),
    pytest.param("leases", "token = token + 1", id="a fencing token"),
    pytest.param("books", "cash = '200000'", id="the cash of a book"),
    pytest.param("ai_agent_profiles", "enabled = NOT enabled", id="a profile switched"),
    pytest.param("market_series", "bars = bars - 1", id="the bars of a symbol"),
    pytest.param("config_versions", "settings = '{}'", id="the settings of a run"),
    pytest.param("step_ledger", "seq = seq + 1", id="where a step is recorded"),
    pytest.param("signing_keys", "public_key = '00' || substr(public_key, 3)", id="a public key"),
]


@pytest.mark.parametrize(("table", "changed"), STATE_CHANGES)
async def test_a_changed_state_table_is_found_by_folding_the_journal_again(home, table, changed):
    async with app_at(home) as app:
        with hands_on(home) as database:
            rows = database.execute(f"UPDATE {table} SET {changed}").rowcount  # noqa: S608
        assert (await found_in(app)).ok
        found = await found_in(app, projections=True)
    assert (found.ok, found.first_bad) == (False, None)
    assert len(found.problems) == rows > 0
    assert all(text.startswith(f"{table} ") for text in found.problems)


@pytest.mark.parametrize("table", [case.values[0] for case in STATE_CHANGES])
async def test_a_lost_row_of_a_state_table_is_found(home, table):
    async with app_at(home) as app:
        with hands_on(home) as database:
            rows = database.execute(f"DELETE FROM {table}").rowcount  # noqa: S608
        found = await found_in(app, projections=True)
    assert len(found.problems) == rows > 0
    assert all("is missing, the journal has it" in text for text in found.problems)


async def test_a_row_that_the_journal_does_not_know_is_found(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            database.execute(
                "INSERT INTO books VALUES ('local', 'secret', 'LIVE', '1000000', '{}')"
            )
        found = await found_in(app, projections=True)
    assert found.problems == ("books secret stands there, the journal does not know it",)


async def test_a_changed_blob_is_found(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            changed = "UPDATE blobs SET content = CAST(x'00' || substr(content, 2) AS BLOB)"
            rows = database.execute(changed).rowcount
        found = await found_in(app, projections=True)
    assert len(found.problems) == rows > 0
    assert all("its content has another digest" in text for text in found.problems)


async def test_a_lost_blob_is_found(home):
    async with app_at(home) as app:
        with hands_on(home) as database:
            database.execute("DELETE FROM blobs")
        assert not (await found_in(app, projections=True)).ok


async def test_damage_done_while_nobody_looked_is_found_at_the_next_start(home):
    with hands_on(home) as database:
        change(database, 33, "payload", b"{}")
    async with app_at(home) as app:
        assert (await found_in(app)).first_bad == 33


async def test_the_same_holds_on_postgres(postgres_url, tmp_path):
    """A cut-off, a changed, a deleted and a damaged row; the rest is the same code over the same rows."""
    import psycopg  # noqa: PLC0415  (the postgres extra may be absent; then the fixture skips)

    settings = settings_of(tmp_path, DATABASE_URL=postgres_url, **EVERY_20_ROWS)
    await with_runs(settings)
    async with open_app(settings) as app:
        assert (await found_in(app, projections=True)).ok
        with psycopg.connect(postgres_url, autocommit=True) as database:
            for damage, row in (
                ("DELETE FROM journal WHERE seq > 90", 91),
                ("UPDATE journal SET book = 'x' WHERE seq = 70", 70),
                ("DELETE FROM journal WHERE seq = 50", 50),
                ("UPDATE journal SET payload = lower(payload) WHERE seq = 30", 30),
            ):
                database.execute(damage)
                assert (await found_in(app)).first_bad == row


async def test_a_file_without_a_checkpoint_vouches_for_nothing_and_is_refused(home, tmp_path):
    stray = tmp_path / "stray.csv"
    stray.write_text("Date,Open\n2013-01-02,1\n")
    async with app_at(home) as app:
        with pytest.raises(RejectedError, match="holds no checkpoint note"):
            await app.verify(projections=False, against=stray)
