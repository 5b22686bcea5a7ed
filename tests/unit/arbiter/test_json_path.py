"""Paths: the small subset that rules are written in, and nothing beyond it."""

import pytest

from quorate.arbiter.json_path import json_path
from quorate.kernel.errors import RejectedError

TREE = {"a": {"b": [1, {"c": None}]}, "a name": "x", "many": {"x": 1, "y": 2}, "none": []}


@pytest.mark.parametrize(
    ("path", "values", "complete"),
    [
        pytest.param("$", (TREE,), True, id="the root"),
        pytest.param("$.a.b[0]", (1,), True, id="a place"),
        pytest.param("$.a.b[1].c", (None,), True, id="null is there"),
        pytest.param("$['a name']", ("x",), True, id="a quoted name"),
        pytest.param("$.many[*]", (1, 2), True, id="every member"),
        pytest.param("$.many.*", (1, 2), True, id="every member, with a dot"),
        pytest.param("$.none[*]", (), True, id="no member"),
        pytest.param("$.none[0]", (), False, id="no place"),
        pytest.param("$.b", (), False, id="no name"),
        pytest.param("$.a.b[*].c", (None,), False, id="a member without it"),
        pytest.param("$.a.b.c", (), False, id="a name of a list"),
        pytest.param("$.many[0]", (), False, id="a place of an object"),
        pytest.param("$.many.x[*]", (), False, id="members of a number"),
    ],
)
def test_a_path_selects_what_stands_there_and_says_whether_that_was_all(path, values, complete):
    assert json_path(path).select(TREE) == (values, complete)


@pytest.mark.parametrize(
    "path",
    ["", "a.b", "$a", "$..a", "$[?(@.a)]", "$.a[-1]", "$.a[1:2]", "$.", "$['a", "$." + "a" * 200],
)
def test_what_is_beyond_the_subset_is_refused(path):
    with pytest.raises(RejectedError, match="is no path"):
        json_path(path)
