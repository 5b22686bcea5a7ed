"""Checkpoints: signed every so many rows, after silence and at the end, and copied to a second file."""

from __future__ import annotations

import asyncio

import pytest

from quorate.adapters.keys.ed25519 import is_signature
from quorate.adapters.keys.notary import notes_in
from quorate.adapters.sql.writer import WriterPolicy
from quorate.audit.checkpoint import origin_of, parsed_note
from quorate.kernel.errors import QuorateError
from tests.fakes.clock import FakeClock
from tests.integration.facts import noted
from tests.integration.stores import SYSTEM, giving, in_one_batch, outcomes

pytestmark = pytest.mark.integration

SELDOM = WriterPolicy(checkpoint_rows=10_000, checkpoint_seconds=3600)


def sizes(notes):
    return [parsed_note(note).checkpoint.size for note in notes]


async def until(happened, seconds=5.0):
    async with asyncio.timeout(seconds):
        while not happened():
            await SYSTEM.sleep(0.02)


async def test_a_checkpoint_is_signed_every_so_many_rows(ground):
    with ground.opened(policy=WriterPolicy(checkpoint_rows=5)) as store:
        for number in range(12):
            await store.add(noted(number))
        assert sizes(store.notes()) == sizes(store.copies()) == [5, 10]
        await in_one_batch(store.journal, *(giving(noted(number)) for number in range(7)))
        assert sizes(store.notes()) == sizes(store.copies()) == [5, 10, 19]


async def test_a_head_is_signed_when_it_was_silent_for_so_long(ground):
    policy = WriterPolicy(checkpoint_rows=10_000, checkpoint_seconds=0.2)
    with ground.opened(policy=policy) as store:
        await store.add(noted("a"))
        assert store.notes() == []
        await until(store.copies)
        assert sizes(store.notes()) == sizes(store.copies()) == [1]
        await SYSTEM.sleep(0.5)
        assert sizes(store.notes()) == [1]
        await store.add(noted("b"))
        await until(lambda: len(store.copies()) == 2)
        assert sizes(store.notes()) == sizes(store.copies()) == [1, 2]


async def test_a_row_that_comes_after_the_time_is_over_is_signed_with_it(ground):
    clock = FakeClock()
    with ground.opened(policy=SELDOM, clock=clock) as store:
        await store.add(noted("a"))
        clock.jump(3599)
        await store.add(noted("b"))
        assert store.notes() == []
        clock.jump(1)
        await store.add(noted("c"))
        assert sizes(store.notes()) == [3]
        clock.jump(3599)
        await store.add(noted("d"))
        assert sizes(store.notes()) == [3]


async def test_closing_signs_the_head_once(ground, other_tenant):
    with ground.opened(policy=SELDOM) as store:
        await outcomes([store.add(noted("a"), noted("b")), store.of(other_tenant).add(noted("c"))])
        assert store.notes() == []
    with ground.opened(policy=SELDOM) as store:
        assert sizes(store.notes()) == sizes(store.copies()) == [2]
        assert sizes(store.of(other_tenant).notes()) == [1]
        await store.add()
    with ground.opened(policy=SELDOM) as store:
        assert sizes(store.notes()) == sizes(store.copies()) == [2]


async def test_a_head_can_be_signed_at_once(ground):
    with ground.opened(policy=SELDOM) as store:
        await store.add(noted("a"))
        store.writer.sign(store.tenant)
        store.writer.sign(store.tenant)
        assert sizes(store.notes()) == sizes(store.copies()) == [1]
        await store.add(noted("b"))
        assert store.verified().problems == ()


async def test_a_note_vouches_for_the_last_row_and_its_signature_holds(ground):
    with ground.opened(policy=WriterPolicy(checkpoint_rows=3)) as store:
        for number in range(7):
            await store.add(noted(number))
        rows, notes = store.rows(), [parsed_note(note) for note in store.notes()]
        assert [note.checkpoint.root for note in notes] == [rows[2].hash, rows[5].hash]
        for note in notes:
            assert note.checkpoint.origin == origin_of(store.tenant)
            assert note.key_id == store.notary.key_id(store.tenant)
            text = note.checkpoint.text().encode()
            assert is_signature(store.notary.public_key, text, note.signature)
            assert not is_signature(store.notary.public_key, text + b"\n", note.signature)
        assert store.copies() == tuple(store.notes())
        assert store.verified().checkpoint == 6


async def test_each_writer_of_one_chain_signs_and_all_notes_agree(ground):
    policy = WriterPolicy(checkpoint_rows=4)
    with ground.opened(policy=policy) as one, ground.opened(policy=policy) as other:
        await outcomes([store.add(noted(n)) for n in range(30) for store in (one, other)])
        for number in range(10):
            await (one, other)[number % 2].add(noted(number))
    with ground.opened() as store:
        assert store.notes()
        found = store.verified()
        assert (found.problems, found.checkpoint) == ((), 70)


async def test_a_copy_that_cannot_be_written_fails_nobody(ground):
    """The rows are committed by then: whoever is told otherwise does the work again."""
    (ground.folder / "checkpoints").write_text("a file where a folder should be")
    with ground.opened(policy=WriterPolicy(checkpoint_rows=1)) as store:
        await in_one_batch(store.journal, giving())
        results = await outcomes([store.add(noted("a"))])
        assert not isinstance(results[0], QuorateError)
        assert len(store.rows()) == 1


async def test_a_copy_that_cannot_be_written_does_not_end_the_writer(ground):
    (ground.folder / "checkpoints").write_text("a file where a folder should be")
    policy = WriterPolicy(checkpoint_rows=10_000, checkpoint_seconds=0.1)
    with ground.opened(policy=policy) as store:
        await store.add(noted("a"))
        await until(store.notes)
        await SYSTEM.sleep(0.05)
        assert (await store.add(noted("b"))).seqs == (2,)


async def test_a_copy_that_failed_is_made_up_for_by_the_next(ground):
    blocked = ground.folder / "checkpoints"
    blocked.write_text("a file where a folder should be")
    with ground.opened(policy=WriterPolicy(checkpoint_rows=1)) as store:
        await outcomes([store.add(noted("a"))])
        blocked.unlink()
        await store.add(noted("b"))
        assert 2 in sizes(notes_in(store.notary.copies_of(store.tenant)))
        assert store.verified().problems == ()
