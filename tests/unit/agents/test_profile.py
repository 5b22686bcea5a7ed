from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.defaults import KEYLESS_PROFILES, MODEL_PROFILES
from quorate.agents.profile import RULES, AgentProfile, Role
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName
from quorate.kernel.money import Usd

TREND = KEYLESS_PROFILES[0]
ANALYST = MODEL_PROFILES[0]


@pytest.mark.parametrize("role", [Role.BULL, Role.BEAR, Role.JUDGE])
def test_advocates_and_the_judge_do_not_vote(role: Role) -> None:
    assert not replace(ANALYST, role=role).voter


def test_a_risk_manager_votes_if_it_is_a_model_and_not_if_it_is_a_rule() -> None:
    manager = replace(ANALYST, role=Role.RISK_MANAGER)
    assert manager.voter
    assert not replace(manager, provider=RULES, model="risk_manager/1").voter


@pytest.mark.parametrize("role", [Role.TECHNICAL_ANALYST, Role.TREND, Role.WYCKOFF])
def test_every_other_role_votes(role: Role) -> None:
    assert replace(ANALYST, role=role).voter


def test_a_rule_agent_needs_no_tokens() -> None:
    assert TREND.is_rule_agent
    assert TREND.max_tokens == 0


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        pytest.param({"name": ProfileName("Trend Agent")}, "lower case", id="a name with a space"),
        pytest.param({"name": ProfileName("")}, "lower case", id="no name"),
        pytest.param({"model": ""}, "model", id="no model"),
        pytest.param({"horizon": 0}, "horizon", id="no horizon"),
        pytest.param({"horizon": 253}, "horizon", id="more than a year"),
        pytest.param({"temperature": 2.1}, "temperature", id="too hot"),
        pytest.param({"temperature": float("nan")}, "temperature", id="not a number"),
        pytest.param({"max_tokens": 0}, "max_tokens", id="a model without tokens"),
        pytest.param({"budget_per_day": Usd(Decimal(-1))}, "budget", id="a negative budget"),
    ],
)
def test_what_could_not_be_run_is_refused(broken: dict[str, object], why: str) -> None:
    with pytest.raises(RejectedError, match=why):
        replace(ANALYST, **broken)


def test_a_budget_of_zero_is_a_budget() -> None:
    profile: AgentProfile = replace(ANALYST, budget_per_day=Usd(Decimal(0)))
    assert profile.budget_per_day == Usd(Decimal(0))
