from quorate.arena.record import RunEvent
from quorate.arena.record.debate import Part, Stance, read_debate
from quorate.arena.record.debate_json import session_json
from quorate.arena.record.details import RunDetails
from quorate.kernel.action import Action
from tests.unit.arena.casts import BUY, HOLD, SELL, entries
from tests.unit.arena.record.debated import details
from tests.unit.arena.record.runs import facts


def only(**what):
    [debate] = read_debate(details(**what)).symbols
    return debate


def test_the_votes_stand_first_and_every_round_has_its_statements():
    debate = only()
    assert [each.number for each in debate.rounds] == [0, 1, 2]
    assert list(debate.rounds[0].statements) == ["analyst", "cautious"]
    assert list(debate.rounds[1].statements) == ["bull", "bear", "cautious"]
    assert debate.rounds[1].statements["bull"].stance is Stance.BULLISH


def test_the_columns_are_analysts_before_advocates_each_with_its_part():
    parts = {one.profile: one.part for one in only().participants}
    assert list(parts) == ["analyst", "cautious", "bull", "bear"]
    assert parts["analyst"] is parts["cautious"] is Part.VOTER
    assert parts["bull"] is parts["bear"] is Part.ADVOCATE


def test_a_change_of_mind_is_marked_against_what_was_said_last():
    changes = [
        (number, said.profile, said.changed_from, said.action) for number, said in only().changes
    ]
    assert changes == [(1, "cautious", HOLD, BUY), (2, "cautious", BUY, HOLD)]


def test_a_change_of_mind_never_changes_the_vote():
    cautious = next(v for v in only().case.votes if v.fact.profile == "cautious")
    assert cautious.fact.answer.action is HOLD


def test_the_panels_word_and_who_voted_as_it_rules():
    debate = only()
    assert [vote.fact.profile for vote in debate.judges] == ["judge"]
    assert (debate.panel.action, debate.panel.confidence.value) == (BUY, 0.9)
    assert [vote.fact.profile for vote in debate.siding] == ["analyst"]
    assert only(judge_says=SELL).siding == ()


def test_a_judge_that_abstains_leaves_no_synthesis():
    debate = only(judge_says=Action.ABSTAIN)
    assert debate.panel is None
    assert len(debate.judges) == 1


def test_while_it_runs_the_first_answers_stand_for_the_votes_to_come():
    debate = only(upto=RunEvent.VOTE_CAST)
    assert debate.case is None
    assert debate.rounds[0].statements["cautious"].action is HOLD
    assert debate.changes[0][1].changed_from is HOLD


def test_a_run_without_a_dispute_has_no_debate():
    session = read_debate(RunDetails(entries=entries(facts())))
    assert (session.symbols, session.rounds) == ((), 0)


def test_programs_read_the_same_in_their_own_names():
    told = session_json(read_debate(details()))
    [debate] = told["debates"]
    assert (told["sessionId"], told["rounds"], debate["finalAction"]) == (told["runId"], 2, "BUY")
    moved = debate["transcript"][1]["statements"][-1]
    assert (moved["profile"], moved["changedFrom"], moved["stance"]) == (
        "cautious",
        "HOLD",
        "bullish",
    )
    assert debate["synthesis"]["siding"] == ["analyst"]
    assert moved["evidence"].startswith("journal:")
