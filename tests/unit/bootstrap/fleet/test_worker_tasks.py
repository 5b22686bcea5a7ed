"""A worker's turn: the same code and the same answer as in a run's own process, with the money at the hub."""

import asyncio
from dataclasses import replace

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.bootstrap.fleet.encoding import reply_of
from quorate.bootstrap.fleet.worker_tasks import SignalWork
from quorate.fleet.outcome import checked_result
from quorate.fleet.wire import PriceBody, Refused
from quorate.kernel.errors import RejectedError, UnavailableError
from tests.fakes.analyses import ANALYST, Desk, HubMoney, MemorySeries, analysis, question, spoken
from tests.fakes.fleet import assignment
from tests.fakes.models import Act
from tests.fakes.purse import MemoryPurse
from tests.unit.llm.calls import failure

AWAY = UnavailableError("the hub is away", source="hub")


def refused(code, **facts):
    return Refused(task_id="tsk_1", call_id="call_1", code=code, cause="no", **facts)


async def done(desk, task=None, seconds=30.0):
    working = asyncio.create_task(desk.work.carry_out(task or analysis()))
    await desk.clock.advance(seconds)
    return await working


async def replied(desk, task=None):
    made = await done(desk, task)
    return reply_of(checked_result("trading_analysis", made.result), question())


async def test_a_worker_says_what_the_run_itself_would_have_heard():
    desk = Desk()
    remote = await replied(desk)
    asking = asyncio.create_task(desk.embedded(MemoryPurse(clock=desk.clock)).ask(question()))
    await desk.clock.advance(30)
    here = await asking
    assert remote.answers == here.answers
    assert (remote.model, remote.cost, remote.fallback_used) == (here.model, here.cost, False)
    assert remote.attachments == here.attachments
    assert remote.call["promptHash"] == here.call["promptHash"]


async def test_every_call_is_reserved_and_settled_at_the_hub_before_the_result_is_there():
    desk = Desk()
    remote = await replied(desk)
    (call_id,) = desk.money.reserved
    assert desk.money.reserved[call_id] == 1
    (charge,) = desk.money.settled[call_id]
    assert (charge.status, charge.cost_usd) == ("answered", str(remote.cost))
    assert remote.call["callIds"] == [call_id]


async def test_without_the_hubs_word_no_model_is_asked():
    desk = Desk(money=HubMoney(refuses=AWAY))
    with pytest.raises(UnavailableError):
        await done(desk)
    assert desk.asked == []


async def test_a_budget_that_has_no_room_is_an_abstention():
    said = refused("budget-exhausted", limit="daily", size="1.00", left="0.01", fix="wait")
    desk = Desk(money=HubMoney(refuses=said))
    remote = await replied(desk)
    assert {answer.reason for answer in remote.answers} == {"budget_exhausted"}
    assert desk.asked == []


async def test_a_price_that_was_stated_at_the_hub_meanwhile_is_learned_and_asked_with():
    told = PriceBody(
        provider="openai",
        model="first",
        prompt_usd_per_million="2",
        completion_usd_per_million="4",
        version=3,
    )
    said = refused("prices-moved", price_edition=3, prices=[told])
    desk = Desk(money=HubMoney(refuses=said, refusals=1))
    await replied(desk)
    assert [call.price_edition for call in desk.money.asked] == [0, 3]
    assert desk.asked == ["first"]


async def test_series_are_fetched_once_and_checked():
    desk = Desk()
    await done(desk)
    await done(desk, analysis("tsk_2"))
    assert len(desk.series.fetched) == len(set(desk.series.fetched)) == 2


async def test_bytes_that_are_not_those_of_the_digest_are_refused_and_not_kept():
    wrong = MemorySeries()
    wrong.stored = {digest: content + b" " for digest, content in wrong.stored.items()}
    desk = Desk(series=wrong)
    with pytest.raises(ExceptionGroup):
        await done(desk)
    assert desk.series.cache == {}
    assert desk.asked == []


async def test_a_task_that_is_begun_again_asks_no_model_and_costs_nothing_more():
    first = Desk()
    once = await replied(first)
    anew = Desk(paid=first.paid, series=first.series, money=first.money)
    again = await replied(anew, analysis(token=2))
    assert anew.asked == []
    assert (again.answers, again.cost, again.model) == (once.answers, once.cost, once.model)
    assert again.call["callIds"] == once.call["callIds"]
    assert len(first.money.reserved) == 1
    assert first.money.paid == once.cost.amount


async def test_a_cost_that_the_hub_may_not_have_heard_is_told_again_and_counts_once():
    seat = replace(ANALYST, tool_policy=())
    first = Desk()
    await done(first, analysis(profile=seat))
    await done(Desk(paid=first.paid, money=first.money), analysis(token=2, profile=seat))
    (charges,) = first.money.settled.values()
    assert len(charges) == 2
    assert charges[0] == charges[1]


async def test_another_task_with_the_same_prompt_is_asked_for_itself():
    first = Desk()
    await done(first)
    other = Desk(paid=first.paid)
    await done(other, analysis("tsk_2"))
    assert other.asked == ["first"]


async def test_an_answer_kept_in_a_form_that_cannot_be_read_is_asked_for_again():
    desk = Desk()
    await done(desk)
    for key in desk.paid.kept:
        desk.paid.kept[key] = b"{"
    await done(desk)
    assert desk.asked == ["first", "first"]


async def test_a_fallback_is_told_as_one_and_is_told_again_when_the_task_is_done_again():
    script = {"first": [Act(failure(503))], "second": [Act(spoken())]}
    desk = Desk(script=script)
    once = await replied(desk)
    again = await replied(Desk(paid=desk.paid, script=script), analysis(token=2))
    assert once.fallback_used
    assert again.fallback_used
    assert {answer.confidence.value for answer in (*once.answers, *again.answers)} == {0.85}


async def test_a_rule_agent_can_be_asked_by_a_worker_too():
    trend = next(each for each in DEFAULT_PROFILES if each.is_rule_agent and each.voter)
    asked = replace(question(), profile=trend)
    made = await done(Desk(), analysis(profile=trend))
    assert len(made.result["answers"]) == len(asked.briefing.snapshot.views)


async def test_an_assignment_that_cannot_be_read_is_refused():
    with pytest.raises(RejectedError) as error:
        await done(Desk(), assignment())
    assert error.value.slug == "malformed-assignment"


async def test_votes_against_their_phase_are_believed_less_and_never_refused():
    vote = {"symbol": "AAPL", "profile": "gpt"}
    votes = [
        {**vote, "action": "BUY", "phase": "distribution", "volumeTrend": "declining"},
        {**vote, "action": "SELL", "phase": "accumulation", "volumeTrend": "rising"},
        {**vote, "action": "BUY", "phase": "markup", "volumeTrend": "declining"},
    ]
    made = await SignalWork().carry_out(assignment(metadata={"votes": votes}))
    judged = checked_result("trading_signal", made.result)["judged"]
    assert [(each["factor"], each["isValid"]) for each in judged] == [
        ("0.5", True),
        ("0.8", True),
        ("1.0", True),
    ]
