"""Predicates: thirteen operators, each both ways; what cannot be judged does not hold."""

from decimal import Decimal

import pytest

from quorate.arbiter.predicate import Operator, predicate, predicate_in
from quorate.kernel.errors import RejectedError

TREE = {
    "n": 3,
    "d": Decimal("0.50"),
    "t": "0.5",
    "w": "arena_run",
    "l": ["a", "b"],
    "o": {"k": 1},
    "yes": True,
    "null": None,
    "nan": float("nan"),
    "empty": [],
}

CASES = [
    ("$.n", "equals", 3, True),
    ("$.n", "equals", 4, False),
    ("$.t", "equals", Decimal("0.50"), True),
    ("$.yes", "equals", 1, False),
    ("$.n", "not_equals", 4, True),
    ("$.n", "not_equals", 3, False),
    ("$.gone", "not_equals", 3, False),
    ("$.l", "contains", "a", True),
    ("$.l", "contains", "c", False),
    ("$.w", "contains", "arena", True),
    ("$.o", "contains", "k", True),
    ("$.n", "contains", 3, False),
    ("$.l", "not_contains", "c", True),
    ("$.l", "not_contains", "a", False),
    ("$.n", "not_contains", 3, False),
    ("$.n", "gt", 2, True),
    ("$.n", "gt", 3, False),
    ("$.n", "lt", 4, True),
    ("$.n", "lt", 3, False),
    ("$.n", "gte", 3, True),
    ("$.n", "gte", "3.01", False),
    ("$.d", "lte", "0.5", True),
    ("$.d", "lte", "0.49", False),
    ("$.w", "gt", 0, False),
    ("$.yes", "gt", 0, False),
    ("$.nan", "lte", 1, False),
    ("$.n", "exists", None, True),
    ("$.gone", "exists", None, False),
    ("$.null", "exists", None, False),
    ("$.empty[*]", "exists", None, False),
    ("$.gone", "not_exists", None, True),
    ("$.n", "not_exists", None, False),
    ("$.w", "in", ["arena_run", "order"], True),
    ("$.w", "in", ["order"], False),
    ("$.w", "not_in", ["order"], True),
    ("$.w", "not_in", ["arena_run"], False),
    ("$.w", "regex", "^arena_", True),
    ("$.w", "regex", "^order", False),
    ("$.n", "regex", "3", False),
    ("$.l[*]", "in", ["a", "b", "c"], True),
    ("$.l[*]", "in", ["a"], False),
    ("$.empty[*]", "in", ["a"], True),
    ("$.gone[*]", "in", ["a"], False),
    ("$.n", "lte", {"path": "$.n"}, True),
    ("$.n", "lt", {"path": "$.d"}, False),
    ("$.n", "lte", {"path": "$.gone"}, False),
    ("$.l[*]", "in", {"path": "$.l"}, True),
]


@pytest.mark.parametrize(("condition", "operator", "value", "holds"), CASES)
def test_an_operator_holds_or_not(condition, operator, value, holds):
    asked = predicate({"condition": condition, "operator": operator, "value": value})
    assert asked.holds(TREE) is holds


def test_every_operator_is_tried_both_ways():
    for holds in (True, False):
        assert {case[1] for case in CASES if case[3] is holds} == {*Operator}


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"condition": "$.a"}, id="no operator"),
        pytest.param({"condition": "$.a", "operator": "like", "value": 1}, id="no such operator"),
        pytest.param({"condition": "$.a", "operator": "gt", "value": "x"}, id="no number"),
        pytest.param({"condition": "$.a", "operator": "gt", "value": True}, id="a flag"),
        pytest.param({"condition": "$.a", "operator": "in", "value": "x"}, id="no list"),
        pytest.param({"condition": "$.a", "operator": "exists", "value": 1}, id="a value too much"),
        pytest.param({"condition": "$.a", "operator": "regex", "value": "("}, id="no pattern"),
        pytest.param({"condition": "$.a", "operator": "regex", "value": "(a+)+"}, id="exponential"),
        pytest.param({"condition": "a", "operator": "gt", "value": 1}, id="no path"),
        pytest.param({"condition": "$.a", "operator": "gt", "value": 1, "x": 1}, id="unknown key"),
        pytest.param({"condition": "$.a", "operator": "gt", "value": {"p": 1}}, id="no reference"),
    ],
)
def test_what_is_no_predicate_is_refused(tree):
    with pytest.raises(RejectedError):
        predicate(tree)


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("$.n lte 3", True),
        ("$.w equals arena_run", True),
        ("$.w in order, arena_run", True),
        ("$.gone exists", False),
        ("$.n lte $.d", False),
    ],
)
def test_a_line_writes_a_predicate(line, holds):
    found = predicate_in(line)
    assert found is not None
    assert found.holds(TREE) is holds
    again = predicate_in(found.text()) if "in" not in line.split() else found
    assert again is not None
    assert again.holds(TREE) is holds


def test_a_line_of_prose_is_none():
    assert predicate_in("the run shall be good") is None
    with pytest.raises(RejectedError):
        predicate_in("$.n gt many")
