from dataclasses import replace

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.registry import RegisteredProfile
from quorate.arbiter.routing import (
    ANALYSIS,
    MAX_AGENTS,
    Directory,
    Load,
    RoutingPolicy,
    Standing,
    Wanted,
    check_identity,
    directory_of,
    identity_of,
    routed_agent,
)
from quorate.kernel.errors import ConflictError, RejectedError
from tests.unit.arbiter.routing.agents import agent, arm

POLICY = RoutingPolicy()
WANTED = Wanted(task_type=ANALYSIS)
TREND = next(profile for profile in DEFAULT_PROFILES if profile.name == "trend")


def names(directory, **wanted):
    return [match.agent.name for match in directory.found(replace(WANTED, **wanted))]


def test_who_is_registered_is_found():
    assert names(Directory().registered(agent("a"))) == ["a"]


def test_those_found_are_sorted_by_how_often_they_succeeded():
    agents = [agent("a", arm(5, 0.5, failed=5)), agent("b", arm(9, 0.1, failed=1)), agent("c")]
    found = directory_of(agents).found(WANTED)
    assert [match.agent.name for match in found] == ["b", "a", "c"]
    assert "answered 90% of the time" in found[0].reason


def test_the_busy_are_left_out():
    directory = directory_of([agent("a", load=Load(active=6)), agent("b", load=Load(queued=2))])
    assert names(directory, max_utilisation=0.5) == ["b"]
    assert names(directory, max_active=6) == ["b"]
    assert names(directory) == ["b", "a"]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        pytest.param({"role": "judge"}, ["j"], id="role"),
        pytest.param({"tier": "cheap"}, ["i"], id="tier"),
        pytest.param({"min_success": 0.5}, ["i", "j"], id="untried fail by no rate"),
        pytest.param({"instrument": "IBM"}, ["i", "j"], id="instrument"),
        pytest.param({"instrument": "AAPL"}, ["j"], id="other instrument"),
        pytest.param({"timeframe": "1h"}, [], id="timeframe"),
        pytest.param({"task_type": "order"}, [], id="type"),
    ],
)
def test_a_query_narrows(wanted, left):
    judge = agent("j", role="judge", tier="power")
    ibm = agent("i", instruments=("IBM",))
    assert names(directory_of([judge, ibm]), **wanted) == left


def test_a_name_is_registered_once():
    with pytest.raises(ConflictError):
        Directory().registered(agent("a")).registered(agent("a"))
    with pytest.raises(ConflictError):
        directory_of([agent("a"), agent("a")])


def test_a_full_registry_takes_nobody():
    full = directory_of(agent(f"a{place}") for place in range(MAX_AGENTS))
    with pytest.raises(RejectedError, match="full"):
        full.registered(agent("one_more"))
    with pytest.raises(RejectedError, match="1001"):
        directory_of(agent(f"a{place}") for place in range(MAX_AGENTS + 1))


def test_who_has_no_identity_is_not_registered():
    with pytest.raises(RejectedError, match="identity"):
        Directory().registered(replace(agent("a"), identity=""))


def test_who_is_unknown_is_not_found():
    with pytest.raises(RejectedError) as refusal:
        Directory().agent("ghost")
    assert refusal.value.slug == "not-found"


def test_registering_changes_no_directory_that_somebody_reads():
    before = Directory().registered(agent("a"))
    before.registered(agent("b"))
    assert len(before) == 1


def test_a_profile_is_an_agent_with_its_version_and_identity():
    got = routed_agent(RegisteredProfile(TREND, 3), reachable=True, arm=arm(2))
    assert (got.name, got.version, got.tier) == ("trend", 3, TREND.tier.value)
    assert got.capabilities == {"llm": True, ANALYSIS: TREND.enabled}
    assert got.identity == identity_of(TREND)


def test_a_changed_profile_is_another_one_and_a_switched_one_is_not():
    assert identity_of(replace(TREND, horizon=5)) != identity_of(TREND)
    assert identity_of(replace(TREND, enabled=not TREND.enabled)) == identity_of(TREND)


def test_who_claims_to_be_another_version_is_refused():
    registered = routed_agent(RegisteredProfile(TREND, 3), reachable=True)
    check_identity(registered, identity_of(TREND))
    with pytest.raises(RejectedError, match="version 3"):
        check_identity(registered, identity_of(replace(TREND, horizon=5)))


def test_a_profile_whose_provider_is_silent_is_no_candidate():
    silent = routed_agent(RegisteredProfile(TREND, 1), reachable=False)
    assert names(directory_of([silent])) == []


def test_who_is_set_aside_is_not_found():
    aside = routed_agent(RegisteredProfile(TREND, 1), reachable=True, standing=Standing.QUARANTINED)
    assert names(directory_of([aside])) == []


class CountedArms(dict):
    """What is known of an agent, and how often somebody asked for it."""

    asked = 0

    def get(self, key, default=None):
        self.asked += 1
        return super().get(key, default)


def test_a_change_has_nobody_else_worked_out_again():
    known = [
        replace(agent(f"a{place:03}"), arms=CountedArms({ANALYSIS: arm(place + 20)}))
        for place in range(200)
    ]
    directory = directory_of(known)
    directory.field(WANTED, POLICY)
    directory.learned(ANALYSIS)
    for each in known:
        each.arms.asked = 0
    changed = directory.replaced(agent("a007", arm(300)))
    changed.field(WANTED, POLICY)
    assert changed.learned(ANALYSIS) != directory.learned(ANALYSIS)
    assert sum(each.arms.asked for each in known) == 0


def test_a_directory_holds_whom_it_is_told_and_nobody_else():
    a, b, c = agent("a"), agent("b"), agent("c")
    directory = directory_of([a, b])
    assert directory.holding([b, a]) is directory
    assert list(directory.holding([b, c]).agents) == ["b", "c"]
    with pytest.raises(ConflictError):
        directory.holding([c, c])


def test_who_is_set_aside_after_the_first_look_is_passed_over():
    directory = directory_of([agent("a"), agent("b")])
    assert len(directory.field(WANTED, POLICY).candidates) == 2
    aside = directory.replaced(agent("a", standing=Standing.DRAINING)).field(WANTED, POLICY)
    assert [each.agent.name for each in aside.candidates.ranked(())] == ["b"]
    assert aside.passed_over == {"a": "draining"}
    back = directory.replaced(agent("a", standing=Standing.DRAINING)).replaced(agent("a"))
    assert back.field(WANTED, POLICY).passed_over == {}
