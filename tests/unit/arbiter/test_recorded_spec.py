"""A spec that is read back from a task's first row is the one that was written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arbiter.predicate import predicate_in
from quorate.arbiter.recorded_spec import recorded_spec
from quorate.arbiter.spec import Acceptance, QualityGate, analysis_spec, order_spec
from quorate.kernel.canonical import as_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol

AAPL = (Symbol("AAPL"),)
THEN = "$.account.powerCalls lte 3"
CHECK = predicate_in(THEN)
assert CHECK is not None

SPECS = [
    analysis_spec(AAPL, ("bars",)),
    analysis_spec(AAPL, (), max_cost=None),
    order_spec(AAPL, max_portfolio_delta=Decimal("0.015")),
    replace(
        analysis_spec(AAPL, ()),
        spec_id="A-1",
        max_tokens=5000,
        acceptance=(Acceptance(id="a", given="g", when="w", then=THEN, check=CHECK),),
        gates=(QualityGate(name="calm", least=Decimal("0.5")),),
        waivers=("WV-0001",),
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=["bounded", "open", "order", "whole"])
def test_what_the_journal_keeps_reads_back_alike(spec):
    assert recorded_spec(as_json(spec.payload()), spec.hash) == spec


@pytest.mark.parametrize(
    "change",
    [{"title": "another"}, {"budget": {}}, {"riskTier": 9}, {"more": 1}, {"acceptance": None}],
    ids=lambda change: next(iter(change)),
)
def test_a_spec_that_is_not_the_one_that_was_hashed_is_refused(change):
    spec = SPECS[0]
    with pytest.raises(InvariantBrokenError):
        recorded_spec({**as_json(spec.payload()), **change}, spec.hash)


def test_a_task_without_a_spec_is_refused():
    with pytest.raises(InvariantBrokenError):
        recorded_spec(None, SPECS[0].hash)
