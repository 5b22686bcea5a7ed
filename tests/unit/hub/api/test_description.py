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
    whole = completed(schema)
    responses = whole["paths"]["/x"]["get"]["responses"]
    assert set(responses) == {"200", "default"}
    assert PROBLEM_JSON in responses["default"]["content"]
    assert whole["components"]["schemas"]["NewRun"]["examples"] == [EXAMPLES["NewRun"]]
    assert "400" in schema["paths"]["/x"]["get"]["responses"]
