"""What each failure means, row by row of the table in the module."""

from datetime import timedelta

import pytest

from quorate.llm.call import ToolCall
from quorate.llm.failover import (
    WELL,
    Verdict,
    bars_provider,
    defect,
    retry_wait_s,
    verdict_on_model,
)
from quorate.llm.failure import FailureCode, http_code
from quorate.llm.gateway import GatewayPolicy
from quorate.resilience.breaker import Circuit
from tests.fakes.models import reply
from tests.unit.llm.calls import failure, usd

POLICY = GatewayPolicy()
ONCE = [http_code(500), http_code(502), http_code(503), http_code(599), http_code(408)]
ONCE += [FailureCode.CONNECTION_FAILED, FailureCode.MALFORMED_RESPONSE, FailureCode.TIMEOUT]
NEVER = [http_code(402), http_code(418), FailureCode.UNKNOWN, FailureCode.EMPTY_ANSWER]
NEVER += [FailureCode.TRUNCATED, FailureCode.CONTENT_FILTERED, FailureCode.VALIDATION_FAILED]
NEVER += [FailureCode.CONTEXT_TOO_LARGE, FailureCode.CREDENTIALS, FailureCode.CIRCUIT_OPEN]


@pytest.mark.parametrize("code", ONCE)
def test_a_passing_failure_is_tried_again_once(code):
    assert retry_wait_s(failure(code), 1, POLICY, 0.0) == 0.25
    assert retry_wait_s(failure(code), 2, POLICY, 0.0) is None


@pytest.mark.parametrize("code", NEVER)
def test_a_failure_that_would_come_again_is_not_tried_again(code):
    assert retry_wait_s(failure(code), 1, POLICY, 0.0) is None


@pytest.mark.parametrize("code", [*ONCE, FailureCode.RATE_LIMITED])
def test_what_the_adapter_knows_to_be_useless_is_not_tried_again(code):
    assert retry_wait_s(failure(code, retryable=False), 1, POLICY, 0.0) is None


def test_a_rate_limit_is_waited_for_and_tried_twice_in_all():
    limited = failure(FailureCode.RATE_LIMITED, retry_after=timedelta(seconds=7))
    assert retry_wait_s(limited, 1, POLICY, 0.0) == 7.0
    assert retry_wait_s(limited, 2, POLICY, 0.0) is None


def test_any_failure_may_say_when_to_come_back():
    busy = failure(http_code(503), retry_after=timedelta(seconds=7))
    assert retry_wait_s(busy, 1, POLICY, 0.0) == 7.0


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("", Verdict.WORKED),
        (FailureCode.TRUNCATED, Verdict.WORKED),
        (FailureCode.CONTENT_FILTERED, Verdict.WORKED),
        (FailureCode.CREDENTIALS, Verdict.SILENT),
        (FailureCode.VALIDATION_FAILED, Verdict.SILENT),
        (FailureCode.CONTEXT_TOO_LARGE, Verdict.SILENT),
        (FailureCode.BUDGET_EXHAUSTED, Verdict.SILENT),
        (http_code(402), Verdict.SILENT),
        (FailureCode.TIMEOUT, Verdict.FAILED),
        (FailureCode.RATE_LIMITED, Verdict.FAILED),
        (FailureCode.EMPTY_ANSWER, Verdict.FAILED),
        (FailureCode.MALFORMED_RESPONSE, Verdict.FAILED),
        (FailureCode.CONNECTION_FAILED, Verdict.FAILED),
        (FailureCode.UNKNOWN, Verdict.FAILED),
        (http_code(500), Verdict.FAILED),
    ],
)
def test_only_the_providers_own_failures_count_against_a_model(code, verdict):
    assert verdict_on_model(code) is verdict


def test_a_refused_key_bars_the_whole_provider():
    assert [bars_provider(code) for code in (FailureCode.CREDENTIALS, "HTTP_402", "HTTP_500")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(reply(b""), FailureCode.EMPTY_ANSWER, id="no choice, or no text"),
        pytest.param(reply(b" \n"), FailureCode.EMPTY_ANSWER, id="white space"),
        pytest.param(reply(finish_reason="length"), FailureCode.TRUNCATED, id="cut off"),
        pytest.param(reply(b"", finish_reason="length"), FailureCode.TRUNCATED, id="all thinking"),
        pytest.param(reply(finish_reason="content_filter"), FailureCode.CONTENT_FILTERED, id="no"),
        pytest.param(reply(finish_reason="error"), FailureCode.MALFORMED_RESPONSE, id="broke off"),
    ],
)
def test_an_answer_that_is_not_whole_is_not_parsed(answer, code):
    flaw = defect(answer, "acme/first")
    assert (flaw.code, flaw.billed, flaw.usage) == (code, True, answer.usage)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(), id="stopped"),
        pytest.param(reply(finish_reason=""), id="said nothing"),
        pytest.param(reply(finish_reason="eos"), id="in its own word"),
        pytest.param(
            reply(b"", tool_calls=(ToolCall(id="1", name="bars", arguments="{}"),)), id="asks"
        ),
    ],
)
def test_a_whole_answer_may_be_parsed(answer):
    assert defect(answer, "acme/first") is None


def test_a_defective_answer_keeps_its_cost():
    flaw = defect(reply(b"", reported_cost=usd("0.5"), model_served="acme/other"), "acme/first")
    assert (flaw.reported_cost, flaw.model_served) == (usd("0.5"), "acme/other")


def test_a_model_that_is_well_stays_the_same():
    assert WELL.after(Verdict.WORKED, 0, POLICY, 1.0) is WELL
    assert WELL.after(Verdict.SILENT, 0, POLICY, 1.0) is WELL


def test_every_failure_of_a_model_weighs_the_same():
    health = WELL
    for now in (1.0, 2.0, 3.0):
        health = health.after(Verdict.FAILED, 0, POLICY, now)
    assert health.breaker.circuit is Circuit.OPEN


def test_a_model_is_left_alone_for_the_longest_time_that_it_asked_for():
    assert WELL.left_alone(30, 0).left_alone(5, 10).not_before == 30
