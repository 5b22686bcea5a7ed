"""Runs on remembered answers: unchanged evidence costs no call, by the ledger of the server (DESIGN 7)."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.fakes.model_arena import (
    JUDGE,
    RISK,
    TECHNICAL,
    addresses,
    model_arena,
    seed_model_home,
)
from tests.model_server import ModelServer, Refuse, Rule, Say, Tool, votes

pytestmark = pytest.mark.integration

HOUR = {"GATEWAY__ANSWER_TTL_S": "3600"}


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def seeded(server, tmp_path_factory):
    return seed_model_home(tmp_path_factory.mktemp("seeded") / "home", server)


@pytest.fixture
def opened(server, seeded, tmp_path):
    return lambda **settings: model_arena(seeded, tmp_path / "home", addresses(server), **settings)


def agree(server, *rules):
    server.script(
        *rules,
        Rule(contains=TECHNICAL, what=votes("BUY", 0.9)),
        Rule(contains=RISK, what=votes("BUY", 0.8)),
    )
    return server.mark()


def first_round(server, mark):
    """The prompts of those who had not heard the others yet."""
    prompts = [call.prompt for call in server.calls(mark)]
    return [prompt for prompt in prompts if "VOTES OF THE FIRST ROUND" not in prompt]


def said(run):
    (made,) = run["decisions"]
    return [(vote["profile"], vote["action"], vote["confidence"]) for vote in made["votes"]]


async def test_the_second_run_of_a_session_sends_no_call_and_says_the_same(opened, server):
    mark = agree(server)
    async with opened(**HOUR) as arena:
        first = await arena.run()
        sent = len(server.calls(mark))
    async with opened(**HOUR) as arena:
        second = await arena.run()
        answered = await arena.facts(second["runId"], "agent.answered")
    assert (sent, len(server.calls(mark))) == (2, 2)
    assert said(second) == said(first)
    assert float(first["costUsd"]) > 0
    assert {vote["costUsd"] for vote in second["decisions"][0]["votes"]} == {"0"}
    assert float(second["costUsd"]) == 0
    assert [each["call"]["cacheHit"] for each in answered] == [True, True]
    assert all(float(each["latencyMs"]) < 1000 for each in answered)


async def test_without_a_time_to_live_every_run_asks(opened, server):
    mark = agree(server)
    async with opened() as arena:
        for _ in range(2):
            await arena.run()
    assert len(server.calls(mark)) == 4


async def test_a_fresh_run_asks_whatever_is_remembered(opened, server):
    mark = agree(server)
    async with opened(**HOUR) as arena:
        await arena.run()
        run = await arena.run(fresh=True)
        answered = await arena.facts(run["runId"], "agent.answered")
    assert len(server.calls(mark)) == 4
    assert [each["call"]["cacheHit"] for each in answered] == [False, False]


async def test_other_evidence_is_asked_about(opened, server):
    mark = agree(server)
    async with opened(**HOUR) as arena:
        await arena.run()
        await arena.run("AAPL", "IBM")
        await arena.run(as_of=date(2012, 6, 28))
    assert len(server.calls(mark)) == 6


async def test_an_answer_is_not_remembered_for_longer_than_it_is_fresh(opened, server):
    mark = agree(server)
    async with opened(GATEWAY__ANSWER_TTL_S="0.000001") as arena:
        for _ in range(2):
            await arena.run()
    assert len(server.calls(mark)) == 4


@pytest.mark.parametrize(
    ("rule", "calls"),
    [
        pytest.param(Rule(contains=TECHNICAL, what=Say(content="nonsense")), 2, id="invalid"),
        pytest.param(Rule(model="gpt-5-mini", what=Refuse(status=500)), 5, id="a fallback's"),
        pytest.param(
            Rule(contains=TECHNICAL, what=Say(model_served="other-model")), 2, id="another's"
        ),
    ],
)
async def test_an_answer_that_is_invalid_or_a_fallbacks_is_not_remembered(
    opened, server, rule, calls
):
    mark = agree(server, rule)
    async with opened(**HOUR) as arena:
        for _ in range(2):
            await arena.run()
    asked = first_round(server, mark)
    assert [sum(seat in prompt for prompt in asked) for seat in (TECHNICAL, RISK)] == [calls, 1]


async def test_a_turn_with_tools_is_remembered_whole(opened, server):
    wish = Say(
        votes=votes("BUY", 0.9).votes,
        tools=[Tool(name="bars", arguments='{"symbol":"AAPL","sessions":3}')],
        tool_rounds=1,
    )
    mark = agree(server, Rule(contains=TECHNICAL, what=wish))
    async with opened(**HOUR) as arena:
        first = await arena.run()
        assert len(server.calls(mark)) == 3
        second = await arena.run()
        answered = await arena.facts(second["runId"], "agent.answered")
    assert len(server.calls(mark)) == 3
    assert said(second) == said(first)
    turn = next(each for each in answered if each["profile"] == "cheap_tech_analyst")
    assert [use["name"] for use in turn["call"]["toolUses"]] == ["bars"]


async def test_the_panel_is_asked_anew_although_the_voters_are_remembered(opened, server):
    mark = agree(
        server,
        Rule(contains=JUDGE, what=votes("BUY", 0.9)),
        Rule(contains=RISK, what=votes("HOLD", 0.9)),
    )
    async with opened(**HOUR) as arena:
        for _ in range(2):
            await arena.run()
    asked = first_round(server, mark)
    assert [sum(seat in prompt for prompt in asked) for seat in (TECHNICAL, RISK)] == [1, 1]
    assert sum(JUDGE in call.prompt for call in server.calls(mark)) == 2


async def test_a_prompt_holds_the_evidence_and_nothing_of_the_moment_or_the_run(opened, server):
    mark = agree(server)
    async with opened() as arena:
        runs = [await arena.run() for _ in range(2)]
    calls = server.calls(mark)
    assert len({call.prompt_hash for call in calls}) == 2
    for call in calls:
        text = json.dumps(call.body)
        assert str(date.today().year) not in text  # noqa: DTZ011  (the wall clock is what is looked for)
        assert not any(run["runId"] in text or run["traceId"] in text for run in runs)


async def test_new_news_is_new_evidence(opened, server, tmp_path):
    item = {"published_at": "2012-06-28T12:00:00Z", "headline": "Up", "symbols": "AAPL"}
    (tmp_path / "news.jsonl").write_text(json.dumps(item))
    mark = agree(server)
    async with opened(**HOUR) as arena:
        await arena.run()
        await arena.app.news.import_news(tmp_path / "news.jsonl")
        await arena.run()
        await arena.run()
    assert len(server.calls(mark)) == 4
    assert "2012-06-28" in server.calls(mark)[-1].prompt
