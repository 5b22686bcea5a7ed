from dataclasses import replace

import pytest

from quorate.agents.defaults import KEYLESS_PROFILES, MODEL_PROFILES
from quorate.agents.drafting import EDITABLE_OF_RULES, RESERVED, edited, named, new_profile
from quorate.agents.profile import Mode, Role, Tool, UnfitProfileError
from quorate.agents.role_templates import ROLE_TEMPLATES, role_template
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import is_name
from quorate.llm.tier import Tier

TREND, ANALYST = KEYLESS_PROFILES[0], MODEL_PROFILES[0]
ASKED = {"name": "mine", "role": "judge", "provider": "openai", "model": "small"}


def violations(draft):
    with pytest.raises(UnfitProfileError) as caught:
        draft()
    return {violation.key for violation in caught.value.violations}


@pytest.mark.parametrize("role", ROLE_TEMPLATES)
def test_every_template_makes_a_profile_that_can_be(role):
    profile = new_profile({**ASKED, "role": role})
    template = role_template(role)
    assert (profile.role, profile.tier, profile.mode) == (Role(role), template.tier, template.mode)
    assert (profile.tool_policy, profile.max_tokens) == (template.tools, template.max_tokens)
    assert profile.prompt_template == f"{role}/1"
    assert not profile.enabled


def test_a_keyless_role_has_no_template():
    with pytest.raises(RejectedError) as caught:
        role_template("trend")
    assert caught.value.slug == "not-found"


def test_what_is_named_stands_over_the_template():
    profile = new_profile(
        {
            **ASKED,
            "mode": "always",
            "tier": "cheap",
            "toolPolicy": ["news", "bars", "news"],
            "maxTokens": "300",
            "temperature": 0.25,
            "budgetPerDayUsd": "$0.25",
            "budgetPerRunUsd": "none",
        }
    )
    assert (profile.mode, profile.tier) == (Mode.ALWAYS, Tier.CHEAP)
    assert profile.tool_policy == (Tool.BARS, Tool.NEWS)
    assert (profile.max_tokens, profile.temperature) == (300, 0.25)
    assert (str(profile.budget_per_day), profile.budget_per_run) == ("0.25", None)


@pytest.mark.parametrize(
    ("called", "name"),
    [
        pytest.param("my_agent-2", "my_agent-2", id="a name stays"),
        pytest.param("<img src=x onerror=alert(1)>", "img-src-x-onerror-alert-1", id="markup"),
        pytest.param("Die Bären 2", "die-baren-2", id="accents"),
        pytest.param("2nd opinion", "p-2nd-opinion", id="a digit first"),
        pytest.param("熊", "profile", id="nothing that can be spelled"),
        pytest.param("X" * 120, "x" * 64, id="a long one is cut"),
    ],
)
def test_a_name_is_made_from_whatever_it_is_called(called, name):
    made, title = named(called)
    assert made == name
    assert is_name(made)
    assert title == ("" if made == called else called)


def test_a_name_that_is_taken_gets_a_number_if_it_was_made():
    taken = {"the-bear", "the-bear-2"}
    assert named("The Bear", taken) == ("the-bear-3", "The Bear")
    assert named("the-bear", taken) == ("the-bear", "")


@pytest.mark.parametrize(
    "called",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="blank"),
        pytest.param("x\ny", id="two lines"),
        pytest.param("be\u202egin", id="a turned order"),
        pytest.param("x" * 121, id="too long"),
        *(pytest.param(word, id=f"{word}, which is an address") for word in sorted(RESERVED)),
    ],
)
def test_a_name_that_cannot_be_read_is_refused(called):
    assert violations(lambda: named(called)) == {"name"}


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        pytest.param({"tier": "gold", "mode": "never"}, {"tier", "mode"}, id="words"),
        pytest.param({"maxTokens": "1.5", "temperature": "warm"}, {"maxTokens", "temperature"}, id="numbers"),
        pytest.param({"maxTokens": 0}, {"maxTokens"}, id="no tokens"),
        pytest.param({"maxTokens": 10**6}, {"maxTokens"}, id="too many tokens"),
        pytest.param({"temperature": 3, "horizonSessions": 0}, {"temperature", "horizonSessions"}, id="ranges"),
        pytest.param({"temperature": float("nan")}, {"temperature"}, id="not a number"),
        pytest.param({"temperature": True}, {"temperature"}, id="a truth"),
        pytest.param({"budgetPerDayUsd": "-1"}, {"budgetPerDayUsd"}, id="a negative budget"),
        pytest.param({"budgetPerDayUsd": "1e99"}, {"budgetPerDayUsd"}, id="a huge budget"),
        pytest.param({"budgetPerRunUsd": "0.0000000001"}, {"budgetPerRunUsd"}, id="a tiny one"),
        pytest.param({"budgetPerRunUsd": "NaN"}, {"budgetPerRunUsd"}, id="no amount"),
        pytest.param({"toolPolicy": ["orders"]}, {"toolPolicy"}, id="a tool that writes"),
        pytest.param({"toolPolicy": "bars"}, {"toolPolicy"}, id="tools as text"),
        pytest.param({"provider": "Open AI"}, {"provider"}, id="a provider with a space"),
        pytest.param({"provider": "rules"}, {"provider"}, id="a keyless agent of one's own"),
        pytest.param({"model": ""}, {"model"}, id="no model"),
        pytest.param({"model": "a\x00b"}, {"model"}, id="a model with a NUL"),
        pytest.param({"mood": "good"}, {"mood"}, id="a field that does not exist"),
        pytest.param({"enabled": True}, {"enabled"}, id="the switch"),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_named_by_its_field(asked, keys):
    assert violations(lambda: new_profile({**ASKED, **asked})) == keys
    assert violations(lambda: edited(ANALYST, asked)) == keys


def test_a_profile_without_provider_and_model_says_so_of_both():
    assert violations(lambda: new_profile({"name": "x", "role": "bull"})) == {"provider", "model"}


def test_an_edit_changes_what_it_names_and_nothing_else():
    after = edited(ANALYST, {"temperature": "0.3"})
    assert after == replace(ANALYST, temperature=0.3)
    assert edited(ANALYST, {}) == ANALYST


def test_a_name_is_for_ever():
    assert violations(lambda: edited(ANALYST, {"name": "other"})) == {"name"}


def test_another_role_brings_its_prompt_unless_one_is_named():
    assert edited(ANALYST, {"role": "bear"}).prompt_template == "bear/1"
    kept = edited(ANALYST, {"role": "bear", "promptTemplate": "bear/2"})
    assert kept.prompt_template == "bear/2"


@pytest.mark.parametrize("key", ["model", "provider", "role", "tier", "maxTokens", "toolPolicy"])
def test_a_keyless_agent_is_code(key):
    assert key not in EDITABLE_OF_RULES
    assert violations(lambda: edited(TREND, {key: "x"})) == {key}


def test_a_keyless_agent_may_be_described_and_look_further():
    after = edited(TREND, {"horizonSessions": 10, "description": "Slow.", "title": "The Trend"})
    assert (after.horizon, after.description, after.label) == (10, "Slow.", "The Trend")
    assert after.is_rule_agent


def test_a_refusal_names_each_field_once_and_what_to_do():
    with pytest.raises(UnfitProfileError) as caught:
        new_profile(
            {**ASKED, "temperature": "nan", "budgetPerDayUsd": "-1", "budgetPerRunUsd": "-1"}
        )
    assert "temperature: a number is wanted" in str(caught.value)
    assert "budgetPerDayUsd, budgetPerRunUsd: dollars from 0" in str(caught.value)
    assert caught.value.fix
