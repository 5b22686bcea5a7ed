"""The faults of model providers, named by their rows in the fault table (RELIABILITY 1.1)."""

import asyncio
from dataclasses import replace

import pytest

from quorate.kernel.errors import RejectedError
from quorate.llm.budget import CallStatus, CostSource
from quorate.llm.call import NO_USAGE, Usage
from quorate.llm.failure import ModelCallError
from quorate.llm.gateway import GatewayPolicy
from quorate.llm.tier import Tier
from quorate.resilience.breaker import TASK_WEIGHTS, Breaker, BreakerPolicy, Circuit, FailureSource
from tests.fakes.models import HANG, Act, reply
from tests.unit.llm.calls import (
    ELSEWHERE,
    FIRST,
    SECOND,
    THIRD,
    Bench,
    a_call,
    failure,
    limited,
    rung,
    usd,
)

OK = Act(reply())


def fails(code, **changes):
    return Act(failure(code, **changes))


async def refusal(bench, *models, **changes):
    with pytest.raises(ModelCallError) as caught:
        await bench.ask(*models, **changes)
    return caught.value


# connect refused / DNS / TLS error


async def test_row_connect_refused_is_tried_once_more_and_then_another_model_is_asked():
    bench = Bench({"first": [fails("CONNECTION_FAILED")]})
    answer = await bench.ask()
    assert bench.asked() == ["first", "first", "second"]
    assert (answer.fallback_used, answer.fallback_reason) == (True, "CONNECTION_FAILED")


async def test_row_connect_refused_everywhere_is_one_error_and_costs_nothing():
    down = [fails("CONNECTION_FAILED")]
    bench = Bench({"first": down, "second": down})
    error = await refusal(bench)
    assert (error.code, len(error.hops)) == ("CONNECTION_FAILED", 4)
    assert (bench.purse.committed, bench.purse.open) == (0, set())


# hang (half-open), slow drip of bytes


async def test_row_hang_ends_at_the_deadline():
    bench = Bench({"first": [HANG]})
    error = await refusal(bench, FIRST)
    assert (error.code, bench.ended_at) == ("TIMEOUT", 20.0)
    assert [hop.code for hop in error.hops] == ["TIMEOUT"]


async def test_row_hang_is_given_up_after_the_drain_and_the_worst_case_stays_counted():
    bench = Bench({"first": [HANG]})
    await refusal(bench, FIRST)
    charge = bench.purse.charge("call_1")
    assert (charge.status, charge.code) == (CallStatus.ABANDONED, "TIMEOUT")
    assert (charge.cost, charge.cost_source) == (None, CostSource.UNKNOWN)
    assert bench.purse.committed == bench.purse.reserved["call_1"].reserved.amount > 0
    assert charge.latency_ms == 50_000.0
    assert len(bench.model.cancelled) == 1


async def test_row_hang_leaves_a_fallback_its_share_of_the_deadline():
    bench = Bench({"first": [HANG], "second": [Act(reply(), after_s=7.0)]})
    answer = await bench.ask()
    assert bench.asked() == ["first", "second"]
    assert (bench.ended_at, answer.fallback_reason) == (19.0, "TIMEOUT")
    assert [(hop.code, hop.latency_ms) for hop in answer.hops] == [
        ("TIMEOUT", 12_000.0),
        ("", 7000.0),
    ]


async def test_row_hang_of_every_model_ends_at_the_deadline_and_the_last_one_gets_what_is_left():
    bench = Bench({name: [HANG] for name in ("first", "second", "third")})
    error = await refusal(bench, FIRST, SECOND, THIRD)
    assert (error.code, bench.ended_at) == ("TIMEOUT", 20.0)
    assert [hop.latency_ms for hop in error.hops] == [12_000.0, 4800.0, 3200.0]


async def test_row_hang_with_no_attempt_left_for_another_model_takes_all_the_time():
    bench = Bench({"first": [HANG]}, policy=GatewayPolicy(max_attempts=1))
    error = await refusal(bench)
    assert (bench.asked(), bench.ended_at, error.code) == (["first"], 20.0, "TIMEOUT")


async def test_row_slow_drip_the_adapter_is_told_when_nobody_waits_any_longer():
    bench = Bench()
    await bench.ask()
    ((_, request),) = bench.model.asked
    assert request.timeout_s == 20.0 + GatewayPolicy().drain_s


async def test_row_hang_the_deadline_is_that_of_all_hops_together():
    bench = Bench({"first": [Act(failure("HTTP_503"), after_s=15.0)], "second": [HANG]})
    error = await refusal(bench)
    assert (error.code, bench.ended_at) == ("TIMEOUT", 20.0)


# 429 with Retry-After


async def test_row_429_nothing_is_sent_before_retry_after():
    bench = Bench({"first": [Act(limited(7.0)), OK]})
    answer = await bench.ask()
    first, second = bench.model.times("first")
    assert 7.0 <= second - first <= 8.0
    assert not answer.fallback_used


async def test_row_429_has_two_tries_and_then_another_model():
    bench = Bench({"first": [Act(limited(2.0))]})
    answer = await bench.ask()
    assert bench.asked() == ["first", "first", "second"]
    assert answer.fallback_reason == "RATE_LIMITED"


async def test_row_429_past_the_deadline_is_not_waited_for():
    bench = Bench({"first": [Act(limited(20.0))]})
    answer = await bench.ask()
    assert bench.asked() == ["first", "second"]
    assert answer.latency_ms == 0.0


async def test_row_429_other_callers_wait_too():
    bench = Bench({"first": [Act(limited(7.0)), OK]})
    callers = [asyncio.create_task(bench.gateway.ask(a_call(FIRST)))]
    await bench.clock.advance(1.0)
    callers += [asyncio.create_task(bench.gateway.ask(a_call(FIRST))) for _ in range(5)]
    await bench.clock.advance(60.0)
    assert all(caller.result().content == b"{}" for caller in callers)
    assert min(bench.model.times("first")[1:]) >= 7.0


async def test_row_429_a_caller_without_time_to_wait_asks_another_model():
    bench = Bench({"first": [Act(limited(60.0))]})
    await bench.ask(within=1.0)
    answer = await bench.ask(within=1.0)
    assert bench.asked() == ["first", "second", "second"]
    assert answer.fallback_reason == "RATE_LIMITED"


async def test_row_429_without_time_and_without_another_model_says_when_to_come_back():
    bench = Bench({"first": [Act(limited(60.0))]})
    await refusal(bench, FIRST, within=1.0)
    error = await refusal(bench, FIRST, within=1.0)
    assert (error.code, error.hops) == ("RATE_LIMITED", ())
    assert error.retry_after.total_seconds() == pytest.approx(59.0)


# 5xx / reset mid-body


async def test_row_5xx_is_tried_once_more():
    bench = Bench({"first": [fails("HTTP_500"), OK]})
    answer = await bench.ask()
    assert bench.asked() == ["first", "first"]
    assert (answer.fallback_used, [hop.code for hop in answer.hops]) == (False, ["HTTP_500", ""])


async def test_row_5xx_twice_then_the_fallback_is_marked():
    bench = Bench({"first": [fails("HTTP_503")], "second": [Act(reply(b"[]"))]})
    answer = await bench.ask()
    assert (answer.content, answer.fallback_used, answer.fallback_reason) == (
        b"[]",
        True,
        "HTTP_503",
    )
    assert (answer.model_asked, answer.hops[-1].model) == (FIRST, SECOND)
    assert bench.purse.charge("call_3").fallback_reason == "HTTP_503"


async def test_row_reset_mid_body_may_have_been_billed_so_its_worst_case_stays_counted():
    bench = Bench({"first": [fails("CONNECTION_FAILED", billed=None), OK]})
    answer = await bench.ask()
    lost = bench.purse.charge("call_1")
    assert (lost.status, lost.cost) == (CallStatus.FAILED, None)
    assert (
        bench.purse.committed
        == bench.purse.reserved["call_1"].reserved.amount + usd("0.0012").amount
    )
    assert (answer.cost, answer.cost_source) == (None, CostSource.UNKNOWN)


# 200 with error body, empty choices, finish_reason=length


@pytest.mark.parametrize(
    ("act", "code", "tries"),
    [
        pytest.param(fails("MALFORMED_RESPONSE"), "MALFORMED_RESPONSE", 2, id="error body"),
        pytest.param(Act(reply(b"")), "EMPTY_ANSWER", 1, id="empty choices"),
        pytest.param(Act(reply(finish_reason="length")), "TRUNCATED", 1, id="length"),
        pytest.param(
            Act(reply(finish_reason="content_filter")), "CONTENT_FILTERED", 1, id="filter"
        ),
    ],
)
async def test_row_200_without_an_answer_is_classified_and_not_parsed(act, code, tries):
    bench = Bench({"first": [act], "second": [act]})
    error = await refusal(bench)
    assert (error.code, bench.asked()) == (code, ["first"] * tries + ["second"] * tries)
    assert set(bench.purse.statuses) == {"failed"}


async def test_row_200_without_an_answer_still_costs_what_it_cost():
    bench = Bench({"first": [Act(reply(finish_reason="length"))]})
    answer = await bench.ask()
    assert [hop.cost for hop in answer.hops] == [usd("0.0012"), usd("0.0012")]
    assert (answer.fallback_reason, answer.cost) == ("TRUNCATED", usd("0.0024"))


# wrong model served


async def test_row_wrong_model_served_is_flagged():
    bench = Bench({"first": [Act(reply(model_served="cheaper-one"))]})
    answer = await bench.ask()
    assert (answer.model_asked, answer.model_served) == (FIRST, "cheaper-one")
    assert (answer.fallback_used, answer.fallback_reason) == (True, "OTHER_MODEL_SERVED")
    assert bench.purse.charge("call_1").model_served == "cheaper-one"


async def test_row_wrong_model_served_the_same_model_by_a_dated_name_is_not_flagged():
    bench = Bench({"first": [Act(reply(model_served="first-2026-01-31"))]})
    assert not (await bench.ask()).fallback_used


# usage absent / absurd


async def test_row_usage_absent_the_cost_is_null():
    bench = Bench({"first": [Act(reply(usage=NO_USAGE))]})
    answer = await bench.ask()
    assert (answer.cost, answer.cost_source) == (None, CostSource.UNKNOWN)


@pytest.mark.parametrize("tokens", [-5, 10**12])
async def test_row_usage_absurd_the_answer_stands_and_the_cost_is_null_and_noted(tokens):
    absurd = Usage(prompt_tokens=tokens, completion_tokens=tokens)
    bench = Bench({"first": [Act(reply(usage=absurd))]})
    answer = await bench.ask()
    charge = bench.purse.charge("call_1")
    assert (answer.content, answer.cost) == (b"{}", None)
    assert (charge.code, charge.usage, charge.status) == (
        "USAGE_ABSURD",
        NO_USAGE,
        CallStatus.ANSWERED,
    )


# budget exhausted


async def test_row_budget_exhausted_stops_before_the_call():
    bench = Bench()
    bench.purse.size = usd("0.0001").amount
    with pytest.raises(RejectedError) as caught:
        await bench.ask()
    assert caught.value.slug == "budget-exhausted"
    assert bench.asked() == []


async def test_row_budget_exhausted_stops_a_retry_too():
    bench = Bench({"first": [fails("CONNECTION_FAILED", billed=None)]})
    bench.purse.size = usd("0.003").amount
    error = await refusal(bench, FIRST)
    assert (error.code, bench.asked()) == ("BUDGET_EXHAUSTED", ["first"])
    assert [hop.code for hop in error.hops] == ["CONNECTION_FAILED"]


async def test_row_budget_exhausted_for_the_dear_model_a_free_one_may_answer():
    bench = Bench()
    bench.purse.power_calls = 0
    answer = await bench.ask(ladder=(rung(FIRST, Tier.POWER), rung(SECOND, Tier.FREE)))
    assert (bench.asked(), answer.fallback_reason) == (["second"], "BUDGET_EXHAUSTED")


async def test_row_budget_exhausted_of_200_parallel_calls_with_one_power_call_left_one_is_sent():
    bench = Bench({"first": [Act(reply(), after_s=1.0)]})
    bench.purse.power_calls = 1
    call = a_call(ladder=(rung(FIRST, Tier.POWER),))
    callers = [asyncio.create_task(bench.gateway.ask(call)) for _ in range(200)]
    await bench.clock.advance(5.0)
    refused = [caller for caller in callers if isinstance(caller.exception(), RejectedError)]
    assert (bench.asked(), len(refused)) == (["first"], 199)


# breaker open (FM-TAW-010)


async def test_row_breaker_open_for_ten_minutes_the_fallback_serves_and_tasks_go_on():
    bench = Bench({"first": [fails("HTTP_503")]})
    tasks = Breaker()
    served = 0
    for _ in range(600):
        answer = await bench.ask(within=1.0)
        served += answer.content == b"{}"
        weight = TASK_WEIGHTS[FailureSource.LLM_TIMEOUT]
        tasks = tasks.failed(
            BreakerPolicy(), generation=0, weight=weight, now=bench.clock.monotonic()
        )
    assert served == 600
    assert len(bench.model.times("first")) < 20
    assert tasks.circuit is Circuit.CLOSED


async def test_row_breaker_open_is_said_with_the_time_to_come_back():
    bench = Bench({"first": [fails("HTTP_503")]})
    for _ in range(2):
        await refusal(bench, FIRST, within=5.0)
    error = await refusal(bench, FIRST, within=5.0)
    assert (error.code, error.hops, len(bench.asked())) == ("CIRCUIT_OPEN", (), 3)
    assert 50 < error.retry_after.total_seconds() <= 60
    assert len(bench.purse.reserved) == 3


async def test_row_breaker_open_closes_again_after_one_trial():
    bench = Bench({"first": [*[fails("HTTP_503")] * 3, OK]})
    for _ in range(2):
        await refusal(bench, FIRST, within=5.0)
    await bench.clock.advance(60.0)
    assert not (await bench.ask(FIRST)).fallback_used
    assert bench.gateway.health(FIRST).breaker.circuit is Circuit.CLOSED


async def test_row_breaker_open_lets_one_trial_through_while_the_others_fall_back():
    bench = Bench({"first": [*[fails("HTTP_503")] * 3, Act(reply(), after_s=5.0)]})
    for _ in range(2):
        await refusal(bench, FIRST, within=5.0)
    await bench.clock.advance(60.0)
    callers = [asyncio.create_task(bench.gateway.ask(a_call())) for _ in range(10)]
    await bench.clock.advance(15.0)
    assert len(bench.model.times("first")) == 4
    assert sum(caller.result().fallback_used for caller in callers) == 9


@pytest.mark.parametrize(
    "code", ["CREDENTIALS", "VALIDATION_FAILED", "CONTEXT_TOO_LARGE", "HTTP_402"]
)
async def test_row_breaker_our_own_mistakes_do_not_open_it(code):
    bench = Bench({"first": [fails(code)]})
    for _ in range(10):
        await bench.ask(FIRST, ELSEWHERE, within=1.0)
    assert bench.asked().count("first") == 10


async def test_row_breaker_hangs_open_it_too():
    bench = Bench({"first": [HANG]}, policy=replace(GatewayPolicy(), drain_s=1.0))
    for _ in range(3):
        await refusal(bench, FIRST, within=20.0)
    assert (await refusal(bench, FIRST, within=1.0)).code == "CIRCUIT_OPEN"


# duplicate/late answer after timeout


async def test_row_late_answer_is_discarded_and_charged():
    bench = Bench({"first": [Act(reply(reported_cost=usd("0.4")), after_s=30.0)]})
    error = await refusal(bench, FIRST)
    charge = bench.purse.charge("call_1")
    assert (error.code, bench.ended_at) == ("TIMEOUT", 20.0)
    assert (charge.status, charge.cost, charge.latency_ms) == (
        CallStatus.LATE,
        usd("0.4"),
        30_000.0,
    )
    assert bench.purse.committed == usd("0.4").amount


async def test_row_late_failure_is_charged_as_a_failure():
    bench = Bench({"first": [Act(failure("HTTP_504"), after_s=30.0)]})
    await refusal(bench, FIRST)
    charge = bench.purse.charge("call_1")
    assert (charge.status, charge.code, charge.cost) == (CallStatus.FAILED, "HTTP_504", usd("0"))


async def test_row_late_answer_that_is_defective_is_charged_too():
    bench = Bench({"first": [Act(reply(finish_reason="length"), after_s=30.0)]})
    await refusal(bench, FIRST)
    charge = bench.purse.charge("call_1")
    assert (charge.status, charge.code) == (CallStatus.LATE, "TRUNCATED")


async def test_row_late_answer_in_the_moment_of_the_deadline_is_one_or_the_other():
    bench = Bench({"first": [Act(reply(), after_s=20.0)]})
    asking = asyncio.create_task(bench.gateway.ask(a_call(FIRST)))
    await bench.clock.advance(100.0)
    if asking.exception() is None:
        bench.purse.commit(asking.result().events)
    assert len(bench.purse.charges["call_1"]) == 1


# prompt too large (FM-TAW-009)


async def test_row_prompt_too_large_is_not_sent():
    bench = Bench(policy=replace(GatewayPolicy(), max_prompt_tokens=2))
    error = await refusal(bench)
    assert (error.code, error.billed) == ("CONTEXT_TOO_LARGE", False)
    assert (bench.asked(), bench.purse.reserved) == ([], {})


# credentials


async def test_a_refused_key_is_not_tried_again_nor_are_its_providers_other_models():
    bench = Bench({"first": [fails("CREDENTIALS")]})
    answer = await bench.ask(FIRST, SECOND, THIRD, ELSEWHERE)
    assert bench.asked() == ["first", "spare"]
    assert answer.fallback_reason == "CREDENTIALS"


async def test_without_another_provider_a_refused_key_ends_the_call():
    bench = Bench({"first": [fails("CREDENTIALS")]})
    error = await refusal(bench)
    assert (error.code, bench.asked()) == ("CREDENTIALS", ["first"])
