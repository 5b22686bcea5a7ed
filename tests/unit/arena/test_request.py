from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.request import (
    RunRequest,
    asked_profiles,
    checked_cost,
    checked_request,
    checked_symbols,
)
from quorate.kernel.errors import RejectedError

KEYLESS = ["mean_reversion", "momentum", "rule_risk_manager", "trend", "wyckoff"]


def test_symbols_are_upper_case_and_each_stands_once():
    assert checked_symbols(["aapl", " IBM", "AAPL", "brk.b", "BTC/USD"]) == (
        "AAPL",
        "IBM",
        "BRK.B",
        "BTC/USD",
    )


@pytest.mark.parametrize(
    "text",
    ["", " ", "A B", "A" * 16, "AAPL;DROP", "ß", "\x00", "É", "A\nB"],
    ids=repr,
)
def test_what_is_no_symbol_is_refused(text):
    with pytest.raises(RejectedError, match="is not a symbol") as refused:
        checked_symbols([text])
    assert refused.value.effect == "nothing was written"
    assert "\n" not in str(refused.value)


def test_a_long_text_is_not_repeated_in_full():
    with pytest.raises(RejectedError) as refused:
        checked_symbols(["A" * 100_000])
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("symbols", "cause"),
    [
        pytest.param([], "no symbol", id="none"),
        pytest.param([f"S{number}" for number in range(51)], "51 symbols", id="51"),
    ],
)
def test_a_run_has_1_to_50_symbols(symbols, cause):
    with pytest.raises(RejectedError, match=cause):
        checked_symbols(symbols)


def test_fifty_symbols_are_fine_and_repetitions_do_not_count():
    fifty = [f"S{number}" for number in range(50)]
    assert len(checked_symbols(fifty * 2)) == 50


def test_without_names_every_enabled_profile_of_the_first_round_is_asked():
    assert [profile.name for profile in asked_profiles(None, DEFAULT_PROFILES)] == KEYLESS


def test_named_profiles_are_asked_once_in_the_order_of_their_names():
    asked = asked_profiles(["wyckoff", "trend", "trend"], DEFAULT_PROFILES)
    assert [profile.name for profile in asked] == ["trend", "wyckoff"]


def enabled():
    return [replace(profile, enabled=True) for profile in DEFAULT_PROFILES]


@pytest.mark.parametrize(
    ("names", "registered", "cause", "fix"),
    [
        pytest.param(
            ["nobody"], DEFAULT_PROFILES, "no profile 'nobody'", "choose from", id="unknown"
        ),
        pytest.param(
            ["cheap_tech_analyst"],
            DEFAULT_PROFILES,
            "is disabled",
            "quorate profiles enable cheap_tech_analyst",
            id="disabled",
        ),
        pytest.param(
            ["power_macro_judge"], enabled(), "no profile", "of the first round", id="only a judge"
        ),
        pytest.param([], DEFAULT_PROFILES, "no profile", "name at least one", id="none named"),
        pytest.param(None, [], "no profile", "quorate profiles enable trend", id="none enabled"),
    ],
)
def test_profiles_that_cannot_be_asked_are_refused_with_the_fix(names, registered, cause, fix):
    with pytest.raises(RejectedError, match=cause) as refused:
        asked_profiles(names, registered)
    assert fix in refused.value.fix
    assert refused.value.effect == "nothing was written"


def test_an_enabled_judge_waits_for_a_trigger():
    names = [profile.name for profile in asked_profiles(None, enabled())]
    assert "power_macro_judge" not in names
    assert "cheap_tech_analyst" in names


def test_who_waits_for_a_trigger_may_be_named_beside_the_first_round():
    named = ("power_macro_judge", "cheap_tech_analyst", "cheap_risk_manager")
    asked = [profile.name for profile in asked_profiles(named, enabled())]
    assert asked == ["cheap_risk_manager", "cheap_tech_analyst"]


def test_a_competition_has_no_trigger_to_wait_for():
    named = ("power_macro_judge", "cheap_tech_analyst")
    request = RunRequest(symbols=("AAPL",), profiles=named, mode="competition")
    with pytest.raises(RejectedError, match="a competition has none"):
        checked_request(request, enabled())


def test_a_checked_request_names_its_profiles():
    request = checked_request(RunRequest(symbols=("aapl",)), DEFAULT_PROFILES)
    assert request.symbols == ("AAPL",)
    assert list(request.profiles) == KEYLESS
    assert checked_request(request, DEFAULT_PROFILES) == request


def test_a_mode_that_is_not_built_is_refused():
    with pytest.raises(RejectedError, match="choose from debate, competition"):
        checked_request(RunRequest(symbols=("AAPL",), mode="quarrel"), DEFAULT_PROFILES)


def test_who_never_votes_is_left_out_of_a_competition_unless_it_was_named():
    wanted = RunRequest(symbols=("AAPL",), mode="competition")
    assert list(checked_request(wanted, DEFAULT_PROFILES).profiles) == [
        name for name in KEYLESS if name != "rule_risk_manager"
    ]
    named = RunRequest(symbols=("AAPL",), mode="competition", profiles=("rule_risk_manager",))
    with pytest.raises(RejectedError, match="no vote"):
        checked_request(named, DEFAULT_PROFILES)


@pytest.mark.parametrize("text", ["0.05", "1", "0.000000001", "1e3", "1000000"])
def test_a_run_may_be_told_to_stay_below_any_amount_that_budgets_count(text):
    assert checked_cost(text).amount == Decimal(text)


@pytest.mark.parametrize(
    "text", ["", "0", "-0.01", "nan", "sNaN", "inf", "a lot", "$1", "1e-10", "1000000.01", "1e400"]
)
def test_what_no_run_can_stay_below_is_refused(text):
    with pytest.raises(RejectedError, match="nothing that a run can stay below"):
        checked_cost(text)
