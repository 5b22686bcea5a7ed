"""Money of a remote call stays at the hub: set aside before the call, for the task in hand, settled once."""

import asyncio
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from quorate.agents.defaults import MODEL_PROFILES
from quorate.agents.prompts import BookView, template_named
from quorate.arbiter.spec import analysis_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.arena.ports import RunContext
from quorate.bootstrap.fleet.encoding import AssignedAnalysis
from quorate.fleet.wire import CallBody, ChargeBody, Refused, Reserve, Reserved, Settle, Settled
from quorate.kernel.canonical import as_json
from quorate.kernel.ids import BookName, RunId, Symbol, TaskId
from quorate.llm.call import Purpose
from tests.fakes.worker_connections import ANALYSES
from tests.integration.fleets import LONGEST, grounded

pytestmark = pytest.mark.asyncio

AAPL = Symbol("AAPL")
PROFILE = replace(MODEL_PROFILES[0], provider="openrouter", model="small/model", enabled=True)


@pytest.fixture
async def ground(tmp_path, migrated_file):
    shutil.copy(migrated_file, tmp_path / "quorate.db")
    async with asyncio.timeout(LONGEST), grounded(tmp_path) as ground:
        yield ground


async def analysis(ground):
    """Queue one agent's turn."""
    store = ground.store
    trace = store.ids.trace_id()
    assigned = AssignedAnalysis(
        profile=PROFILE,
        prompt=template_named("technical_analyst/1"),
        symbols=(AAPL,),
        as_of=date(2012, 6, 29),
        snapshot_hash="0" * 64,
        series={AAPL: "1" * 64},
        quarantined={},
        without_data=(),
        book=BookView(mode="REPLAY", cash=Decimal(1), equity=Decimal(1)),
        news=(),
        context=RunContext(run_id=RunId("run_1"), trace_id=trace, book=BookName("replay")),
        purpose=Purpose.ANSWER,
        round=0,
        before="",
    )
    task = Task(
        task_id=TaskId(store.ids.ulid("tsk_")),
        type=TaskType.TRADING_ANALYSIS,
        subject="run_1",
        trace_id=trace,
        state=TaskState.RECEIVED,
        token=0,
        attempts=1,
    )
    metadata = as_json(msgspec.to_builtins(assigned, str_keys=True))
    await ground.arbiter.queue(task, analysis_spec((AAPL,), ()), metadata)


def call(number, cost="0.10", purpose="answer", edition=0):
    return CallBody(
        call_id=f"call_{number}",
        logical_id="ask_1",
        purpose=purpose,
        tier="cheap",
        provider="openrouter",
        model="small/model",
        worst_cost_usd=cost,
        price_edition=edition,
    )


async def reserved(worker, task, body):
    worker.say(Reserve(task_id=task.task_id, token=task.token, epoch=worker.epoch, call=body))
    return await worker.heard(Reserved, Refused)


async def settled(worker, task, call_id, cost="0.02"):
    charge = ChargeBody(cost_usd=cost, cost_source="provider", status="answered")
    worker.say(
        Settle(
            task_id=task.task_id,
            token=task.token,
            epoch=worker.epoch,
            call_id=call_id,
            charge=charge,
        )
    )
    return await worker.heard(Settled, Refused)


async def calls(ground, call_id):
    return [entry.type for entry in await ground.store.journal.entries(f"call:{call_id}")]


async def test_a_call_is_set_aside_and_settled_once_however_often_it_is_said(ground):
    worker = await ground.worker(capabilities=ANALYSES)
    await analysis(ground)
    task = await worker.assigned()
    first = await reserved(worker, task, call(1))
    assert (first.call_id, Decimal(first.reserved_usd)) == ("call_1", Decimal("0.10"))
    assert await reserved(worker, task, call(1)) == first
    assert isinstance(await settled(worker, task, "call_1"), Settled)
    assert isinstance(await settled(worker, task, "call_1"), Settled)
    assert await calls(ground, "call_1") == ["call.reserved", "call.settled"]
    (row,) = [
        entry.facts
        for entry in await ground.store.journal.entries("call:call_1")
        if entry.type == "call.reserved"
    ]
    assert (row["runId"], row["profile"]) == ("run_1", PROFILE.name)


async def test_a_limit_without_room_refuses_and_says_which(ground):
    worker = await ground.worker(capabilities=ANALYSES)
    await analysis(ground)
    task = await worker.assigned()
    refused = await reserved(worker, task, call(1, cost="0.60"))
    assert (refused.code, refused.limit) == ("budget-exhausted", "run")
    assert Decimal(refused.left) == Decimal("0.50")
    assert await calls(ground, "call_1") == []


async def test_money_is_for_the_task_in_hand_and_what_it_is_for(ground):
    worker = await ground.worker(capabilities=ANALYSES)
    rogue = await ground.worker("rogue", capabilities={})
    await analysis(ground)
    task = await worker.assigned()
    assert (await reserved(rogue, task, call(1))).code == "not-yours"
    assert (await reserved(worker, task, call(2, purpose="lab"))).code == "not-yours"


async def test_a_worker_with_other_prices_is_told_ours(ground):
    worker = await ground.worker(capabilities=ANALYSES)
    await analysis(ground)
    task = await worker.assigned()
    refused = await reserved(worker, task, call(1, edition=3))
    assert (refused.code, refused.price_edition, refused.prices) == ("prices-moved", 0, [])


async def test_a_late_call_is_settled_though_its_task_went_to_another(ground):
    worker = await ground.worker(capabilities=ANALYSES)
    await analysis(ground)
    task = await worker.assigned()
    await reserved(worker, task, call(1))
    worker.accept(task)
    worker.fail(task, "network_error")
    assert isinstance(await settled(worker, task, "call_1"), Settled)
    assert await calls(ground, "call_1") == ["call.reserved", "call.settled"]


async def test_a_tier_is_the_homes_own_and_a_price_that_it_knows_cannot_be_left_out(ground):
    """A worker that calls an expensive model cheap would go past the limit on expensive calls."""
    worker = await ground.worker(capabilities=ANALYSES)
    await analysis(ground)
    task = await worker.assigned()
    told = msgspec.structs.replace(call(1), tier="power")
    assert isinstance(await reserved(worker, task, told), Reserved)
    (row,) = await ground.store.journal.entries("call:call_1")
    assert row.facts["tier"] == "cheap"
    known = msgspec.structs.replace(call(2, cost=None), provider="openai", model="gpt-5")
    refused = await reserved(worker, task, known)
    assert "is known here" in refused.cause
    assert await calls(ground, "call_2") == []
