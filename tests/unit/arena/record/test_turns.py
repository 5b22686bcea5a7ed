from quorate.arena.record import RunEvent
from quorate.arena.record.turns import Outcome, read_turns
from quorate.kernel.canonical import sha256_hex
from quorate.llm.call import Purpose
from tests.unit.arena.casts import BUY, answer, entries
from tests.unit.arena.record.debated import ANALYST, answered, exchange, rows
from tests.unit.arena.record.runs import facts


def turn(**call):
    [read] = read_turns(entries([answered(ANALYST, answer(BUY, 0.8), "answer", **call)]))
    return read


def outcomes(*exchanges, **call):
    return [each.outcome for each in turn(exchanges=list(exchanges), **call).exchanges]


def test_every_turn_tells_who_spoke_when_and_to_what_end():
    turns = read_turns(rows())
    told = [(each.profile, each.purpose, each.round) for each in turns]
    assert told[0] == ("analyst", Purpose.ANSWER, 0)
    assert told[3:5] == [("bear", Purpose.ARGUE, 1), ("cautious", Purpose.ARGUE, 1)]
    assert told[-1] == ("judge", Purpose.PANEL, 0)
    assert {each.profile: each.role for each in turns}["bear"] == "bear"


def test_a_rows_answers_are_found_by_symbol():
    read = turn()
    assert read.answer_on("AAPL").action is BUY
    assert read.answer_on("IBM") is None


def test_tools_are_told_with_the_hash_of_their_whole_result():
    used, refused = read_turns(rows())[0].tools
    assert (used.name, used.refusal, used.result_hash) == ("bars", "", sha256_hex("x" * 2000))
    assert (refused.name, refused.refusal) == ("orders", "no")


def test_all_questions_but_the_last_led_to_tools():
    assert outcomes(exchange("1"), exchange("2")) == [Outcome.TOOLS, Outcome.DECODED]


def test_a_rejected_answer_and_one_that_was_mended_are_told_apart():
    code = {"code": "FIELD_TYPE", "detail": "no list"}
    assert outcomes(exchange("1"), rejection=code) == [Outcome.REJECTED]
    assert turn(rejection=code).rejected.code == "FIELD_TYPE"
    assert outcomes(exchange("1"), exchange("2", "repair")) == [Outcome.REJECTED, Outcome.DECODED]
    assert outcomes(exchange("1"), exchange("2", "repair"), rejection=code) == [
        Outcome.REJECTED,
        Outcome.REJECTED,
    ]


def test_a_call_without_an_answer_says_so():
    assert outcomes(exchange("1", answered=False)) == [Outcome.UNANSWERED]


def test_rows_of_keyless_agents_and_of_earlier_versions_read_back():
    turns = read_turns(entries(facts()))
    assert {each.purpose for each in turns} == {Purpose.ANSWER}
    assert all(each.exchanges == () and each.tools == () for each in turns)
    assert RunEvent.AGENT_ANSWERED
