"""A model's turn: tools within their bounds, one repair, and an abstention for everything that goes wrong."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.profile import Role
from quorate.agents.prompts import BookView, Briefing
from quorate.agents.prompts.tokens import BUDGET_TOKENS
from quorate.agents.tools import NO_ROOM
from quorate.arena.model_agents import ModelAgents, ModelAgentsPolicy
from quorate.arena.ports import Question, RunContext
from quorate.kernel.action import Action
from quorate.kernel.ids import BookName, RunId, Symbol, TraceId
from quorate.llm import FailureCode, Purpose, ToolCall
from quorate.llm.catalogue import Catalogue, CataloguePolicy
from quorate.llm.service import Gateway
from quorate.llm.tier import Tier
from quorate.llm.tokens import safe_tokens
from quorate.market import freeze_snapshot
from tests.fakes.answers import RecentAnswers
from tests.fakes.clock import FakeClock
from tests.fakes.models import Act, CountedIds, ScriptedModel, reply
from tests.fakes.purse import FlatPrices, MemoryPurse
from tests.unit.llm.calls import failure
from tests.unit.market.histories import packaged

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
DAY = date(2012, 6, 29)
ANALYST = next(each for each in DEFAULT_PROFILES if each.name == "cheap_tech_analyst")
RISK = replace(ANALYST, role=Role.RISK_MANAGER)
BUY = {"symbol": "AAPL", "action": "BUY", "confidence": 0.8, "rationale": "up"}
LADDERS = {"openai/small": ("openai/first",), "openai/repair": ("openai/mender",)}
TIERS = {"openai/first": Tier.CHEAP, "openai/mender": Tier.CHEAP}


def answer(*decisions):
    return reply(json.dumps({"decisions": list(decisions or [BUY])}).encode())


def wishes(*names, arguments='{"symbol":"AAPL"}'):
    calls = tuple(
        ToolCall(id=str(number), name=name, arguments=arguments)
        for number, name in enumerate(names)
    )
    return reply(b"", tool_calls=calls, finish_reason="tool_calls")


@dataclass
class Stage:
    """Model agents over a real gateway and scripted models; `script` is by model."""

    script: dict = field(default_factory=dict)
    policy: ModelAgentsPolicy = field(default_factory=ModelAgentsPolicy)

    def __post_init__(self):
        self.clock = FakeClock()
        self.model = ScriptedModel(self.clock, by_model=self.script)
        self.purse = MemoryPurse(clock=self.clock)
        self.agents = ModelAgents(
            gateway=Gateway(
                models={"openai": self.model},
                purse=self.purse,
                prices=FlatPrices(),
                clock=self.clock,
                ids=CountedIds(),
                draw=lambda: 0.5,
                answers=RecentAnswers(clock=self.clock),
            ),
            catalogue=Catalogue(CataloguePolicy(tiers=TIERS, ladders=LADDERS)),
            providers=("openai",),
            clock=self.clock,
            ids=CountedIds(),
            policy=self.policy,
        )

    async def ask(self, profile=ANALYST, *, ttl=0.0, **question):
        context = RunContext(
            run_id=RunId("run_1"),
            trace_id=TraceId("a" * 32),
            book=BookName("replay"),
            answer_ttl_s=ttl,
        )
        asked = Question(profile=profile, briefing=briefing(), context=context, **question)
        asking = asyncio.create_task(self.agents.ask(asked))
        await self.clock.advance(15.0)
        return asking.result()

    def asked(self):
        return [request.model.model for _, request in self.model.asked]

    def request(self, number=-1):
        return self.model.asked[number][1]


@cache
def briefing():
    stored = packaged()
    return Briefing(
        snapshot=freeze_snapshot({AAPL: stored[AAPL], IBM: stored[IBM]}, DAY),
        symbols=(AAPL, IBM),
        book=BookView(mode="REPLAY", cash=Decimal(1), equity=Decimal(1)),
    )


def only(said):
    return next(each for each in said.answers if each.symbol == AAPL)


async def test_a_valid_answer_is_a_view_on_its_symbol_and_no_set_up_on_the_others():
    said = await Stage({"first": [Act(answer())]}).ask()
    other = next(each for each in said.answers if each.symbol == IBM)
    assert (only(said).action, only(said).confidence.value) == (Action.BUY, 0.8)
    assert (other.action, other.reason) == (Action.ABSTAIN, "no_setup")
    assert (said.failure, said.fallback_used, said.call["cacheHit"]) == ("", False, False)
    assert said.cost.amount > 0
    assert len(said.attachments) == 2


async def test_the_prompt_is_rules_then_shared_evidence_then_the_seats_task():
    stage = Stage({"first": [Act(answer())]})
    await stage.ask(before="VOTES so far")
    rules, shared, task = stage.request().messages
    assert (rules.role, shared.role, task.role) == ("system", "user", "user")
    assert "EVIDENCE" in shared.content
    assert task.content.endswith("VOTES so far")


async def test_tools_are_served_and_recorded_and_their_answers_come_back_as_data():
    stage = Stage({"first": [Act(wishes("bars", "shell")), Act(answer())]})
    said = await stage.ask()
    bars, shell = said.call["toolUses"]
    assert (bars["refusal"], shell["refusal"] is None) == (None, False)
    *_, wish, first, second = stage.request().messages
    assert (wish.role, first.role, second.role) == ("assistant", "tool", "tool")
    assert second.content.startswith("refused: there is no tool")
    assert only(said).action is Action.BUY


async def test_a_model_that_never_stops_asking_for_tools_is_stopped():
    stage = Stage({"first": [Act(wishes(*["bars"] * 5))]})
    said = await stage.ask()
    assert len(stage.asked()) == 4
    assert len(said.call["toolUses"]) == 8
    assert stage.request(2).tools
    assert stage.request().tools == ()
    assert only(said).action is Action.ABSTAIN


async def test_rounds_and_uses_are_bounded_by_the_policy():
    stage = Stage(
        {"first": [Act(wishes("bars", "bars"))]}, ModelAgentsPolicy(tool_rounds=1, tool_calls=1)
    )
    said = await stage.ask()
    assert (len(stage.asked()), len(said.call["toolUses"])) == (2, 1)


async def test_a_profile_without_tools_is_offered_none():
    stage = Stage({"first": [Act(wishes("bars"))]})
    said = await stage.ask(replace(ANALYST, tool_policy=()))
    assert all(request.tools == () for _, request in stage.model.asked)
    assert all(use["refusal"] for use in said.call["toolUses"])


CUT = json.dumps({"decisions": [BUY]}).encode().removesuffix(b"}]}")


async def test_broken_syntax_is_mended_once_by_a_cheap_model_that_sees_no_evidence():
    stage = Stage({"first": [Act(reply(CUT))], "mender": [Act(answer())]})
    said = await stage.ask()
    assert stage.asked() == ["first", "mender"]
    assert "EVIDENCE" not in "".join(each.content for each in stage.request().messages)
    assert only(said).action is Action.BUY
    assert said.call["notes"]


@pytest.mark.parametrize(
    "mended",
    [
        pytest.param(Act(answer({**BUY, "action": "SELL"})), id="another action"),
        pytest.param(Act(answer({**BUY, "confidence": 0.99})), id="another confidence"),
        pytest.param(Act(answer({**BUY, "veto": False})), id="a word more"),
        pytest.param(Act(reply(b"still broken {")), id="no better"),
        pytest.param(Act(failure("HTTP_500")), id="no answer"),
    ],
)
async def test_a_repair_that_says_anything_else_is_an_abstention_and_is_not_tried_again(mended):
    stage = Stage({"first": [Act(reply(CUT))], "mender": [mended]})
    said = await stage.ask()
    assert (only(said).action, only(said).reason) == (Action.ABSTAIN, "MODEL_JSON_TRUNCATED")
    assert stage.asked().count("first") == 1
    assert said.failure == "MODEL_JSON_TRUNCATED"


async def test_a_risk_managers_open_answer_is_not_closed_for_it_because_its_veto_may_be_missing():
    stage = Stage({"first": [Act(reply(CUT))], "mender": [Act(answer())]})
    said = await stage.ask(RISK)
    assert (stage.asked(), only(said).action) == (["first"], Action.ABSTAIN)


async def test_a_veto_that_came_to_be_said_counts():
    stage = Stage({"first": [Act(answer({**BUY, "action": "HOLD", "veto": True}))]})
    assert only(await stage.ask(RISK)).veto is True


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"nonsense", "MODEL_NO_OBJECT"),
        (json.dumps({"decisions": [{**BUY, "symbol": "TSLA"}]}).encode(), "SYMBOL_NOT_REQUESTED"),
        (json.dumps({"decisions": [{**BUY, "confidence": 2}]}).encode(), "CONFIDENCE_OUT_OF_RANGE"),
        (b"\xff\xfe", "MODEL_NOT_UTF8"),
    ],
)
async def test_an_answer_that_breaks_a_rule_is_not_repaired(content, reason):
    stage = Stage({"first": [Act(reply(content))], "mender": [Act(answer())]})
    said = await stage.ask()
    assert (stage.asked(), only(said).reason) == (["first"], reason)
    assert said.call["rejection"]["code"] == reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (FailureCode.TIMEOUT, "timeout"),
        (FailureCode.CIRCUIT_OPEN, "breaker_open"),
        (FailureCode.CREDENTIALS, "provider_error"),
        (FailureCode.EMPTY_ANSWER, "provider_error"),
    ],
)
async def test_a_model_that_cannot_be_asked_is_an_abstention_on_every_symbol(code, reason):
    said = await Stage({"first": [Act(failure(code, retryable=False))]}).ask()
    assert {(each.action, each.reason) for each in said.answers} == {(Action.ABSTAIN, reason)}
    assert (len(said.answers), said.failure) == (2, reason)
    assert said.call["error"]


async def test_without_a_model_that_can_be_asked_a_judge_is_no_panel():
    stage = Stage()
    stage.agents = replace(stage.agents, providers=())
    assert (await stage.ask()).failure == "provider_error"
    assert (await stage.ask(purpose=Purpose.PANEL)).failure == "no_power_model"
    assert stage.asked() == []


async def test_a_remembered_turn_costs_no_call_and_says_the_same():
    stage = Stage({"first": [Act(wishes("bars")), Act(answer())]})
    first, second = await stage.ask(ttl=60.0), await stage.ask(ttl=60.0)
    assert stage.asked() == ["first", "first"]
    assert second.answers == first.answers
    assert (second.cost.amount, second.call["cacheHit"]) == (0, True)
    assert second.call["toolUses"][0]["result"] == first.call["toolUses"][0]["result"]


@pytest.mark.parametrize(
    "other",
    [
        replace(ANALYST, temperature=0.7),
        replace(ANALYST, max_tokens=77),
        replace(ANALYST, name="another"),
        replace(ANALYST, tool_policy=()),
    ],
    ids=["warmer", "shorter", "another profile", "other tools"],
)
async def test_an_answer_is_remembered_for_the_profile_as_it_is(other):
    stage = Stage({"first": [Act(answer())]})
    await stage.ask(ttl=60.0)
    await stage.ask(other, ttl=60.0)
    assert len(stage.asked()) == 2


@pytest.mark.parametrize("purpose", [Purpose.ARGUE, Purpose.PANEL])
async def test_arguments_and_judgements_are_never_remembered(purpose):
    stage = Stage({"first": [Act(answer())]})
    for _ in range(2):
        await stage.ask(ttl=60.0, purpose=purpose)
    assert len(stage.asked()) == 2


async def test_an_invalid_answer_is_not_remembered():
    stage = Stage({"first": [Act(reply(b"nonsense")), Act(answer())]})
    assert only(await stage.ask(ttl=60.0)).action is Action.ABSTAIN
    assert only(await stage.ask(ttl=60.0)).action is Action.BUY


async def test_the_words_of_a_model_are_fit_to_be_kept():
    stage = Stage({"first": [Act(wishes("bars\x00", arguments="{\x00\ud800")), Act(answer())]})
    (use,) = (await stage.ask()).call["toolUses"]
    assert (use["name"], use["arguments"]) == ("bars\ufffd", "{\ufffd\ufffd")


async def test_all_calls_of_a_turn_share_its_deadline():
    stage = Stage({"first": [Act(wishes("bars"))]})
    await stage.ask()
    left = [request.timeout_s for _, request in stage.model.asked]
    assert left == sorted(left, reverse=True)
    assert len(left) == 4


JUDGE = replace(ANALYST, role=Role.JUDGE)


async def test_a_judge_whose_breaker_is_open_is_no_panel():
    stage = Stage({"first": [Act(failure("HTTP_500", retryable=False))]})
    for _ in range(3):
        await stage.ask()
    said = await stage.ask(JUDGE, purpose=Purpose.PANEL)
    assert (said.failure, stage.asked()) == ("no_power_model", ["first"] * 3)
    assert {each.reason for each in said.answers} == {"breaker_open"}


async def test_a_judge_whose_second_try_nobody_pays_for_was_asked_all_the_same():
    probe = Stage()
    await probe.ask(JUDGE, purpose=Purpose.PANEL)
    stage = Stage({"first": [Act(failure("HTTP_500", billed=None))]})
    stage.purse.size = next(iter(probe.purse.reserved.values())).reserved.amount
    said = await stage.ask(JUDGE, purpose=Purpose.PANEL)
    assert (said.failure, stage.asked()) == ("provider_error", ["first"])


async def test_a_judge_whom_no_budget_has_room_for_was_not_asked():
    stage = Stage()
    stage.purse.size = Decimal(0)
    said = await stage.ask(JUDGE, purpose=Purpose.PANEL)
    assert (said.failure, stage.asked()) == ("budget_exhausted", [])


@pytest.mark.parametrize(
    ("most", "asked"),
    [
        pytest.param(3, ["first", "first", "mender"], id="one is left"),
        pytest.param(2, ["first", "first"], id="none is left"),
    ],
)
async def test_a_repair_has_the_attempts_that_its_answer_left(most, asked):
    down, cut = Act(failure("HTTP_500")), Act(reply(b'{"decisions": [{"symbol": "AAPL", '))
    stage = Stage({"first": [down, cut], "mender": [down]})
    gateway = stage.agents.gateway
    gateway.policy = gateway.hops.policy = replace(gateway.policy, max_attempts=most)
    said = await stage.ask()
    assert stage.asked() == asked
    assert only(said).action is Action.ABSTAIN
    assert ("repair" in said.call) is ("mender" in asked)


async def test_tools_never_take_a_prompt_past_its_budget():
    year = Act(wishes("bars", "bars", arguments='{"symbol":"AAPL","sessions":250}'))
    stage = Stage({"first": [year, year, year, Act(answer())]})
    said = await stage.ask()
    refused = [use["refusal"] for use in said.call["toolUses"]]
    assert NO_ROOM in refused
    texts = [message.content for message in stage.request().messages]
    assert sum(map(safe_tokens, texts)) <= BUDGET_TOKENS + len(refused) * safe_tokens(NO_ROOM)
    assert only(said).action is Action.BUY


async def test_nothing_of_a_turn_that_a_fallback_had_a_part_in_is_remembered():
    wish = Act(replace(wishes("indicators"), model_served="another"))
    stage = Stage({"first": [wish, Act(answer()), wish, Act(answer())]})
    for _ in range(2):
        assert only(await stage.ask(ttl=3600.0)).action is Action.BUY
    assert len(stage.asked()) == 4
