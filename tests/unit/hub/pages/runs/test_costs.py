from dataclasses import replace

import pytest

from quorate.hub.pages.runs.costs import cost_split
from quorate.llm.budget import CallStatus
from quorate.llm.call import Purpose
from quorate.llm.tier import Tier
from tests.unit.arena.record.debated import details
from tests.unit.hub.pages.runs.calls import call

PANEL = {"profile": "judge", "purpose": Purpose.PANEL, "tier": Tier.POWER}


def split(*calls):
    return cost_split(replace(details(), calls=calls))


def test_each_bar_begins_where_the_one_before_it_ended():
    first, second, third = split(
        call("0.001"), call("0.001", purpose=Purpose.ARGUE), call("0.006", **PANEL)
    ).bars
    assert (first.left, second.left, third.left) == (0.0, 12.5, 25.0)
    assert (first.width, third.width) == (12.5, 75.0)
    assert (third.agent, third.purpose, third.colour) == ("Judge", "power panel", 3)


def test_calls_of_one_agent_for_one_purpose_are_one_bar():
    [bar] = split(call("0.001"), call("0.002")).bars
    assert (bar.part.calls, bar.cost) == (2, "$0.003")


def test_what_is_unpriced_is_counted_beside_the_sum_and_never_nothing():
    found = split(call("0.001"), call(None, **PANEL))
    assert [bar.cost for bar in found.bars] == ["$0.001", "unpriced"]
    assert (str(found.known), found.unpriced) == ("0.001", 1)
    assert found.words.startswith("2 calls cost $0.001 as far as is known; the price of 1 is not")
    assert found.calls[1].cost == "unpriced"


def test_a_call_under_way_has_no_cost_yet():
    found = split(call(None, status=CallStatus.RESERVED, settled_at=None, latency_ms=None))
    assert found.bars[0].cost == "under way"
    assert (found.calls[0].cost, found.calls[0].took) == ("", "")
    assert "1 under way" in found.words


def test_an_answer_from_the_cache_is_told_as_such():
    found = split(call("0", cache_hit=True))
    assert found.bars[0].part.calls == 0
    assert "1 answer came from the cache for nothing" in found.words


def test_a_failed_try_says_why_and_a_fallback_says_so():
    failed, answered = split(
        call(None, code="HTTP_500", status=CallStatus.FAILED),
        call("0.001", fallback_reason="HTTP_500", model_served="other"),
    ).calls
    assert (failed.ended, failed.fallback) == ("http 500", "")
    assert (answered.fallback, answered.call.model_served) == ("http 500", "other")


def test_every_tier_has_its_sum():
    found = split(call("0.0038"), call("0.0149", **PANEL))
    assert found.tiers == "cheap $0.0038, power $0.0149"


@pytest.mark.parametrize("calls", [()])
def test_without_a_call_nothing_was_spent_and_nobody_made_up_a_figure(calls):
    found = split(*calls)
    assert (found.bars, found.tiers) == ((), "")
    assert found.words.startswith("No model was asked.")
