import pytest

from quorate.fleet.capability import (
    TASK_CAPABILITIES,
    capable_agents,
    held_capabilities,
    is_capable,
    missing_capabilities,
)

ANALYST = {"llm": True, "trading_analysis": True}


def test_a_worker_with_all_that_a_task_needs_is_capable():
    assert is_capable("trading_analysis", ANALYST)


@pytest.mark.parametrize("lacking", sorted(ANALYST))
def test_one_missing_capability_is_one_too_many(lacking):
    held = {name: value for name, value in ANALYST.items() if name != lacking}
    assert not is_capable("trading_analysis", held)
    assert missing_capabilities("trading_analysis", held_capabilities(held)) == {lacking}


@pytest.mark.parametrize("value", [1, "true", "yes", [1], None, False, 0, {}, "True"])
def test_nothing_but_true_is_true(value):
    assert not is_capable("trading_analysis", {**ANALYST, "llm": value})


@pytest.mark.parametrize("kind", ["", "TRADING_ANALYSIS", "trading_analysis ", "delete", "report"])
def test_an_unknown_type_of_task_matches_nobody(kind):
    everything = {name: True for needed in TASK_CAPABILITIES.values() for name in needed}
    assert not is_capable(kind, everything)
    assert missing_capabilities(kind, held_capabilities(everything)) is None


@pytest.mark.parametrize("name", ["hidden_hand", "hidden_hand_validation", "wyckoff_validation"])
def test_the_seeds_words_stand_for_ours(name):
    assert is_capable(
        "trading_signal", {"sovereign_access": True, "trading_signal": True, name: True}
    )


def test_who_claims_and_denies_the_same_thing_under_two_names_does_not_have_it():
    assert not is_capable("trading_analysis", {**ANALYST, "sovereign_access": False})
    assert not is_capable("trading_analysis", {**ANALYST, "llm": False, "sovereign_access": True})


def test_the_capable_ones_come_in_the_order_they_were_named():
    agents = [("z", ANALYST), ("b", {}), ("a", ANALYST)]
    assert capable_agents("trading_analysis", agents) == ("z", "a")
