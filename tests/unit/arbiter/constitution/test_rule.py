"""Rules: data that is refused unless it is whole, and what follows where one does not hold."""

import pytest

from quorate.arbiter.constitution import CONSTITUTION, Principle, Response, Severity, Stage
from quorate.arbiter.constitution.rule import RESPONSES, rule_set
from quorate.arbiter.task import TaskType
from quorate.kernel.errors import RejectedError

RULE = {
    "id": "X-1",
    "principle": "SAFETY",
    "stage": "before",
    "condition": "$.n",
    "operator": "gt",
    "value": 0,
    "message": "n is not above 0",
    "severity": "CRITICAL",
}
LOW = {**RULE, "id": "X-2", "severity": "LOW", "condition": "$.m"}


def test_each_severity_has_its_response():
    """Source: R-133."""
    assert {severity.value: RESPONSES[severity].value for severity in Severity} == {
        "LOW": "log",
        "MEDIUM": "alert",
        "HIGH": "escalate",
        "CRITICAL": "block",
    }


def test_all_six_principles_have_a_rule_and_the_set_has_a_hash():
    assert {rule.principle for rule in CONSTITUTION.rules} == {*Principle}
    assert len(CONSTITUTION.hash) == 64
    assert rule_set([RULE]).hash != rule_set([{**RULE, "message": "n is 0 or less"}]).hash


@pytest.mark.parametrize(
    ("facts", "broken", "score"),
    [
        pytest.param({"n": 1, "m": 1}, [], 100, id="all hold"),
        pytest.param({"n": 1, "m": 0}, ["X-2"], 88, id="a low one does not"),
        pytest.param({"n": 0, "m": 1}, ["X-1"], 11, id="a critical one does not"),
        pytest.param({}, ["X-1", "X-2"], 0, id="what is not told does not hold"),
    ],
)
def test_the_score_falls_with_the_weight_of_what_does_not_hold(facts, broken, score):
    found = rule_set([RULE, LOW]).compliance(TaskType.ORDER, Stage.BEFORE, facts)
    assert ([each.rule.id for each in found.broken], found.score) == (broken, score)
    assert all(each.rule.response is Response.BLOCK for each in found.blocking)


def test_a_rule_is_asked_of_its_stage_and_types_alone():
    rules = rule_set([{**RULE, "taskTypes": ["order"]}])
    assert rules.compliance(TaskType.ORDER, Stage.BEFORE, {}).score == 0
    assert rules.compliance(TaskType.ORDER, Stage.AFTER, {}).score == 100
    assert rules.compliance(TaskType.BACKTEST, Stage.BEFORE, {}).score == 100


@pytest.mark.parametrize(
    "tree",
    [
        *({key: RULE[key] for key in RULE if key != gone} for gone in RULE),
        {**RULE, "extra": 1},
        {**RULE, "severity": "GRAVE"},
        {**RULE, "principle": "LUCK"},
        {**RULE, "stage": "during"},
        {**RULE, "operator": "like"},
        {**RULE, "taskTypes": ["dance"]},
        {**RULE, "taskTypes": "order"},
    ],
)
def test_a_rule_that_is_not_whole_is_refused(tree):
    with pytest.raises(RejectedError):
        rule_set([tree])


def test_two_rules_of_one_id_are_refused():
    with pytest.raises(RejectedError, match="share an id"):
        rule_set([RULE, RULE])
