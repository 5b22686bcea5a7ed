"""A full disk: a clear error, nothing half-written, and work goes on once there is room again."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from quorate.kernel.errors import UnavailableError
from quorate.kernel.journal import Committed
from tests.integration.facts import (
    lease_taken,
    noted,
    series_imported,
    task_moved,
    task_received,
)
from tests.integration.stores import giving, in_one_batch, outcomes

pytestmark = [pytest.mark.integration, pytest.mark.fault]

LIMITS = 54
GROUPS = 6
SEED = 20261121


def pages(file):
    with closing(sqlite3.connect(file)) as database:
        return database.execute("PRAGMA page_count").fetchone()[0]


def is_whole(file):
    with closing(sqlite3.connect(file)) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def on_a_copy(ground, migrated_file, limit):
    """Return a ground of its own for this limit, so that nothing of the last one is left."""
    folder = ground.folder / str(limit)
    folder.mkdir()
    file = shutil.copy(migrated_file, folder / "quorate.db")
    return replace(ground, url=f"sqlite:///{file}", folder=folder)


def drawn_events(draw: random.Random, number: int):
    """Return the events of a use case that takes anything from a line to several pages."""
    text = "x" * draw.choice((10, 2000, 5000))
    kinds = (
        lambda: [noted(text)],
        lambda: [noted(text, step_key=f"step-{number}"), lease_taken(f"l{number}")],
        lambda: [
            task_received(f"t{number}"),
            task_moved(f"t{number}", "RECEIVED", "VALIDATING_SPEC"),
        ],
        lambda: [series_imported(f"S{number}", draw.randbytes(draw.choice((100, 9000))))],
    )
    return draw.choice(kinds)()


async def written_until_full(store, draw: random.Random):
    """Commit until there is no room; return the answers and the error."""
    for number in range(2000):
        batch = [drawn_events(draw, 100 * number + n) for n in range(draw.choice((1, 1, 5)))]
        if len(batch) == 1:
            results = await outcomes([store.add(*batch[0])])
        else:
            results = await in_one_batch(store.journal, *(giving(*events) for events in batch))
        errors = [result for result in results if not isinstance(result, Committed)]
        if errors:
            assert len(errors) == len(results), "of one transaction all or nothing is written"
            return errors
    raise AssertionError("it never became full")


@pytest.mark.parametrize("group", range(GROUPS))
async def test_every_page_limit_ends_in_a_clear_error_and_a_whole_database(
    sqlite_ground, migrated_file, group
):
    size = pages(migrated_file)
    for limit in range(group, LIMITS, GROUPS):
        ground = on_a_copy(sqlite_ground, migrated_file, limit)
        draw = random.Random(SEED + limit)  # noqa: S311  (a seeded draw)
        with ground.opened(max_pages=size + limit) as store:
            errors = await written_until_full(store, draw)
            for error in errors:
                assert isinstance(error, UnavailableError), limit
                assert error.slug == "storage-full", limit
                assert error.fix.startswith("free disk space")
            kept = store.facts()
        assert pages(ground.file) <= size + limit
        assert is_whole(ground.file), limit
        with ground.opened() as store:
            assert store.facts() == kept, limit
            assert store.verified(projections=limit % 9 == 0).problems == (), limit
            assert (await store.add(noted("there is room again"))).seqs == (len(kept) + 1,)


async def test_reading_goes_on_and_so_does_writing_once_the_limit_is_raised(
    sqlite_ground, migrated_file
):
    with sqlite_ground.opened(max_pages=pages(migrated_file) + 4) as full:
        await written_until_full(full, random.Random(SEED))  # noqa: S311  (a seeded draw)
        kept = full.rows()
        with sqlite_ground.opened() as roomy:
            await roomy.add(noted("from a process with a higher limit"))
        assert len(full.rows()) == len(kept) + 1
        (refused,) = await outcomes([full.add(noted("x" * 100_000))])
        assert isinstance(refused, UnavailableError)
        assert full.verified().problems == ()
