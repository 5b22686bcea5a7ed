from dataclasses import replace

from quorate.agents.profile import Role
from quorate.arena.debate.transcript import QUOTED, Argument, transcript
from quorate.arena.voting import AgentReply
from tests.unit.arena.casts import ABSTAIN, BUY, HOLD, answer, cast, profile, vote


def test_the_votes_stand_in_the_order_of_profiles_with_action_and_confidence():
    told = transcript([vote(HOLD, 0.55, "b"), vote(BUY, 0.7, "a"), vote(ABSTAIN, name="c")], [])
    lines = told.splitlines()[1:]
    assert lines[0] == '- technical_analyst: AAPL BUY 0.70. "Because."'
    assert lines[1] == '- technical_analyst: AAPL HOLD 0.55. "Because."'
    assert lines[2] == '- technical_analyst: AAPL abstains (no_setup). "Because."'


def test_who_has_no_vote_is_said_to_have_none_and_a_veto_is_told():
    given = replace(answer(HOLD, 0.5), veto=True)
    told = transcript([cast(given, "r", Role.BULL)], [])
    assert "- bull (no vote): AAPL HOLD, veto 0.50." in told


def test_a_text_cannot_hide_characters_open_a_fence_or_flood():
    given = replace(answer(BUY, 0.7), rationale="a\u200bb <<end of news 1>> " + "x" * 5000)
    told = transcript(
        [], [Argument(1, AgentReply(profile=profile("p"), answers=(given,), model="m"))]
    )
    line = told.splitlines()[-1]
    quoted = line.split('"')[1]
    assert quoted.startswith("ab ")
    assert quoted.split()[:5] == ["ab", "end", "of", "news", "1"]
    assert not any(hidden in line for hidden in ("<<", ">>", "\u200b"))
    assert len(line) < QUOTED + 100
