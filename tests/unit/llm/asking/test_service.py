"""A logical call: what it reserves, sends, and hands out."""

import asyncio
from dataclasses import replace

import pytest

from quorate.kernel.errors import UnavailableError
from quorate.llm.budget import CostSource
from quorate.llm.call import Message, ToolCall, ToolSpec
from quorate.llm.failure import ModelCallError
from quorate.llm.gateway import GatewayPolicy
from quorate.llm.prompt import prompt_of
from quorate.llm.tier import Tier
from tests.fakes.clock import FakeClock, settle
from tests.fakes.models import Act, reply
from tests.fakes.purse import FlatPrices
from tests.unit.llm.calls import FIRST, SECOND, THIRD, Bench, a_call, failure, rung, usd


async def test_the_first_model_that_answers_ends_the_call():
    bench = Bench({"first": [Act(reply(b'{"a": 1}', model_served="first"), after_s=2.5)]})
    answer = await bench.ask()
    assert (answer.content, bench.asked()) == (b'{"a": 1}', ["first"])
    assert (answer.model_asked, answer.model_served, answer.latency_ms) == (FIRST, "first", 2500.0)
    assert (answer.fallback_used, answer.fallback_reason) == (False, "")
    assert (answer.cost, answer.cost_source) == (usd("0.0012"), CostSource.PRICE_TABLE)


async def test_the_models_tool_calls_come_along():
    wanted = (ToolCall(id="1", name="bars", arguments="{}"),)
    bench = Bench({"first": [Act(reply(b"", tool_calls=wanted, finish_reason="tool_calls"))]})
    assert (await bench.ask()).tool_calls == wanted


async def test_the_worst_case_is_reserved_before_anything_is_sent():
    bench = Bench()
    bench.purse.takes_s = 3.0
    await bench.ask()
    (reservation,) = bench.purse.reserved.values()
    worst = bench.prices.worst_cost(FIRST, a_call().prompt.most_tokens, 1000)
    assert (reservation.reserved, bench.model.times("first")) == (worst, [3.0])


async def test_a_reservation_says_for_whom_and_what_it_is():
    bench = Bench()
    await bench.ask(ladder=(rung(FIRST, Tier.POWER),), run_limit=usd("0.2"))
    wanted, call = bench.purse.reserved["call_1"].request, a_call()
    assert (wanted.model, wanted.tier, wanted.run_limit) == (FIRST, Tier.POWER, usd("0.2"))
    assert (wanted.logical_id, wanted.run_id) == (call.logical_id, call.run_id)
    assert (wanted.profile, wanted.purpose) == (call.profile, call.purpose)
    assert wanted.trace_id == call.trace_id


async def test_every_hop_is_reserved_for_its_own_model():
    bench = Bench({"first": [Act(failure("HTTP_500"))]}, prices=FlatPrices(unpriced={"second"}))
    await bench.ask(ladder=(rung(FIRST), rung(SECOND, Tier.FREE)))
    made = [reservation.request for reservation in bench.purse.reserved.values()]
    assert [wanted.model for wanted in made] == [FIRST, FIRST, SECOND]
    assert [wanted.tier for wanted in made] == [Tier.CHEAP, Tier.CHEAP, Tier.FREE]
    assert [wanted.worst_cost is None for wanted in made] == [False, False, True]
    assert {wanted.logical_id for wanted in made} == {"logical_1"}


async def test_the_request_carries_the_whole_question():
    bench = Bench()
    prompt = prompt_of(
        [Message(role="user", content="What now?")],
        [ToolSpec(name="bars", description="", parameters={})],
        {"type": "object"},
    )
    await bench.ask(prompt=prompt, temperature=0.7, seed=5)
    ((_, sent),) = bench.model.asked
    assert (sent.messages, sent.tools, sent.json_schema) == (
        prompt.messages,
        prompt.tools,
        prompt.json_schema,
    )
    assert (sent.temperature, sent.seed, sent.max_tokens) == (0.7, 5, 1000)


async def test_an_answer_is_settled_by_whoever_uses_it():
    bench = Bench()
    answer = await bench.gateway.ask(a_call())
    assert bench.purse.open == {"call_1"}
    bench.purse.commit(answer.events)
    assert bench.purse.statuses == ["answered"]


async def test_a_failed_hop_is_settled_before_the_next_one_is_reserved():
    bench = Bench({"first": [Act(failure("HTTP_500"))]})
    worst = bench.prices.worst_cost(FIRST, a_call().prompt.most_tokens, 1000).amount
    bench.purse.size = worst
    await bench.ask()
    assert bench.purse.statuses == ["failed", "failed", "answered"]


async def test_retries_and_fallbacks_share_one_budget_of_attempts():
    bench = Bench({name: [Act(failure("HTTP_500"))] for name in ("first", "second", "third")})
    with pytest.raises(ModelCallError) as caught:
        await bench.ask(FIRST, SECOND, THIRD)
    assert bench.asked() == ["first", "first", "second", "second"]
    assert len(caught.value.hops) == 4


async def test_the_reason_for_a_fallback_is_what_the_first_model_did():
    bench = Bench({"first": [Act(failure("HTTP_503"))], "second": [Act(reply(b""))]})
    assert (await bench.ask(FIRST, SECOND, THIRD)).fallback_reason == "HTTP_503"


async def test_a_purse_that_gives_no_answer_stops_the_call():
    bench = Bench()
    bench.purse.reserves = False
    with pytest.raises(UnavailableError, match="database"):
        await bench.ask()
    assert bench.asked() == []
    assert bench.gateway.health(FIRST).breaker.failures == ()


async def test_a_provider_that_is_not_configured_is_not_asked():
    bench = Bench()
    nowhere = replace(FIRST, provider="nowhere")
    assert (await bench.ask(nowhere, SECOND)).fallback_reason == "CREDENTIALS"
    with pytest.raises(ModelCallError) as caught:
        await bench.ask(nowhere)
    assert (caught.value.code, bench.asked()) == ("CREDENTIALS", ["second"])


async def test_a_provider_gets_no_more_requests_at_once_than_its_slots():
    policy = replace(GatewayPolicy(), max_in_flight=3)
    bench = Bench({"first": [Act(reply(), after_s=1.0)]}, policy=policy)
    callers = [asyncio.create_task(bench.gateway.ask(a_call())) for _ in range(10)]
    await bench.clock.advance(10.0)
    assert all(caller.result() for caller in callers)
    assert bench.model.times("first") == [0.0] * 3 + [1.0] * 3 + [2.0] * 3 + [3.0]


async def test_waiting_for_a_slot_is_part_of_the_deadline_and_costs_nothing():
    policy = replace(GatewayPolicy(), max_in_flight=1)
    bench = Bench({"first": [Act(reply(), after_s=15.0)]}, policy=policy)
    callers = [asyncio.create_task(bench.gateway.ask(a_call(FIRST))) for _ in range(3)]
    await bench.clock.advance(100.0)
    codes = [error and error.code for error in (each.exception() for each in callers)]
    assert codes == [None, "TIMEOUT", "TIMEOUT"]
    assert bench.model.times("first") == [0.0, 15.0]
    assert bench.gateway.health(FIRST).breaker.failures != ()


async def test_calls_know_nothing_of_each_other():
    bench = Bench({"first": [Act(failure("HTTP_500")), Act(reply())]})
    answers = [asyncio.create_task(bench.gateway.ask(a_call())) for _ in range(2)]
    await bench.clock.advance(10.0)
    assert [len(each.result().hops) for each in answers] == [2, 1]


async def test_an_interim_answer_is_settled_before_the_next_call_reserves():
    bench = Bench()
    worst = bench.prices.worst_cost(FIRST, a_call().prompt.most_tokens, 1000).amount
    bench.purse.size = worst + usd("0.0012").amount
    first = await bench.ask(interim=True)
    assert (first.events, bench.purse.statuses) == ((), ["answered"])
    await bench.ask()
    assert bench.purse.statuses == ["answered", "answered"]


async def test_an_interim_answer_whose_caller_leaves_is_settled_once():
    bench = Bench()
    for turns in range(12):
        asking = asyncio.create_task(bench.gateway.ask(a_call(FIRST, interim=True)))
        await settle(turns)
        asking.cancel()
        await settle()
        await bench.clock.advance(100.0)
    assert bench.purse.open == set()
    assert all(len(each) == 1 for each in bench.purse.charges.values())


class Leaping(FakeClock):
    """A clock that moves on whenever it is read, as for a process that stands still in between."""

    def monotonic(self):
        self.jump(1.0)
        return super().monotonic()


async def test_a_call_whose_time_is_gone_before_it_begins_asks_nobody():
    bench = Bench(clock=Leaping())
    with pytest.raises(ModelCallError) as caught:
        await bench.gateway.ask(a_call(timeout_s=0.5))
    assert (caught.value.code, bench.asked()) == ("TIMEOUT", [])
