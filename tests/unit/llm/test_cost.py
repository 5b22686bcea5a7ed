import pytest

from quorate.llm.cost import CostAxis, CostLine, in_order, total
from tests.fakes.money import usd


def line(key="a", known="0.0187", counted="0.02", unpriced=0, calls=3):
    return CostLine(
        key=key,
        calls=calls,
        open_calls=1,
        failed=1,
        unpriced=unpriced,
        cache_hits=2,
        known=None if known is None else usd(known),
        counted=usd(counted),
        prompt_tokens=900,
        completion_tokens=100,
        cached_tokens=10,
    )


@pytest.mark.parametrize(
    ("known", "unpriced", "shown"),
    [
        pytest.param("0.0187", 0, "$0.0187", id="all known"),
        pytest.param("0.0187", 3, "$0.0187 + 3 unpriced", id="some unknown"),
        pytest.param(None, 3, "unpriced", id="all unknown"),
        pytest.param("0", 0, "$0.00", id="known to be free"),
        pytest.param(None, 0, "-", id="all under way"),
    ],
)
def test_an_unknown_cost_is_never_shown_as_zero(known, unpriced, shown):
    assert line(known=known, unpriced=unpriced).shown_cost == shown


def test_a_line_tells_programs_what_is_unknown():
    assert line(known=None).as_json() == {
        "key": "a",
        "calls": 3,
        "openCalls": 1,
        "failed": 1,
        "unpriced": 0,
        "cacheHits": 2,
        "costUsd": None,
        "countedUsd": "0.02",
        "promptTokens": 900,
        "completionTokens": 100,
        "cachedTokens": 10,
        "wastedUsd": "0",
        "wastedCalls": 0,
    }
    assert line().as_json()["costUsd"] == "0.0187"
    assert line().shown_counted == "$0.02"


def test_a_total_adds_what_is_known():
    both = total([line(), line("b", known=None, unpriced=2)])
    assert (both.key, both.calls, both.open_calls, both.failed) == ("total", 6, 2, 2)
    assert (both.known, both.counted, both.unpriced) == (usd("0.0187"), usd("0.04"), 2)
    assert (both.prompt_tokens, both.completion_tokens, both.cached_tokens) == (1800, 200, 20)
    assert both.cache_hits == 4


def test_a_total_of_unknowns_is_unknown_and_no_call_costs_nothing():
    assert total([line(known=None)]).known is None
    assert total([]).known == usd("0")


def test_the_most_expensive_comes_first_and_of_days_the_newest():
    lines = [line("a"), line("c", counted="0.5"), line("b")]
    assert [each.key for each in in_order(lines, CostAxis.MODEL)] == ["c", "a", "b"]
    assert [each.key for each in in_order(lines, CostAxis.DAY)] == ["c", "b", "a"]
