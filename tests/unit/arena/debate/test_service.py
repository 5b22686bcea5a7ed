"""The hearing of a dispute, with scripted speakers."""

from dataclasses import dataclass, field, replace

import pytest

from quorate.agents.profile import Role
from quorate.arena.debate import Debate
from quorate.arena.debate.transcript import REBUTTAL
from quorate.arena.deciding import deliberate
from quorate.arena.panel import NO_PANEL
from quorate.arena.ports import Question
from quorate.arena.seats import Seats
from quorate.arena.voting import AgentReply
from quorate.kernel.action import Action, DecisionReason
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.errors import ConflictError
from quorate.llm.call import Purpose
from tests.unit.arena.casts import AAPL, BUY, HOLD, POLICY, SELL, answer, ballot, profile, scene
from tests.unit.arena.test_service import PLAN

BULL, BEAR = profile("bull", Role.BULL), profile("bear", Role.BEAR)
JUDGE = profile("judge", Role.JUDGE)
SEATS = Seats(speakers=(BULL, BEAR), panel=(JUDGE,))
SPLIT = deliberate(scene(), ballot(BUY, BUY, HOLD, HOLD), POLICY)
SAYS = {"bull": BUY, "bear": SELL, "judge": BUY}


@dataclass
class Speakers:
    """Answers each question at once, as SAYS or `failures` tell, and keeps what was asked."""

    failures: dict[str, str] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    async def __call__(self, question: Question) -> AgentReply:
        self.asked.append(question)
        name = question.profile.name
        if name in self.failures:
            given = answer(Action.ABSTAIN)
            return AgentReply(
                profile=question.profile, answers=(given,), model="m", failure=self.failures[name]
            )
        given = replace(answer(SAYS[name], 0.8), rationale=f"{name} in round {question.round}")
        return AgentReply(profile=question.profile, answers=(given,), model="m")


async def held(speakers, *, seats=SEATS, rounds=1, disputed=(SPLIT,)):
    policy = replace(POLICY, debate_rounds=rounds)
    return await Debate(seats, PLAN.briefing, PLAN.context, policy, speakers).hear(disputed)


async def test_advocates_argue_and_then_the_panel_decides():
    speakers = Speakers()
    heard = await held(speakers)
    assert [question.step for question in speakers.asked] == [
        "argue:bull:1",
        "argue:bear:1",
        "panel:judge",
    ]
    assert [(vote.profile, vote.answer.action, vote.panel) for vote in heard[AAPL].votes] == [
        ("judge", BUY, True)
    ]
    assert heard[AAPL].was_held


async def test_the_panel_reads_the_votes_and_every_round_a_later_round_the_earlier_ones():
    speakers = Speakers()
    await held(speakers, rounds=2)
    first, second, panel = speakers.asked[0], speakers.asked[2], speakers.asked[-1]
    assert "VOTES OF THE FIRST ROUND" in first.before
    assert "bull in round" not in first.before
    assert "bull in round 1" in second.before
    assert "bear in round 2" not in second.before
    assert "bear in round 2" in panel.before
    assert panel.purpose is Purpose.PANEL


async def test_without_rounds_the_panel_is_asked_at_once():
    speakers = Speakers()
    await held(speakers, rounds=0)
    assert [question.step for question in speakers.asked] == ["panel:judge"]
    assert "ROUND" not in speakers.asked[0].before.partition("\n")[2]


async def test_nobody_is_asked_where_nothing_is_disputed_or_there_is_no_panel():
    speakers = Speakers()
    assert await held(speakers, disputed=()) == {}
    assert await held(speakers, seats=Seats(speakers=(BULL,))) == {AAPL: NO_PANEL}
    assert speakers.asked == []


async def test_a_panel_that_nobody_pays_for_was_not_asked():
    for reason in (DecisionReason.POWER_CALLS_EXHAUSTED, DecisionReason.BUDGET_EXHAUSTED):
        heard = await held(Speakers(failures={"judge": reason}))
        assert heard[AAPL].absence is reason


async def test_a_panel_that_fails_was_asked():
    heard = await held(Speakers(failures={"judge": "timeout"}))
    assert heard[AAPL].was_held
    assert [vote.answer.action for vote in heard[AAPL].votes] == [Action.ABSTAIN]


async def test_only_the_disputed_symbols_are_put_to_the_panel():
    speakers = Speakers()
    await held(speakers)
    assert {question.briefing.symbols for question in speakers.asked} == {(AAPL,)}


async def test_analysts_who_voted_answer_the_advocates_and_are_told_that_their_vote_stands():
    analyst = profile(SPLIT.votes[0].profile, Role.TECHNICAL_ANALYST)
    absent = profile("nobody_asked", Role.FUNDAMENTAL_ANALYST)
    speakers = Speakers(failures={analyst.name: "timeout"})
    await held(speakers, seats=Seats(speakers=(BULL, analyst, absent), panel=(JUDGE,)))
    asked = {question.profile.name: question for question in speakers.asked}
    assert list(asked) == ["bull", analyst.name, "judge"]
    assert asked[analyst.name].before.endswith(REBUTTAL)
    assert REBUTTAL not in asked["bull"].before + asked["judge"].before


async def test_a_failure_that_ends_the_run_comes_out_as_itself():
    async def lost(question):
        raise ConflictError(f"the lease was lost while {question.profile.name} was asked")

    with pytest.raises(ConflictError, match="the lease was lost"):
        await held(lost)


async def test_what_the_panel_states_is_worth_what_its_outcomes_say():
    curves = {JUDGE.name: CalibrationCurve(outcomes=30, knots=((0.0, 0.2), (1.0, 0.2)))}
    debate = Debate(SEATS, PLAN.briefing, PLAN.context, POLICY, Speakers(), curves)
    (vote,) = (await debate.hear([SPLIT]))[AAPL].votes
    assert vote.steps[1].value == vote.confidence.value == 0.2
    assert vote.answer.confidence.value != 0.2
