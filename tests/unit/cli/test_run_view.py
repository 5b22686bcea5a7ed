import pytest

from quorate.cli.run_facts import run_facts
from quorate.cli.run_view import duration, money, result_line, run_lines
from tests.unit.cli.fake_app import (
    abstention_tree,
    decision_tree,
    run_tree,
    trigger_tree,
    vote_tree,
)


def facts(**changes):
    return run_facts(run_tree(decisions=[decision_tree(**changes)]))


def lines(*, bars=False, **changes):
    return "\n".join(run_lines(facts(**changes), bars=bars))


def test_a_bar_is_as_long_as_the_confidence_and_only_where_it_is_wanted():
    vote = vote_tree(confidence=0.25)
    assert "█████░░░░░░░░░░░░░░░  BUY   0.25" in lines(votes=[vote], bars=True)
    assert "█" not in lines(votes=[vote])


def test_a_discount_is_named_with_what_it_took():
    steps = [
        {"kind": "raw", "factor": None, "value": 0.85, "reason": ""},
        {"kind": "fallback", "factor": 0.8, "value": 0.68, "reason": "fallback_model_used"},
        {"kind": "hidden_hand", "factor": 1.0, "value": 0.68, "reason": "no conflict"},
    ]
    shown = lines(votes=[vote_tree(confidence=0.68, confidenceSteps=steps)])
    assert "fallback x0.8, was 0.85" in shown
    assert "hidden_hand" not in shown


def test_who_gives_no_vote_says_why():
    manager = abstention_tree("rule_risk_manager", "not_a_voter", voter=False, veto=True)
    shown = lines(votes=[abstention_tree("wyckoff", "no_setup"), manager])
    assert "abstains: no_setup" in shown
    assert "does not vote, vetoes new risk" in shown


def test_only_triggers_that_fired_are_shown_beside_their_threshold():
    shown = lines(
        triggers=[
            trigger_tree("disagreement", 0.5, 0.34, fired=True),
            trigger_tree("portfolio_delta", 1.4, 1.5),
        ]
    )
    assert "disagreement 0.50 > 0.34" in shown
    assert "portfolio" not in shown


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {},
            "▲ BUY AAPL   confidence 0.70   2 of 2 voters   1.4 % of equity   stop 551.09"
            "   target 633.10",
            id="buy",
        ),
        pytest.param(
            {"action": "NO_TRADE", "reason": "quorum_not_met", "confidence": None}
            | {"sizing": None, "stop": None, "target": None},
            "⊘ NO_TRADE AAPL   quorum_not_met: too few voters had a view",
            id="refusal",
        ),
        pytest.param(
            {"action": "NO_TRADE", "reason": "a_new_reason", "votes": []}
            | {"sizing": None, "stop": None, "target": None},
            "⊘ NO_TRADE AAPL   confidence 0.70   a_new_reason",
            id="a reason without words",
        ),
        pytest.param(
            {"sizing": {"kind": "qty", "value": 12.0}, "stop": None, "target": None},
            "▲ BUY AAPL   confidence 0.70   2 of 2 voters   12 shares",
            id="quantity",
        ),
    ],
)
def test_the_result_line_says_what_by_whom_and_how_much(changes, line):
    assert result_line(facts(**changes).decisions[0]) == line


def test_a_run_that_did_not_complete_says_so():
    run = run_facts(run_tree(status="running", latencyMs=None, costUsd=None, decisions=[]))
    assert "unpriced   not finished   running   no order sent" in list(run_lines(run, bars=False))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        pytest.param("0", "$0", id="nothing"),
        pytest.param("0.0110", "$0.011", id="no needless zeros"),
        pytest.param("0.5", "$0.50", id="cents at least"),
        pytest.param("0.2384334", "$0.2384", id="a hundredth of a cent is enough"),
        pytest.param("0.0000310", "$0.000031", id="less has two digits, and is not nothing"),
        pytest.param("1.00", "$1", id="a whole dollar"),
        pytest.param("100000", "$100,000", id="thousands"),
        pytest.param(None, "unpriced", id="the unknown is not zero"),
    ],
)
def test_money_is_shown_with_the_digits_that_a_person_reads(amount, shown):
    assert money(amount) == shown


def test_what_fired_stands_between_the_voters_and_the_panel_that_it_called():
    votes = [vote_tree(profile="judge", panel=True), vote_tree(profile="trend")]
    fired = [trigger_tree("disagreement", 0.5, 0.34, fired=True)]
    shown = lines(votes=votes, triggers=fired)
    assert shown.index("trend") < shown.index("disagreement 0.50") < shown.index("judge")


def test_what_a_run_paid_beside_its_votes_is_said():
    votes = [vote_tree(costUsd="0.01"), vote_tree(costUsd="0.002")]
    tree = run_tree(costUsd="0.0145", decisions=[decision_tree(votes=votes)])
    assert any(
        line.startswith("$0.0145, $0.0025 of it beside the votes   ")
        for line in run_lines(run_facts(tree), bars=False)
    )


def test_a_provider_that_gave_no_answer_is_named_with_its_cause_and_what_to_do():
    silent = abstention_tree("cheap", "provider_error") | {
        "provider": "openai",
        "rationale": "openai/m answered HTTP 401",
    }
    shown = lines(votes=[silent, silent])
    assert "abstains: provider_error" in shown
    assert "openai/m answered HTTP 401" in shown
    assert shown.count("openai gave no answer. Try it: quorate keys test openai") == 1


def test_durations_are_told_in_the_unit_that_fits():
    assert [duration(each) for each in (0.04, 999.0, 4000.0)] == ["0.0 ms", "999.0 ms", "4.0 s"]


def test_a_run_that_followed_a_strategy_names_it():
    tree = run_tree(decisions=[decision_tree()])
    plain = next(run_lines(run_facts(tree), bars=False))
    followed = {**tree, "strategy": {"name": "calm", "hash": "ab" * 32}}
    assert next(run_lines(run_facts(followed), bars=False)) == f"{plain}   strategy calm"
