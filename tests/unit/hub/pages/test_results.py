import pytest

from quorate.hub.pages.results import REASON_WORDS, newest, sentence, shown
from quorate.kernel.action import DecisionReason, FinalAction
from quorate.kernel.decision import TriggerName
from tests.fakes.results import line_of, result
from tests.unit.hub.pages.lines import decision, run

OLD = run("run_OLD", decision("AAPL"), decision("IBM"))
NEW = run("run_NEW", decision("AAPL", action=FinalAction.HOLD))


def test_the_newest_decisions_stand_in_the_order_of_the_runs():
    assert [result.run_id for result in newest([NEW, OLD], 2)] == ["run_NEW", "run_OLD"]


def test_a_result_is_shown_with_its_decision_and_what_has_to_be_known_of_it():
    line = line_of(result(degraded_inference=True, run_id="run_NEW"), is_newest=False)
    (one,) = shown([line])
    assert (one.made.symbol, one.made.action, one.run_id) == ("AAPL", FinalAction.BUY, "run_NEW")
    assert one.href == "/admin/arena/runs/run_NEW?symbol=AAPL"
    assert one.badges == (("degraded", "warn"), ("superseded", ""))
    assert one.is_faded


def test_what_a_profile_decided_for_its_own_virtual_book_is_no_result():
    contest = run("run_ALONE", decision("AAPL", profile="trend"))
    assert [result.run_id for result in newest([contest, OLD], 2)] == ["run_OLD", "run_OLD"]


@pytest.mark.parametrize(
    ("said", "sentence_"),
    [
        pytest.param({}, "3 of 4 voters agree.", id="consensus"),
        pytest.param(
            {"reason": "quorum_not_met", "valid_votes": 1}, "Too few voters spoke: 1.", id="quorum"
        ),
        pytest.param(
            {"reason": "no_power_model", "triggers": (TriggerName.LOW_CONFIDENCE,)},
            "It called for the power panel, and no power model answered. Fired: low confidence.",
            id="a trigger is named",
        ),
        pytest.param({"reason": "market_closed"}, "Market closed.", id="a code of later versions"),
    ],
)
def test_a_decision_is_said_in_one_sentence(said, sentence_):
    result = newest([run("run_1", decision(**said))], 1)[0]
    assert result.sentence == sentence_


@pytest.mark.parametrize("reason", DecisionReason)
def test_every_reason_has_words(reason):
    assert REASON_WORDS[reason]
    assert sentence(decision(reason=reason)).endswith(".")
