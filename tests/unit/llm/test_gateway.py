"""The gateway's policy and the questions that it takes."""

import pytest

from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.llm.gateway import GatewayPolicy
from quorate.llm.prompt import prompt_of
from quorate.llm.tier import Tier
from tests.unit.llm.calls import a_call


def test_a_power_model_has_a_minute_and_the_others_a_third_of_it():
    policy = GatewayPolicy()
    assert [policy.timeout_s(tier) for tier in Tier] == [20.0, 20.0, 60.0]


@pytest.mark.parametrize(
    "changes",
    [
        {"cheap_timeout_s": 0.0},
        {"power_timeout_s": 121.0},
        {"power_timeout_s": float("nan")},
        {"max_attempts": 0},
        {"retries": -1},
        {"rate_limit_tries": 0},
        {"drain_s": 0.0},
        {"max_in_flight": 0},
        {"max_prompt_tokens": 0},
    ],
)
def test_a_policy_by_which_no_call_could_be_made_is_refused(changes):
    with pytest.raises(RejectedError, match="gateway policy"):
        GatewayPolicy(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"ladder": ()},
        {"prompt": prompt_of([])},
        {"max_tokens": 0},
        {"timeout_s": 0.0},
        {"timeout_s": float("nan")},
    ],
)
def test_a_question_that_nobody_can_answer_is_our_own_bug(changes):
    with pytest.raises(InvariantBrokenError):
        a_call(**changes)
