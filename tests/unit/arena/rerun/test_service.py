from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from quorate.agents.profile import Role
from quorate.arena.ports import Question
from quorate.arena.record import RunEvent
from quorate.arena.record.answers import reply_payload
from quorate.arena.rerun.service import (
    NOT_RECORDED,
    Bystanders,
    RecordedAnswers,
    RecordJournal,
)
from quorate.arena.rerun.turns import turns_of
from quorate.arena.service import STEP_VERSION
from quorate.arena.voting import AgentReply
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.journal import Event, step_key
from quorate.kernel.money import Usd
from quorate.llm.call import Purpose
from tests.unit.arena.casts import BUY, HOLD, answer, entries, profile
from tests.unit.arena.test_service import PLAN

ORIGIN = RunId("run_1")
ANALYST, JUDGE = profile("a"), profile("judge", Role.JUDGE)
AAPL = Symbol("AAPL")


def question(speaker=ANALYST, purpose=Purpose.ANSWER, number=0, before=""):
    briefing = replace(PLAN.briefing, symbols=(AAPL,))
    return Question(
        profile=speaker,
        briefing=briefing,
        context=PLAN.context,
        purpose=purpose,
        round=number,
        before=before,
    )


def row(asked, *answers, **more):
    """The row that an answer to `asked` left in the run's journal."""
    reply = AgentReply(
        profile=asked.profile,
        answers=answers,
        model="small",
        latency_ms=12.5,
        cost=Usd(more.pop("cost", Decimal("0.02"))),
        call={"callIds": ["call_1"], "promptHash": "ab" * 32, "toolUses": [{"name": "bars"}]},
    )
    key = step_key(scope=ORIGIN, step=asked.step, version=STEP_VERSION, step_input=asked.step_input)
    told = {"purpose": asked.purpose.value, "round": asked.round, "stepKey": key}
    return RunEvent.AGENT_ANSWERED, {**reply_payload(reply), **told}


@dataclass
class Live:
    """Somebody who can be asked for real; `asked` lists what was."""

    asked: list = field(default_factory=list)

    async def ask(self, asked):
        self.asked.append(asked)
        return AgentReply(
            profile=asked.profile,
            answers=tuple(
                replace(answer(HOLD, 0.9), symbol=symbol) for symbol in asked.briefing.symbols
            ),
            model="live",
            cost=Usd(Decimal("0.01")),
        )


def record(*rows, **about):
    live = Live()
    turns = turns_of(ORIGIN, entries([*rows]))
    return live, RecordedAnswers(turns=turns, live=live, swapped=frozenset(), **about)


async def test_a_recorded_answer_is_given_again_and_costs_nothing():
    live, answers = record(row(question(), answer(BUY, 0.8)))
    reply = await answers.ask(question())
    assert (reply.answers, reply.model, reply.latency_ms) == ((answer(BUY, 0.8),), "small", 12.5)
    assert str(reply.cost) == "0"
    assert reply.call["callIds"] == reply.call["toolUses"] == []
    assert reply.call["replayedFrom"] == {"runId": ORIGIN, "seq": 101, "sameQuestion": True}
    assert live.asked == []


async def test_an_answer_to_other_words_says_so():
    _, answers = record(row(question(JUDGE, Purpose.PANEL, before="then"), answer(BUY, 0.8)))
    reply = await answers.ask(question(JUDGE, Purpose.PANEL, before="now"))
    assert reply.call["replayedFrom"]["sameQuestion"] is False


async def test_a_swapped_profile_is_asked_for_real_and_nobody_else():
    live, answers = record(row(question(), answer(BUY, 0.8)))
    swapped = replace(answers, swapped=frozenset({"a"}))
    assert (await swapped.ask(question())).model == "live"
    assert [asked.profile.name for asked in live.asked] == ["a"]


async def test_who_was_never_asked_is_asked_for_real():
    live, answers = record(row(question(), answer(BUY, 0.8)))
    assert (await answers.ask(question(JUDGE, Purpose.PANEL))).model == "live"
    assert len(live.asked) == 1


async def test_where_nothing_may_be_bought_a_panel_that_was_never_asked_is_not_there():
    live, answers = record(row(question(), answer(BUY, 0.8)), free=True)
    ruled = await answers.ask(question(JUDGE, Purpose.PANEL))
    argued = await answers.ask(question(ANALYST, Purpose.ARGUE, 1))
    assert (ruled.answers, ruled.failure) == ((), "no_power_model")
    assert (argued.answers, argued.failure) == ((), NOT_RECORDED)
    assert live.asked == []


async def test_only_the_symbols_that_nobody_spoke_of_are_asked_about():
    other = replace(answer(BUY, 0.8), symbol=Symbol("XYZ"))
    live, answers = record(row(question(JUDGE, Purpose.PANEL), other))
    reply = await answers.ask(question(JUDGE, Purpose.PANEL))
    assert [asked.briefing.symbols for asked in live.asked] == [(AAPL,)]
    assert [said.symbol for said in reply.answers] == [AAPL]


async def test_a_panel_that_heard_another_number_of_rounds_was_never_asked():
    asked = question(JUDGE, Purpose.PANEL)
    live, answers = record(row(asked, answer(BUY, 0.8)), other_rounds=True)
    assert (await answers.ask(asked)).model == "live"
    assert len(live.asked) == 1


async def test_a_row_of_old_without_a_purpose_is_a_first_answer():
    kind, payload = row(question(), answer(BUY, 0.8))
    old = {key: value for key, value in payload.items() if key not in {"purpose", "round"}}
    live, answers = record((kind, old))
    assert (await answers.ask(question())).model == "small"
    assert live.asked == []


async def test_bystanders_say_nothing_and_note_what_they_were_asked():
    bystanders = Bystanders()
    asked = question(JUDGE, Purpose.PANEL)
    reply = await bystanders.answered(asked, lambda _reply: pytest.fail("nothing is recorded"))
    assert reply.answers == ()
    assert bystanders.asked == ["panel:judge"]


async def test_the_journal_of_a_record_is_never_written():
    rows = entries([row(question(), answer(BUY, 0.8))])
    journal = RecordJournal(rows)
    event = Event(stream="run:run_1", type="vote.cast", payload={})
    assert (await journal.commit(lambda _tx: [event])).seqs == ()
    assert list(await journal.entries("run:run_1")) == rows
    assert len(await journal.recorded_steps("run:run_1")) == 1
    assert await journal.entries("run:another") == []


@pytest.mark.parametrize("purpose", list(Purpose), ids=str)
async def test_every_turn_is_found_by_its_step(purpose):
    asked = question(purpose=purpose, number=2 if purpose is Purpose.ARGUE else 0)
    _, answers = record(row(asked, answer(BUY, 0.8)))
    assert (await answers.ask(asked)).model == "small"
