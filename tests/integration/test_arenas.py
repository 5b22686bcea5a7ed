"""Arenas of others on both databases: imported once, whole or not at all, and never among our own."""

from __future__ import annotations

import asyncio
from datetime import time
from decimal import Decimal

import pytest

from quorate.adapters.files.arena_logs import read_arena_folder
from quorate.arena.imported.assembling import assembled
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.errors import RejectedError
from tests.fakes.other_arenas import YUAN, WrittenLog, bars_of, shanghai, write_arena
from tests.integration.homes import opened_home
from tests.integration.test_opening import home, seeded, store_of

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

TERMS = YUAN


@pytest.fixture
def folder(tmp_path):
    return write_arena(tmp_path / "shanghai", *shanghai())


async def test_an_arena_is_imported_listed_shown_and_folds_again(home, folder):
    async with opened_home(*home) as app:
        done = await app.arenas.import_folder(folder, TERMS, "the test")
        assert done.written
        (line,) = await app.competitions.lines()
        assert (line.kind, line.name, line.status) == ("imported", "shanghai", "finished")
        assert (line.competition_id, line.profiles) == (
            done.arena.arena_id,
            ("once", "steady"),
        )
        assert (line.sessions, line.playing) == (len(done.arena.days), False)
        verified = await app.verify(projections=True, against=None)
        assert verified.ok, verified.problems
    async with opened_home(*home) as app:
        again = await app.arenas.show(done.arena.arena_id[:9])
        assert again == done.arena
        assert (again.imported_by, bool(again.imported_at)) == ("the test", True)
        fresh = assembled(read_arena_folder(folder, None, None), TERMS)
        assert (again.books, again.standing) == (fresh.books, fresh.standing)


async def test_the_same_files_twice_write_nothing_twice(home, folder):
    async with opened_home(*home) as app:
        first = await app.arenas.import_folder(folder, TERMS, "the test")
        rows = store_of(app).rows()
        again = await app.arenas.import_folder(folder, TERMS, "somebody else")
        assert (again.written, again.arena) == (False, first.arena)
        assert store_of(app).rows() == rows


async def test_two_that_import_at_once_write_one_arena(home, folder):
    async with opened_home(*home) as app:
        done = await asyncio.gather(  # noqa: TID251  (both, whatever becomes of either)
            *(app.arenas.import_folder(folder, TERMS, who) for who in ("one", "other"))
        )
        assert sorted(each.written for each in done) == [False, True]
        assert len(await app.competitions.lines()) == 1


async def test_other_terms_make_another_arena_and_an_id_has_to_be_clear(home, folder):
    async with opened_home(*home) as app:
        await app.arenas.import_folder(folder, TERMS, "the test")
        await app.arenas.import_folder(
            folder, ArenaTerms(capital=TERMS.capital, currency="USD"), "the test"
        )
        assert len(await app.competitions.lines()) == 2
        with pytest.raises(RejectedError, match="several imported arenas"):
            await app.arenas.show("imp_")
        with pytest.raises(RejectedError, match="there is no imported arena") as refusal:
            await app.arenas.show("imp_nobody")
        assert refusal.value.slug == "not-found"


async def test_nothing_of_it_is_played_here(home, folder):
    async with opened_home(*home) as app:
        arena = (await app.arenas.import_folder(folder, TERMS, "the test")).arena
        for act in (
            app.competitions.start(arena.arena_id),
            app.competitions.stop(arena.arena_id, "no"),
        ):
            with pytest.raises(RejectedError, match="an arena of others") as refusal:
                await act
            assert refusal.value.slug == "conflict"


async def test_it_changes_no_table_of_our_own_books_and_agents(home, folder):
    async with opened_home(*home) as app:
        store = store_of(app)
        before = store.state()
        await app.arenas.import_folder(folder, TERMS, "the test")
        after = store.state()
        assert {name for name, rows in after.items() if rows != before[name]} == {"imported_arenas"}
        streams = {row.stream for row in store.rows() if row.type.startswith("arena.")}
        assert {stream.partition(":")[0] for stream in streams} == {"arena"}


def broken(folder, file, change):
    path = folder / file
    path.write_text(change(path.read_text()))


LOG = "positions/once/position.jsonl"
BAD = {
    "a line cut short": (LOG, lambda text: text[:-40], f"{LOG} line 3"),
    "no number": (LOG, lambda text: text.replace("1000000.0", "NaN"), f"{LOG} line 1"),
    "shares below nothing": (LOG, lambda text: text.replace(": 100,", ": -100,"), f"{LOG} line 2"),
    "an id twice": (LOG, lambda text: text.replace('"id": 2', '"id": 1'), f"{LOG} line 3"),
    "another word for cash": (LOG, lambda text: text.replace("CASH", "Cash"), f"{LOG} line 1"),
    "a bar without a close": (
        "merged.jsonl",
        lambda text: text.replace(', "4. sell price": "1407.0"', ""),
        "merged.jsonl line 1",
    ),
    "no bars": ("merged.jsonl", lambda _text: "", "the file of bars holds none"),
}


@pytest.mark.parametrize(("file", "change", "place"), BAD.values(), ids=BAD)
async def test_what_cannot_be_believed_is_refused_and_nothing_is_written(
    home, folder, file, change, place
):
    broken(folder, file, change)
    async with opened_home(*home) as app:
        rows = store_of(app).rows()
        with pytest.raises(RejectedError) as refusal:
            await app.arenas.import_folder(folder, TERMS, "the test")
        assert refusal.value.cause.startswith(place)
        assert (refusal.value.effect, bool(refusal.value.fix)) == ("nothing was written", True)
        assert store_of(app).rows() == rows


async def test_half_hours_and_parts_of_coins_import_too(home, tmp_path):
    bars = [
        (f"2025-11-0{day} {hour}:{minute}:00", 100 + day, 103 + day, 99 + day, 101 + day)
        for day in (1, 2, 3)
        for hour in (23,)
        for minute in ("00", "30")
    ]
    log = WrittenLog(Decimal(500)).opened(bars[0][0])
    log.bought(bars[1][0], "BTC-USDT", 0.25, 101).sold(bars[3][0], "BTC-USDT", 0.125, 102)
    folder = write_arena(
        tmp_path / "coins", {"m": log}, [bars_of("BTC-USDT", bars, size="30min", zone="UTC")]
    )
    late = ArenaTerms(capital=Decimal(500), currency="USDT", mark_time=time(23, 30))
    async with opened_home(*home) as app:
        arena = (await app.arenas.import_folder(folder, late, "the test")).arena
    (book,) = arena.books
    assert [float(worth) for worth in book.curve] == [
        *(500, 500 + 0.25 * (102 - 101)),
        *(500 + 0.125 * 1 + 0.125 * 2, 500 + 0.125 * 1 + 0.125 * 3),
    ]
    assert book.findings == ()
