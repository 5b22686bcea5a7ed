"""Money for a call: without the hub's word none is made, and what a call cost is told until the hub has it."""

import asyncio

import pytest

from quorate.fleet.wire import CallBody, ChargeBody, Refused, Reserve, Reserved, Settle, Settled
from quorate.kernel.errors import UnavailableError
from tests.fakes.clock import settle
from tests.fakes.fleet import FakeHub
from tests.unit.fleet.workers import working

CALL = CallBody(
    call_id="call_1",
    logical_id="ask_1",
    purpose="answer",
    tier="cheap",
    provider="openai",
    model="first",
    worst_cost_usd="0.01",
)
CHARGE = ChargeBody(cost_usd="0.001", cost_source="provider", status="answered")


async def in_hand(bench):
    """Give the worker a task that takes long, so that it may ask for money."""
    bench.doing.after_s = 100
    bench.hub.assign()
    await settle()
    return bench.worker.asking


async def test_a_reservation_is_asked_for_under_the_tasks_token():
    async with working() as bench:
        asking = await in_hand(bench)
        said = await asking.reserve("tsk_1", CALL)
        assert isinstance(said, Reserved)
        (asked,) = bench.hub.said(Reserve)
        assert (asked.task_id, asked.token, asked.epoch) == ("tsk_1", 1, 1)


async def test_nobody_reserves_for_a_task_that_is_not_in_hand():
    async with working() as bench:
        with pytest.raises(UnavailableError):
            await bench.worker.asking.reserve("tsk_1", CALL)
        assert bench.hub.said(Reserve) == []


async def test_without_an_answer_in_time_the_call_must_not_be_made():
    hub = FakeHub(drops=lambda message: isinstance(message, Reserved))
    async with working(hub=hub) as bench:
        asking = await in_hand(bench)
        asked = asyncio.create_task(asking.reserve("tsk_1", CALL))
        await bench.clock.advance(5.1)
        with pytest.raises(UnavailableError):
            await asked


async def test_a_reservation_is_asked_for_again_where_the_connection_breaks_meanwhile():
    broken = []

    def once(message):
        if isinstance(message, Reserve) and not broken:
            broken.append(message)
            return True
        return False

    async with working(hub=FakeHub(cuts=once)) as bench:
        asking = await in_hand(bench)
        asked = asyncio.create_task(asking.reserve("tsk_1", CALL))
        await bench.clock.advance(2)
        assert isinstance(await asked, Reserved)
        assert [each.epoch for each in bench.hub.said(Reserve)] == [2]


async def test_a_settlement_is_told_until_the_hub_has_it():
    lost = []

    def first_three(message):
        if isinstance(message, Settled) and len(lost) < 3:
            lost.append(message)
            return True
        return False

    async with working(hub=FakeHub(drops=first_three)) as bench:
        asking = await in_hand(bench)
        await asking.reserve("tsk_1", CALL)
        told = asyncio.create_task(asking.settle("tsk_1", "call_1", CHARGE))
        await bench.clock.advance(31)
        await told
        assert len(bench.hub.said(Settle)) == 4
        assert {each.charge for each in bench.hub.said(Settle)} == {CHARGE}


async def test_a_late_cost_is_told_under_the_token_that_its_call_was_reserved_under():
    async with working() as bench:
        asking = await in_hand(bench)
        await asking.reserve("tsk_1", CALL)
        await bench.clock.advance(101)
        assert len(bench.hub.results) == 1
        await asking.settle("tsk_1", "call_1", CHARGE)
        assert [each.token for each in bench.hub.said(Settle)] == [1]


async def test_a_hub_that_cannot_take_a_cost_now_is_told_again_and_one_that_will_not_is_believed():
    async with working(hub=FakeHub(drops=lambda message: isinstance(message, Settled))) as bench:
        asking = await in_hand(bench)
        told = asyncio.create_task(asking.settle("tsk_1", "call_1", CHARGE))
        await settle()
        bench.hub.tell(Refused(task_id="tsk_1", call_id="call_1", code="unavailable", cause="no"))
        await bench.clock.advance(6)
        assert len(bench.hub.said(Settle)) == 2
        bench.hub.tell(Refused(task_id="tsk_1", call_id="call_1", code="not-yours", cause="no"))
        await told
        assert bench.heard.of("charge_refused") == [{"callId": "call_1", "cause": "no"}]
