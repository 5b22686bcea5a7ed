"""Remembered answers on both databases: fresh for a while, bounded, and told again by the journal."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from quorate.adapters.sql.answers import SqlAnswers
from quorate.adapters.sql.kept_answers import KEPT_ANSWERS
from quorate.kernel.ids import Tenant
from quorate.llm.call import ToolCall
from quorate.llm.recall import RememberedAnswer
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.integration


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def answers(store, clock):
    return answers_of(store, clock)


def answers_of(store, clock, slots=3):
    return SqlAnswers(store.journal, store.database, store.tenant, clock, slots)


def said(content=b"{}", *tools):
    return RememberedAnswer(content=content, tool_calls=tools, model_served="small/model")


async def test_an_answer_comes_back_whole_as_long_as_it_is_fresh(answers, clock):
    kept = said("\u20ac\U0001f600".encode(), ToolCall(id="1", name="bars", arguments='{"a":1}'))
    await answers.keep("a", kept, 10.0)
    clock.time += timedelta(seconds=9.9)
    assert await answers.recall("a") == kept
    clock.time += timedelta(seconds=0.2)
    assert await answers.recall("a") is None
    assert await answers.recall("b") is None


async def test_a_later_answer_under_the_same_key_stands(answers, store):
    await answers.keep("a", said(b"1"), 10.0)
    await answers.keep("a", said(b"2"), 10.0)
    assert await answers.recall("a") == said(b"2")
    assert len(store.table(KEPT_ANSWERS)) == 1


async def test_where_there_is_no_room_the_first_to_go_stale_gives_way(answers, store):
    for key, seconds in (("a", 30.0), ("b", 10.0), ("c", 20.0), ("d", 40.0), ("e", 50.0)):
        await answers.keep(key, said(key.encode()), seconds)
    found = [await answers.recall(key) for key in "abcde"]
    assert [each and each.content for each in found] == [b"a", None, None, b"d", b"e"]
    assert len(store.table(KEPT_ANSWERS)) == 3
    assert store.verified(projections=True).problems == ()


async def test_many_at_once_find_a_slot_each(store, clock):
    answers = answers_of(store, clock, slots=20)
    async with asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(answers.keep(f"k{number}", said(b"%d" % number), 10.0 + number))
    assert len(store.table(KEPT_ANSWERS)) == 20
    assert store.verified(projections=True).problems == ()


async def test_it_outlives_the_process_and_stays_the_tenants_own(answers, store, clock):
    await answers.keep("a", said(b"mine"), 10.0)
    assert await answers_of(store, clock).recall("a") == said(b"mine")
    assert await answers_of(store.of(Tenant("another")), clock).recall("a") is None
