from dataclasses import replace

import pytest

from quorate.arena.record.debate import read_debate
from quorate.hub.pages.runs.checks import Verdict, checks_of, panel_words
from quorate.hub.pages.runs.escalation import escalation_of
from quorate.kernel.action import Action, DecisionReason
from tests.unit.arena.casts import BUY, HOLD, SELL, ballot
from tests.unit.arena.record.debated import details
from tests.unit.hub.pages.runs.cases import case


def heard(**what):
    [debate] = read_debate(details(**what)).symbols
    return debate.case


def test_the_first_round_stands_beside_the_panel_with_every_limit():
    found = escalation_of(heard())
    assert (found.before.action, found.before.supporters, found.before.voters) == (BUY, 1, 2)
    assert [(one.name, one.seen, one.holds) for one in found.before.measures] == [
        ("Disagreement", "0.50 > 0.34", False),
        ("Confidence", "0.80 ≥ 0.62", True),
    ]
    assert found.fired == ("Disagreement 0.50 > 0.34",)
    assert (found.panel.action, found.siding) == (BUY, ("analyst",))
    assert [(one.name, one.seen, one.holds) for one in found.panel.measures] == [
        ("Disagreement", "0.00 ≤ 0.34", True),
        ("Confidence", "0.90 ≥ 0.62", True),
        ("Voters on its side", "1 ≥ 1", True),
    ]


def test_a_panel_that_stands_alone_has_nobody_on_its_side():
    found = escalation_of(heard(judge_says=SELL))
    assert found.siding == ()
    assert found.panel.measures[-1].holds is False


def test_a_panel_without_an_answer_measures_nothing():
    found = escalation_of(heard(judge_says=Action.ABSTAIN))
    assert found.panel.action is None
    assert {one.holds for one in found.panel.measures} == {None}


@pytest.mark.parametrize(
    ("what", "reason", "stopped"),
    [
        ({}, "panel", ()),
        ({"confidence": 0.5}, "panel_uncertain", ("Panel confidence",)),
        ({"judge_says": SELL}, "panel_alone", ("Voter on its side",)),
        ({"judge_says": Action.ABSTAIN}, "panel_failed", ("Panel answered",)),
    ],
    ids=["decides", "not sure", "alone", "no answer"],
)
def test_every_rule_of_the_panel_is_told_and_the_one_that_stopped_it(what, reason, stopped):
    told = heard(**what)
    assert told.decision.fact.reason == reason
    panel = [rule for rule in checks_of(told) if rule.name.startswith(("Panel", "Voter"))]
    rules = [rule for rule in panel if rule.verdict is Verdict.STOPPED]
    assert tuple(rule.name for rule in rules) == stopped
    assert panel_words(told).startswith("The power panel was asked")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (DecisionReason.POWER_CALLS_EXHAUSTED, "power calls were used up"),
        (DecisionReason.BUDGET_EXHAUSTED, "No budget had room"),
        (DecisionReason.NO_POWER_MODEL, "No power model"),
    ],
)
def test_a_panel_that_was_needed_and_not_asked_says_why(reason, words):
    disputed = case(ballot(BUY, HOLD))
    decision = disputed.decision
    made = decision._replace(fact=replace(decision.fact, reason=reason.value))
    found = escalation_of(replace(disputed, decision=made))
    assert words in found.absence
    assert found.panel is None
    assert "In doubt nothing is traded" in panel_words(replace(disputed, decision=made))


def test_an_agreement_sets_nothing_off():
    found = escalation_of(case(ballot(BUY, BUY)))
    assert (found.fired, found.panel, found.absence) == ((), None, "")
