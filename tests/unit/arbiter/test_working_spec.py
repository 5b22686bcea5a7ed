"""Working specs: the schema of the facts, every wrong key named at once, and the budget of the policy."""

from decimal import Decimal

import pytest

from quorate.arbiter.spec import RiskTier, spec_problems
from quorate.arbiter.working_spec import UnfitSpecError, task_spec
from quorate.kernel.errors import RejectedError

GOOD = {
    "id": "FEAT-ARENA-001",
    "title": "An arena run over two symbols",
    "risk_tier": 2,
    "mode": "feature",
    "blast_radius": {"modules": ["arena"], "data_migration": False},
    "operational_rollback_slo": "5m",
    "scope": {"in": ["AAPL", "symbol:ibm", "tool:bars"], "out": ["TSLA"]},
    "invariants": ["one decision per symbol"],
    "acceptance": [
        {"id": "A1", "given": "bars", "when": "run", "then": "$.account.powerCalls lte 1"}
    ],
    "non_functional": {"a11y": [], "perf": {"cost_usd": "0.05", "api_p95_ms": 9}, "security": []},
    "contracts": [],
}


def problems(**changes):
    with pytest.raises(UnfitSpecError) as refused:
        task_spec({**GOOD, **changes})
    return [each.key for each in refused.value.problems]


def test_a_good_spec_becomes_a_mandate_with_the_budget_of_its_tier():
    spec = task_spec(GOOD)
    assert (spec.spec_id, spec.risk_tier) == ("FEAT-ARENA-001", RiskTier.ANALYSIS)
    assert (spec.symbols, spec.tools) == (("AAPL", "IBM"), ("bars",))
    assert (spec.max_cost_usd, spec.max_power_calls) == (Decimal("0.05"), 100)
    assert [each.check.text() for each in spec.acceptance] == ["$.account.powerCalls lte 1"]
    assert spec_problems(spec) == ()


@pytest.mark.parametrize("key", sorted(GOOD))
def test_every_key_is_needed_and_has_its_form(key):
    without = {name: value for name, value in GOOD.items() if name != key}
    with pytest.raises(UnfitSpecError) as refused:
        task_spec(without)
    assert [each.key for each in refused.value.problems] == [key]
    assert problems(**{key: 7 if key != "risk_tier" else 4})[0].startswith(key)


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"id": "feat-1"}, ["id"]),
        ({"id": "FEAT"}, ["id"]),
        ({"title": "too short"}, ["title"]),
        ({"title": "x" * 201}, ["title"]),
        ({"risk_tier": True}, ["risk_tier"]),
        ({"mode": "hack"}, ["mode"]),
        ({"scope": {"in": []}}, ["scope.in"]),
        ({"scope": {"in": ["src/**"]}}, ["scope.in[0]"]),
        ({"scope": {"in": ["AAPL"], "out": ["AAPL"]}}, ["scope.out"]),
        ({"invariants": []}, ["invariants"]),
        ({"acceptance": []}, ["acceptance"]),
        (
            {"acceptance": [{**GOOD["acceptance"][0], "then": "all is well"}]},
            ["acceptance[0].then"],
        ),
        ({"acceptance": [{**GOOD["acceptance"][0], "then": "$.a gt x"}]}, ["acceptance[0].then"]),
        ({"acceptance": GOOD["acceptance"] * 2}, ["acceptance"]),
        ({"blast_radius": {"modules": []}}, ["blast_radius.data_migration"]),
        ({"waiver_ids": ["WV-1"]}, ["waiver_ids"]),
        ({"contracts": [{"type": "openapi"}]}, ["contracts[0].path"]),
        ({"non_functional": {"perf": {"cost_usd": -1}}}, ["non_functional.perf.cost_usd"]),
        ({"experimental_mode": {"enabled": "yes"}}, ["experimental_mode"]),
        ({"surprise": 1, "budget": 2}, ["budget", "surprise"]),
        ({"title": 1, "mode": "x", "extra": 1}, ["extra", "title", "mode"]),
    ],
)
def test_every_wrong_key_is_named(changes, keys):
    found = problems(**changes)
    assert [key for key in keys if not any(each.startswith(key) for each in found)] == []


def test_the_newer_schema_has_no_budget_of_its_own():
    budget = {"change_budget": {"max_files": 10, "max_loc": 250}}
    assert problems(**budget) == ["change_budget"]
    assert task_spec({**GOOD, **budget}, older=True) == task_spec(GOOD)
    with pytest.raises(UnfitSpecError):
        task_spec({**GOOD, "change_budget": {"max_files": "x"}}, older=True)


@pytest.mark.parametrize("tree", [None, [], "x", 7])
def test_what_is_no_mapping_is_refused(tree):
    with pytest.raises(RejectedError):
        task_spec(tree)
