from quorate.agents.defaults import DEFAULT_PROFILES, KEYLESS_PROFILES, MODEL_PROFILES
from quorate.agents.profile import RULES, Mode, Role, Tier
from quorate.agents.rule_agents import RULE_AGENTS, rule_agent


def test_the_names_are_unique() -> None:
    names = [profile.name for profile in DEFAULT_PROFILES]
    assert len(set(names)) == len(names) == 8


def test_five_agents_work_without_a_key() -> None:
    assert [profile.name for profile in KEYLESS_PROFILES] == [
        "trend",
        "momentum",
        "mean_reversion",
        "wyckoff",
        "rule_risk_manager",
    ]
    assert all(profile.enabled and profile.tier is Tier.FREE for profile in KEYLESS_PROFILES)


def test_four_of_them_vote() -> None:
    voters = {profile.name for profile in KEYLESS_PROFILES if profile.voter}
    assert voters == {"trend", "momentum", "mean_reversion", "wyckoff"}


def test_every_keyless_profile_names_a_rule_agent_and_every_rule_agent_has_a_profile() -> None:
    assert {rule_agent(profile).id for profile in KEYLESS_PROFILES} == set(RULE_AGENTS)


def test_the_model_profiles_of_the_seed_wait_for_a_key() -> None:
    assert [(p.name, p.provider, p.model, p.role, p.mode) for p in MODEL_PROFILES] == [
        ("cheap_tech_analyst", "openai", "small", Role.TECHNICAL_ANALYST, Mode.CHEAP_FIRST),
        ("cheap_risk_manager", "openrouter", "free_or_cheap", Role.RISK_MANAGER, Mode.CHEAP_FIRST),
        ("power_macro_judge", "openrouter", "powerful", Role.JUDGE, Mode.ESCALATION_ONLY),
    ]
    assert not any(profile.enabled or profile.provider == RULES for profile in MODEL_PROFILES)


def test_the_judge_alone_costs_power() -> None:
    power = [profile.name for profile in DEFAULT_PROFILES if profile.tier is Tier.POWER]
    assert power == ["power_macro_judge"]
