"""Failing alone: what a use case raises, or a guard of its events refuses, undoes that use case and no other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from quorate.kernel.errors import ConflictError, InvariantBrokenError, QuorateError, RejectedError
from quorate.kernel.journal import Committed, Event
from tests.fakes.clock import FakeClock
from tests.integration.conftest import ALL_KINDS
from tests.integration.facts import (
    config_recorded,
    lease_renewed,
    lease_taken,
    noted,
    profile_registered,
    profile_switched,
    run_completed,
    run_requested,
    series_imported,
    task_adopted,
    task_moved,
    task_received,
)
from tests.integration.stores import giving, in_one_batch

pytestmark = pytest.mark.integration

CROWD = 10
"""Use cases beside the failing one: enough that their changes are sent many rows at a time."""


@pytest.fixture(scope="module", params=ALL_KINDS)
def kind(request):
    return request.param


def a_rule_says_no(_tx):
    raise RejectedError("a rule says no")


def our_own_bug(_tx):
    raise KeyError("our own bug")


@dataclass(frozen=True)
class Failing:
    """A use case that must fail after `given` is committed, and how."""

    given: Sequence[Event]
    decide: object
    error: type[QuorateError]
    says: str = ""


def refused(*events: Event, given: Sequence[Event] = (), error=ConflictError, says="") -> Failing:
    return Failing(given, giving(*events), error, says)


FAILING = {
    "it raises": Failing((), a_rule_says_no, RejectedError, "a rule says no"),
    "it has a bug": Failing((), our_own_bug, InvariantBrokenError, "our own bug"),
    "the task moved meanwhile": refused(
        task_moved("t", "RECEIVED", "VALIDATING_SPEC"),
        given=[task_received("t"), task_moved("t", "RECEIVED", "VALIDATING_SPEC")],
        says="the task is no longer RECEIVED",
    ),
    "the task is in other hands": refused(
        task_moved("t", "RECEIVED", "VALIDATING_SPEC", token=1),
        given=[task_received("t"), task_adopted("t", token=2)],
        says="the task is no longer RECEIVED",
    ),
    "the task was adopted by another": refused(
        task_adopted("t", token=2),
        given=[task_received("t"), task_adopted("t", token=2)],
        says="took the task over first",
    ),
    "there is no such task": refused(task_moved("t", "RECEIVED", "VALIDATING_SPEC")),
    "the task id is taken": refused(task_received("t"), given=[task_received("t")]),
    "the lease was lost": refused(
        lease_renewed("l", token=1),
        given=[lease_taken("l", token=1), lease_taken("l", owner="b", token=2)],
        says="was lost to another holder",
    ),
    "the lease is taken": refused(lease_taken("l"), given=[lease_taken("l")]),
    "the step is recorded": refused(
        noted("again", step_key="s"), given=[noted("first", step_key="s")]
    ),
    "the profile is switched": refused(
        profile_switched("trend", on=False),
        given=[profile_registered("trend"), profile_switched("trend", on=False)],
        says="profile trend is disabled already",
    ),
    "the profile is there": refused(
        profile_registered("trend"), given=[profile_registered("trend")]
    ),
    "the run id is taken": refused(run_requested("run_1"), given=[run_requested("run_1")]),
    "the run has ended": refused(
        run_completed("run_1"),
        given=[run_requested("run_1"), run_completed("run_1")],
        says="run_1 has ended already",
    ),
    "the configuration is on record": refused(config_recorded("c"), given=[config_recorded("c")]),
    "the bars were replaced by another": refused(
        series_imported("AAPL", b"mine", replaces="older"),
        given=[series_imported("AAPL", b"theirs")],
        says="another import replaced AAPL first",
    ),
    "its second event is refused": refused(
        noted("own"), task_received("own"), run_requested("run_1"), given=[run_requested("run_1")]
    ),
    "it takes one step twice": refused(noted("own", step_key="s"), noted("own too", step_key="s")),
    "a fact is missing": refused(
        replace(run_requested("run_1"), payload={"runId": "run_1"}), error=InvariantBrokenError
    ),
    "a number is not finite": refused(
        replace(noted("a"), payload={"n": float("nan")}), error=InvariantBrokenError
    ),
    "a text holds a NUL": refused(noted("a\x00b"), error=InvariantBrokenError),
    "a text is no Unicode": refused(noted("a\ud800b"), error=InvariantBrokenError),
    "a stream holds a NUL": refused(
        replace(noted("a"), stream="note:\x00"), error=InvariantBrokenError
    ),
    "a stream is no Unicode": refused(
        replace(noted("a"), stream="note:\ud800"), error=InvariantBrokenError
    ),
    "a step key holds a NUL": refused(noted("a", step_key="s\x00"), error=InvariantBrokenError),
    "a number has no room in its column": refused(
        lease_taken("l", token=2**70), error=QuorateError
    ),
    "it gives no events at all": Failing((), lambda _tx: [None], InvariantBrokenError),
}


@pytest.mark.parametrize("name", FAILING)
async def test_a_use_case_fails_alone(store, name):
    failing = FAILING[name]
    await store.add(noted("given"), *failing.given)
    rows, state = store.rows(), store.state()
    *others, late = (
        giving(task_received(f"c{n}"), noted(n), lease_taken(f"task:c{n}")) for n in range(CROWD)
    )
    half = len(others) // 2 + 1
    results = await in_one_batch(
        store.journal, *others[:half], failing.decide, *others[half:], late
    )
    error = results.pop(half)
    assert isinstance(error, failing.error)
    assert failing.says in str(error)
    assert [seq for result in results for seq in result.seqs] == list(
        range(len(rows) + 1, len(rows) + 3 * CROWD + 1)
    )
    assert [row.type for row in store.rows()[len(rows) :]] == [
        "task.received",
        "note.made",
        "lease.acquired",
    ] * CROWD
    crowded = {"tasks", "leases"}
    assert {**store.state(), **dict.fromkeys(crowded)} == {**state, **dict.fromkeys(crowded)}
    added = {name: len(rows) - len(state[name]) for name, rows in store.state().items()}
    assert {name for name, count in added.items() if count} == crowded
    assert added["tasks"] == added["leases"] == CROWD
    assert store.verified().problems == ()


@pytest.mark.parametrize("name", FAILING)
async def test_a_use_case_fails_without_company_too(store, name):
    failing = FAILING[name]
    await store.add(noted("given"), *failing.given)
    rows, state = store.facts(), store.state()
    with pytest.raises(failing.error, match=failing.says or "."):
        await store.journal.commit(failing.decide)
    assert (store.facts(), store.state()) == (rows, state)
    await store.add(noted("the next one"))


async def test_a_failing_use_case_leaves_no_attachment(store):
    content = b"only with its event"
    await store.add(run_requested("run_1"))
    results = await in_one_batch(
        store.journal,
        giving(noted("a", attachments=(content,)), run_requested("run_1")),
        giving(noted("b")),
    )
    assert [type(result) for result in results] == [ConflictError, Committed]
    assert store.verified(projections=True).problems == ()
    assert blobs_of(store) == {}


def blobs_of(store):
    from quorate.adapters.sql.journal import blobs  # noqa: PLC0415  (one use)

    return store.database.read_now(lambda connection: dict(blobs(connection, store.tenant)))


async def test_a_holder_that_lost_its_task_in_this_very_batch_is_refused(store):
    """The order of the use cases decides, also where the changes are sent kind by kind."""
    await store.add(task_received("mine"), task_received("other"))
    results = await in_one_batch(
        store.journal,
        giving(task_moved("other", "RECEIVED", "VALIDATING_SPEC")),
        giving(task_adopted("mine", token=2)),
        giving(task_moved("mine", "RECEIVED", "VALIDATING_SPEC", token=1)),
    )
    assert [type(result) for result in results] == [Committed, Committed, ConflictError]
    assert store.verified(projections=True).problems == ()


def drawn_use_case(draw: random.Random) -> list[Event]:
    """Return the events of a use case on few names, so that many collide."""
    task, name = draw.choice("tuv"), draw.choice("lm")
    states = ("RECEIVED", "VALIDATING_SPEC", "SPEC_APPROVED")
    token = draw.choice((1, 1, 2, 3))
    kinds = (
        lambda: task_received(task),
        lambda: task_moved(task, draw.choice(states), draw.choice(states), token=token),
        lambda: task_adopted(task, token=token),
        lambda: lease_taken(name, token=token, owner=draw.choice("ab")),
        lambda: lease_renewed(name, token=token, seconds=draw.randint(1, 9)),
        lambda: noted(draw.randint(0, 9)),
        lambda: noted("step", step_key=draw.choice("xyz") * 3),
        lambda: profile_registered(draw.choice(("trend", "wyckoff"))),
        lambda: profile_switched(draw.choice(("trend", "wyckoff")), on=draw.random() < 0.5),
    )
    return [draw.choice(kinds)() for _ in range(draw.choice((1, 1, 1, 2, 3)))]


@pytest.mark.parametrize("seed", range(6))
async def test_a_batch_does_what_its_use_cases_would_do_one_after_the_other(
    ground, other_tenant, seed
):
    draw = random.Random(seed)  # noqa: S311  (a seeded draw)
    with ground.opened(clock=FakeClock()) as store:
        alone = store.of(other_tenant)
        for _ in range(3):
            drawn = [drawn_use_case(draw) for _ in range(draw.choice((2, 6, 20)))]
            batched = await in_one_batch(store.journal, *(giving(*events) for events in drawn))
            single = [await tried(alone, events) for events in drawn]
            assert [answer(one) for one in batched] == [answer(one) for one in single]
            assert (store.facts(), store.state()) == (alone.facts(), alone.state())
        assert store.verified(projections=True).problems == ()


async def tried(store, events):
    """Return what came of committing `events`."""
    try:
        return await store.add(*events)
    except QuorateError as error:
        return error


def answer(result):
    return result if isinstance(result, Committed) else type(result)
