"""Hops whose callers leave: the money stays behind until it is settled, once."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from quorate.kernel.errors import UnavailableError
from quorate.llm.budget import BudgetExhaustedError, CallStatus
from quorate.llm.failure import ModelCallError
from quorate.llm.gateway import GatewayPolicy
from quorate.resilience.breaker import CLOSED, Circuit
from tests.fakes.clock import settle
from tests.fakes.models import HANG, Act, reply
from tests.unit.llm.calls import FIRST, Bench, a_call, failure, usd


async def left(bench, *, after_s=0.0, call=None):
    """Ask, and leave after a while."""
    asking = asyncio.create_task(bench.gateway.ask(call or a_call(FIRST)))
    await bench.clock.advance(after_s)
    asking.cancel()
    await settle()
    assert asking.cancelled()


async def test_a_caller_that_leaves_is_free_at_once_and_the_request_goes_on():
    bench = Bench({"first": [Act(reply(reported_cost=usd("0.3")), after_s=10.0)]})
    await left(bench, after_s=5.0)
    assert bench.purse.open == {"call_1"}
    await bench.clock.advance(5.0)
    charge = bench.purse.charge("call_1")
    assert (charge.status, charge.cost) == (CallStatus.LATE, usd("0.3"))


async def test_a_request_that_never_ends_is_given_up_after_the_drain():
    bench = Bench({"first": [HANG]})
    await left(bench, after_s=5.0)
    await bench.clock.advance(29.9)
    assert bench.purse.open == {"call_1"}
    await bench.clock.advance(0.1)
    assert bench.purse.statuses == ["abandoned"]


async def test_a_caller_that_leaves_while_money_is_reserved_sends_nothing_and_pays_nothing():
    bench = Bench()
    bench.purse.takes_s = 3.0
    await left(bench, after_s=1.0)
    await bench.clock.advance(5.0)
    charge = bench.purse.charge("call_1")
    assert (bench.asked(), charge.status, charge.cost) == ([], CallStatus.FAILED, usd("0"))


async def test_a_reservation_on_its_way_is_never_broken_off():
    bench = Bench()
    bench.purse.takes_s = 60.0
    await left(bench, after_s=1.0)
    await bench.clock.advance(100.0)
    assert (bench.asked(), bench.purse.statuses) == ([], ["failed"])


async def test_a_caller_that_leaves_the_queue_reserves_nothing():
    bench = Bench({"first": [HANG]}, policy=replace(GatewayPolicy(), max_in_flight=1))
    holder = asyncio.create_task(bench.gateway.ask(a_call(FIRST)))
    await settle()
    await left(bench)
    holder.cancel()
    await settle()
    await bench.gateway.close()
    assert list(bench.purse.reserved) == ["call_1"]


async def test_a_caller_that_is_cancelled_as_the_answer_arrives_still_pays():
    bench = Bench({"first": [Act(reply(reported_cost=usd("0.3")))]})
    for turns in range(12):
        asking = asyncio.create_task(bench.gateway.ask(a_call(FIRST)))
        await settle(turns)
        asking.cancel()
        await settle()
        if not asking.cancelled():
            bench.purse.commit(asking.result().events)
        await bench.clock.advance(100.0)
    assert bench.purse.open == set()
    assert all(len(each) == 1 for each in bench.purse.charges.values())
    assert "late" in bench.purse.statuses


async def test_a_late_settlement_that_fails_is_logged_and_its_worst_case_stays_set_aside():
    bench = Bench()
    bench.purse.settles = False
    with capture_logs() as logged:
        for turns in range(12):
            asking = asyncio.create_task(bench.gateway.ask(a_call(FIRST)))
            await settle(turns)
            asking.cancel()
            await settle()
        await bench.clock.advance(100.0)
    assert "left_call_failed" in {line["event"] for line in logged}
    assert bench.purse.open == set(bench.purse.reserved)


async def test_leaving_says_nothing_about_the_model():
    bench = Bench({"first": [HANG]})
    for _ in range(5):
        await left(bench, after_s=1.0)
    assert bench.gateway.health(FIRST).breaker is CLOSED
    await bench.gateway.close()


async def test_a_trial_whose_caller_leaves_lets_the_next_one_try():
    bench = Bench({"first": [*[Act(failure("HTTP_503"))] * 3, HANG, Act(reply())]})
    for _ in range(2):
        with pytest.raises(ModelCallError):
            await bench.ask(FIRST, within=5.0)
    await bench.clock.advance(60.0)
    await left(bench, after_s=1.0)
    assert not (await bench.ask(FIRST, within=1.0)).fallback_used
    assert bench.gateway.health(FIRST).breaker.circuit is Circuit.CLOSED
    await bench.gateway.close()


async def test_a_trial_that_a_budget_refuses_lets_the_next_one_try():
    bench = Bench({"first": [*[Act(failure("HTTP_503"))] * 3, Act(reply())]})
    for _ in range(2):
        with pytest.raises(ModelCallError):
            await bench.ask(FIRST, within=5.0)
    await bench.clock.advance(60.0)
    size, bench.purse.size = bench.purse.size, usd("0").amount
    with pytest.raises(BudgetExhaustedError):
        await bench.ask(FIRST, within=1.0)
    bench.purse.size = size
    assert (await bench.ask(FIRST, within=1.0)).content == b"{}"


async def test_closing_gives_up_what_was_left_and_settles_it():
    bench = Bench({"first": [HANG]})
    for _ in range(3):
        await left(bench, after_s=1.0)
    await bench.gateway.close()
    assert bench.purse.statuses == ["abandoned"] * 3
    assert len(bench.model.cancelled) == 3
    assert bench.clock.sleepers == 0


async def test_closing_with_nothing_left_returns_at_once():
    await Bench().gateway.close()


async def test_a_client_that_breaks_is_our_bug_and_is_paid_for_all_the_same():
    bench = Bench({"first": [Act(ZeroDivisionError("a bug"))]})
    with pytest.raises(ZeroDivisionError):
        await bench.ask(FIRST)
    charge = bench.purse.charge("call_1")
    assert (charge.status, charge.code, charge.cost) == (CallStatus.FAILED, "UNKNOWN", None)
    assert bench.gateway.health(FIRST).breaker is CLOSED


async def test_a_trial_that_ends_in_our_own_bug_lets_the_next_one_try():
    acts = [*[Act(failure("HTTP_503"))] * 3, Act(ZeroDivisionError("a bug")), Act(reply())]
    bench = Bench({"first": acts})
    for _ in range(2):
        with pytest.raises(ModelCallError):
            await bench.ask(FIRST, within=5.0)
    await bench.clock.advance(60.0)
    with pytest.raises(ZeroDivisionError):
        await bench.ask(FIRST, within=1.0)
    assert (await bench.ask(FIRST, within=1.0)).content == b"{}"


async def test_a_request_that_is_late_and_then_fails_counts_once_against_its_model():
    bench = Bench({"first": [Act(failure("HTTP_504"), after_s=30.0)]})
    with pytest.raises(ModelCallError):
        await bench.ask(FIRST)
    assert len(bench.gateway.health(FIRST).breaker.failures) == 1


async def test_a_bug_in_a_request_that_was_left_is_logged_and_paid_for():
    bench = Bench({"first": [Act(ZeroDivisionError("a bug"), after_s=5.0)]})
    with capture_logs() as logged:
        await left(bench, after_s=1.0)
        await bench.clock.advance(10.0)
    assert bench.purse.statuses == ["failed"]
    assert "left_call_failed" in {line["event"] for line in logged}


async def test_a_settlement_that_fails_is_told_and_its_worst_case_stays_set_aside():
    bench = Bench({"first": [Act(failure("HTTP_500"))]})
    bench.purse.settles = False
    with pytest.raises(UnavailableError, match="database"):
        await bench.ask(FIRST)
    assert bench.purse.open == {"call_1"}
    assert bench.purse.committed > 0


async def test_a_cost_above_the_worst_case_is_charged_and_told():
    bench = Bench({"first": [Act(reply(reported_cost=usd("5")))]})
    with capture_logs() as logged:
        assert (await bench.ask()).cost == usd("5")
    assert "cost_above_worst_case" in {line["event"] for line in logged}


async def test_nothing_is_left_running_after_an_ordinary_answer():
    bench = Bench()
    await bench.ask()
    await settle()
    assert bench.clock.sleepers == 0
    assert len(asyncio.all_tasks()) == 1


async def test_a_person_may_close_a_models_breaker():
    acts = [*[Act(failure("HTTP_503"))] * 3, Act(reply())]
    bench = Bench({"first": acts})
    assert bench.gateway.healths() == {}
    for _ in range(2):
        with pytest.raises(ModelCallError):
            await bench.ask(FIRST, within=5.0)
    assert bench.gateway.healths()[FIRST].breaker.circuit is Circuit.OPEN
    bench.gateway.reset(FIRST)
    assert bench.gateway.healths()[FIRST].breaker is CLOSED
    assert (await bench.ask(FIRST, within=1.0)).content == b"{}"
