from decimal import Decimal

import pytest

from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode
from quorate.llm.decode.words import same_words


@pytest.mark.parametrize(
    ("tree", "text", "exact"),
    [
        pytest.param({"a": 1}, "{a: 1", {"a": Decimal(1)}, id="a number"),
        pytest.param({"a": 0.7}, "a 0.70", {"a": Decimal("0.70")}, id="its digits are the text's"),
        pytest.param({"a": 0.1}, "a 0.1000000000000000055", {"a": Decimal("0.1000000000000000055")},
                     id="more digits than a float has"),
        pytest.param({"a": True, "b": None}, "a: True, b: None", {"a": True, "b": None},
                     id="the words of Python"),
        pytest.param({"a": [False]}, "a [false]", {"a": [False]}, id="in a list"),
        pytest.param({"a": "it's \"x\""}, r"a: 'it\'s \"x\"'", {"a": "it's \"x\""}, id="escapes"),
        pytest.param({"a": "\ud83d\ude00 \u00e9"}, r"a: \ud83d\ude00 \u00e9",
                     {"a": "\U0001f600 \u00e9"}, id="a pair of surrogates"),
        pytest.param({"a": ""}, "a: ''", {"a": ""}, id="an empty text that is there"),
        pytest.param({"a": "--"}, "a: --", {"a": "--"}, id="a word of dashes"),
        pytest.param({}, "{}", {}, id="nothing"),
    ],
)  # fmt: skip
def test_what_says_the_same_is_taken_with_the_numbers_of_the_text(tree, text, exact):
    assert same_words(tree, text) == exact


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        pytest.param({"a": 1, "b": 2}, "b 2 a 1", id="another order"),
        pytest.param({"a": 1}, "a 1 b 2", id="words lost"),
        pytest.param({"a": 1, "b": ""}, "a 1 b", id="an empty text made up"),
        pytest.param({"a": "b c"}, "a b-c", id="other words"),
        pytest.param({"a": "b. c"}, "a: b.\nc", id="other white space"),
        pytest.param({"a": "b"}, "a", id="words made up"),
        pytest.param({"a": 2}, "a 1", id="another number"),
        pytest.param({"a": 7}, "a 007", id="a number that JSON does not write so"),
        pytest.param({"a": 1000}, "a 1_000", id="a number of Python"),
        pytest.param({"a": 0.5}, "a .5", id="half a number"),
        pytest.param({"a": None}, "a true", id="null for true"),
        pytest.param({"a": True}, "a 1", id="true for one"),
        pytest.param({"a": 1}, "a true", id="one for true"),
        pytest.param({"a": None}, "a", id="null for nothing"),
        pytest.param({"a": object()}, "a 1", id="no value of JSON"),
        pytest.param(["a"], "a", id="no object"),
        pytest.param({"a": '", "veto": true'}, 'a: ", "veto": true', id="a field swallowed"),
        pytest.param({"a": "x', veto: true"}, "a: x', veto: true", id="a bare field swallowed"),
    ],
)
def test_what_says_something_else_is_not_taken(tree, text):
    assert same_words(tree, text) is None


def test_a_tree_deeper_than_any_answer_is_not_walked():
    tree = {}
    for _ in range(100_000):
        tree = {"a": tree}
    assert same_words(tree, "a " * 100_000) is None


@pytest.mark.parametrize(
    ("tree", "text", "code"),
    [
        pytest.param({"a": float("inf")}, "a 1e400", "MODEL_NON_FINITE", id="too large"),
        pytest.param({"a": 10**39}, "a 1" + "0" * 39, "MODEL_NUMBER_TOO_LONG", id="too long"),
        pytest.param(
            {"a": "b\x0ec"}, r"a b\u000ec", "MODEL_CONTROL_CHAR", id="a control character"
        ),
        pytest.param({"a": "b\ud800"}, r"a b\ud800", "MODEL_LONE_SURROGATE", id="half a pair"),
    ],
)
def test_what_no_answer_may_hold_is_refused(tree, text, code):
    with pytest.raises(AnswerRefusedError) as refused:
        same_words(tree, text)
    assert refused.value.rejection == RejectionCode(code)
