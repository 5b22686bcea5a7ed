"""The gateway: answers that are remembered cost no call."""

import pytest

from quorate.llm.call import Message
from quorate.llm.prompt import prompt_of
from tests.fakes.answers import RecentAnswers
from tests.fakes.models import Act, reply
from tests.unit.llm.calls import SECOND, Bench, a_call, failure, rung, usd


async def remembering(bench):
    bench.gateway.answers = RecentAnswers(clock=bench.clock)
    answer = await bench.ask(fresh_for_s=60.0)
    await bench.gateway.keep(a_call(fresh_for_s=60.0), answer)
    return answer


async def test_a_remembered_answer_costs_no_call():
    bench = Bench({"first": [Act(reply(b"[1]", model_served="first"), after_s=2.0)]})
    before = await remembering(bench)
    answer = await bench.ask(fresh_for_s=60.0)
    assert (answer.content, answer.model_served, answer.cache_hit) == (b"[1]", "first", True)
    assert (answer.cost, answer.latency_ms, answer.hops) == (usd("0"), 0.0, ())
    assert (before.cache_hit, bench.asked(), len(bench.purse.reserved)) == (False, ["first"], 1)
    assert [event.type for event in answer.events] == ["call.recalled"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"fresh_for_s": 0.0}, id="nothing may be remembered"),
        pytest.param({"profile_version": "2"}, id="another version of the profile"),
        pytest.param({"prompt": prompt_of([Message(role="user", content="?")])}, id="a prompt"),
        pytest.param({"ladder": (rung(SECOND),)}, id="another model"),
    ],
)
async def test_another_question_is_asked_anew(changes):
    bench = Bench()
    await remembering(bench)
    assert not (await bench.ask(**{"fresh_for_s": 60.0, **changes})).cache_hit


async def test_an_answer_that_is_no_longer_fresh_is_asked_for_again():
    bench = Bench()
    await remembering(bench)
    await bench.clock.advance(60.0)
    assert not (await bench.ask(fresh_for_s=60.0)).cache_hit


async def test_a_fallbacks_answer_is_not_remembered():
    bench = Bench({"first": [Act(failure("HTTP_500"))]})
    await remembering(bench)
    assert not (await bench.ask(fresh_for_s=60.0)).cache_hit


async def test_without_a_memory_nothing_is_remembered():
    bench = Bench()
    await bench.gateway.keep(a_call(fresh_for_s=60.0), await bench.ask(fresh_for_s=60.0))
    assert not (await bench.ask(fresh_for_s=60.0)).cache_hit
