"""Leases with fencing tokens, recorded steps, and blobs under their digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from quorate.adapters.sql.journal import blobs
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import ConflictError
from quorate.kernel.journal import Committed, Event, step_key
from quorate.kernel.lease import Lease, acquired, lease_event, renewed, require_current
from tests.fakes.clock import NOON, FakeClock
from tests.integration.facts import lease_taken, noted, task_received
from tests.integration.stores import giving, in_one_batch, outcomes

pytestmark = pytest.mark.integration

TERM = timedelta(seconds=45)


class Holder:
    """Someone who works under a lease, as the arbiter does."""

    def __init__(self, store, owner: str, clock: FakeClock) -> None:
        self.store, self.owner, self.clock = store, owner, clock
        self.held: Lease | None = None

    async def acquire(self) -> Lease:
        def decide(tx) -> Sequence[Event]:
            self.held = acquired(
                tx.lease("book"),
                name="book",
                owner=self.owner,
                now=self.clock.now(),
                duration=TERM,
            )
            return [lease_event("acquired", self.held)]

        await self.store.journal.commit(decide)
        return self.held

    async def renew(self) -> Lease:
        def decide(tx) -> Sequence[Event]:
            return [lease_event("renewed", later(tx))]

        def later(tx) -> Lease:
            return renewed(tx.lease("book"), self.held, now=self.clock.now(), duration=TERM)

        await self.store.journal.commit(decide)

    async def work(self) -> Committed:
        def decide(tx) -> Sequence[Event]:
            require_current(tx.lease("book"), self.held)
            return [noted(self.owner)]

        return await self.store.journal.commit(decide)

    async def release(self) -> Committed:
        over = Lease(
            name="book", owner=self.owner, token=self.held.token, expires_at=self.clock.now()
        )
        return await self.store.add(lease_event("released", over))


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def holders(store, clock):
    return Holder(store, "a", clock), Holder(store, "b", clock)


async def test_a_lease_is_held_by_one(holders):
    first, second = holders
    assert await first.acquire() == Lease(name="book", owner="a", token=1, expires_at=NOON + TERM)
    with pytest.raises(ConflictError, match="book is held by a until 2026-11-20T12:00:45"):
        await second.acquire()


async def test_of_two_that_come_at_once_one_gets_it(holders):
    first, second = holders
    results = await outcomes([first.acquire(), second.acquire()])
    assert sorted(type(result).__name__ for result in results) == ["ConflictError", "Lease"]


async def test_a_renewed_lease_is_held_for_longer(holders, clock):
    first, second = holders
    await first.acquire()
    clock.jump(30)
    await first.renew()
    clock.jump(30)
    with pytest.raises(ConflictError, match="until 2026-11-20T12:01:15"):
        await second.acquire()


@pytest.mark.parametrize(
    ("seconds", "free"), [(44.999999, False), (45, True)], ids=["just before", "at its end"]
)
async def test_a_lease_ends_with_its_term(holders, clock, seconds, free):
    first, second = holders
    await first.acquire()
    clock.jump(seconds)
    (result,) = await outcomes([second.acquire()])
    assert isinstance(result, Lease if free else ConflictError)


async def test_a_released_lease_is_free_at_once(holders):
    first, second = holders
    await first.acquire()
    await first.release()
    assert (await second.acquire()).token == 2


async def test_the_token_grows_with_every_holding(holders, store, clock):
    tokens = []
    for number in range(6):
        holder = holders[number % 2]
        tokens.append((await holder.acquire()).token)
        await holder.renew()
        if number % 3:
            await holder.release()
        else:
            clock.jump(45)
    assert tokens == [1, 2, 3, 4, 5, 6]
    assert store.verified(projections=True).problems == ()


@pytest.mark.parametrize("act", ["work", "renew", "release"])
async def test_a_holder_whose_lease_was_taken_is_refused(holders, store, clock, act):
    first, second = holders
    await first.acquire()
    clock.jump(45)
    await second.acquire()
    rows = store.facts()
    with pytest.raises(ConflictError, match="the lease on book was lost") as refusal:
        await getattr(first, act)()
    assert act == "release" or refusal.value.slug == "lease-lost"
    assert store.facts() == rows
    await second.work()


async def test_a_token_that_was_skipped_is_refused(store):
    await store.add(lease_taken("l", token=1))
    with pytest.raises(ConflictError):
        await store.add(lease_taken("l", token=3))


async def test_a_recorded_step_is_found_with_its_row(store):
    key = step_key(scope="run_1", step="answer", version="1", step_input="hash")
    await store.add(noted("before"), noted("done", step_key=key))
    await store.add(task_received("t"), noted("after"))
    steps = await store.journal.recorded_steps("note:a")
    assert steps == {key: store.rows()[1]}
    assert steps[key].facts == {"text": "done", "stepKey": key}
    assert await store.journal.recorded_steps("note:b") == {}


async def test_a_step_is_recorded_once(store):
    await store.add(noted("done", step_key="k"))
    with pytest.raises(ConflictError, match="wrote it first"):
        await store.add(noted("done again", step_key="k"))
    assert [row.facts["text"] for row in store.rows()] == ["done"]


async def test_of_two_that_record_a_step_at_once_the_first_wins(store):
    results = await in_one_batch(
        store.journal,
        giving(noted("first", step_key="k")),
        giving(noted("second", step_key="k")),
    )
    assert [type(result) for result in results] == [Committed, ConflictError]
    steps = await store.journal.recorded_steps("note:a")
    assert steps["k"].facts["text"] == "first"


async def test_an_attachment_is_stored_once_under_its_digest(store):
    one, other = b"\x00\xff bytes" * 999, b"others"
    await store.add(noted("a", attachments=(one,)), noted("b", attachments=(one, other)))
    await in_one_batch(store.journal, *(giving(noted(n, attachments=(one,))) for n in range(9)))
    kept = store.database.read_now(lambda connection: list(blobs(connection, store.tenant)))
    assert sorted(kept) == sorted((sha256_hex(each), each) for each in (one, other))
    assert store.verified(projections=True).problems == ()
