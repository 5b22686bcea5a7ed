"""The description: every example is one of its shape, and every operation may answer with a problem."""

import msgspec
import pytest

from quorate.hub.api.description import EXAMPLES, completed
from quorate.hub.api.run_shapes import RunList, WhyShape
from quorate.hub.api.starting import Accepted, NewRun, Preview
from quorate.hub.api.tokens import NewToken
from quorate.hub.problems import PROBLEM_JSON, Problem
from quorate.hub.stream import Envelope

SHAPES = {
    shape.__name__: shape
    for shape in (Accepted, Envelope, NewRun, NewToken, Preview, Problem, RunList, WhyShape)
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_reads_back_into_its_shape(name):
    assert msgspec.convert(EXAMPLES[name], SHAPES[name])


def test_every_shape_of_an_example_is_tested():
    assert set(EXAMPLES) == set(SHAPES)


def test_the_frameworks_refusal_gives_way_to_a_problem():
    schema = {
        "paths": {"/x": {"get": {"responses": {"200": {}, "400": {}}}}},
        "components": {"schemas": {name: {} for name in EXAMPLES}},
    }
    whole = completed(schema, {("GET", "/x"): "read"})
    responses = whole["paths"]["/x"]["get"]["responses"]
    assert set(responses) == {"200", "default"}
    assert PROBLEM_JSON in responses["default"]["content"]
    assert whole["paths"]["/x"]["get"]["security"] == [{"session": []}, {"token": ["read"]}]
    assert whole["components"]["schemas"]["NewRun"]["examples"] == [EXAMPLES["NewRun"]]
    assert "400" in schema["paths"]["/x"]["get"]["responses"]


def described(schema, scopes=None):
    shapes = {name: {} for name in EXAMPLES} | {
        "RunList": {"properties": {"items": {}, "nextCursor": {}}},
        "PairShape": {"properties": {"a": {"oneOf": [{"type": "integer"}, {"type": "number"}]}}},
    }
    return completed({"paths": schema, "components": {"schemas": shapes}}, scopes or {})


def test_what_needs_no_scope_needs_nothing_to_come_in_with():
    whole = described({"/x": {"get": {"responses": {"200": {}}}}})
    assert whole["paths"]["/x"]["get"]["security"] == []


def test_a_list_lets_its_reader_choose_fields():
    reference = {"$ref": "#/components/schemas/RunList"}
    answer = {"200": {"content": {"application/json": {"schema": reference}}}}
    told = described({"/x": {"get": {"responses": answer}}})["paths"]["/x"]["get"]
    assert [each["name"] for each in told["parameters"]] == ["fields"]
    schema = told["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"anyOf": [reference, {"$ref": "#/components/schemas/SparseList"}]}


def test_a_number_without_a_fraction_may_be_an_integer_too():
    shapes = described({})["components"]["schemas"]
    assert set(shapes["PairShape"]["properties"]["a"]) == {"anyOf"}
