from dataclasses import replace

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.request import RunRequest, asked_profiles, checked_request, checked_symbols
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
            ["power_macro_judge"], enabled(), "on a trigger only", "leave it out", id="judge"
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


def test_a_checked_request_names_its_profiles():
    request = checked_request(RunRequest(symbols=("aapl",)), DEFAULT_PROFILES)
    assert request.symbols == ("AAPL",)
    assert list(request.profiles) == KEYLESS
    assert checked_request(request, DEFAULT_PROFILES) == request


def test_a_mode_that_is_not_built_is_refused():
    with pytest.raises(RejectedError, match="competition"):
        checked_request(RunRequest(symbols=("AAPL",), mode="competition"), DEFAULT_PROFILES)
