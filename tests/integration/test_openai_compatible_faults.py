"""Every fault of a provider, over real HTTP: RELIABILITY 1.1 at the adapter's level, the gateway's part aside.

The adapter's share of a row: one request, one reply or one typed failure, within the deadline, whatever the peer does.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.openai_compatible import ConnectionPolicy, Dialect, open_providers
from quorate.kernel.money import Usd
from quorate.llm.failure import FailureCode
from quorate.llm.pricing import is_believable, is_believable_cost
from quorate.llm.served import is_another_model
from tests.model_server import (
    Body,
    Delivery,
    ModelServer,
    Outcome,
    Refuse,
    Rule,
    Say,
    Tokens,
    Tool,
    closed_port,
)
from tests.model_server.asking import MODEL, ask, endpoint_of, failure_of, question

pytestmark = [pytest.mark.integration, pytest.mark.fault]

DEADLINE_S = 0.3
GRACE_S = 1.0
"""RELIABILITY 1.1: the wall time is the timeout and at most a second."""

IN_TIME = 5.0
SHORT = ConnectionPolicy(response_bytes=64 * 1024)


@pytest.fixture(scope="module")
def server():
    with ModelServer() as running:
        yield running


@pytest.fixture(autouse=True)
def plain_script(server):
    server.script()


@pytest.fixture
async def providers(server):
    endpoints = [endpoint_of(server), endpoint_of(server, Dialect.OPENAI)]
    async with open_providers(endpoints, SystemClock(), SHORT) as opened:
        yield opened


@pytest.fixture
def failing(server, providers):
    """Return how to ask once under a rule, and be given the failure; one request is sent, never a second."""

    async def failed(what=None, how=None, *, provider="openrouter", timeout_s=IN_TIME):
        server.script(Rule(what=what or Say(), how=how or Delivery()))
        before = server.mark()
        asking = ask(providers, question(provider=provider, timeout_s=timeout_s))
        failure = await failure_of(asking)
        assert server.mark() == before + 1
        return failure

    return failed


@pytest.fixture
def answering(server, providers):
    """Return how to ask once under a rule, and be given the reply."""

    async def answered(what, how=None, *, provider="openrouter"):
        server.script(Rule(what=what, how=how or Delivery()))
        return await ask(providers, question(provider=provider))

    return answered


# --- no connection ---------------------------------------------------------------------------------------------------


async def test_connection_refused(server):
    nobody = replace(endpoint_of(server), base_url=f"http://127.0.0.1:{closed_port()}/api/v1")
    async with open_providers([nobody], SystemClock()) as providers:
        failure = await failure_of(ask(providers, question()))
    assert failure.code == FailureCode.CONNECTION_FAILED
    assert (failure.retryable, failure.billed) == (True, False)
    assert str(failure) == f"openrouter/{MODEL} cannot be reached: connection refused."


# --- too late --------------------------------------------------------------------------------------------------------

STALLS = [
    pytest.param(Delivery(stall_after=0), id="half-open from the first byte"),
    pytest.param(Delivery(stall_after=20), id="half-open within the headers"),
    pytest.param(Delivery(stall_after=300), id="half-open within the body"),
    pytest.param(Delivery(bytes_per_s=20), id="slow drip, a byte at a time"),
    pytest.param(Delivery(bytes_per_s=20, chunked=True), id="slow drip, chunked"),
    pytest.param(Delivery(delay_s=30), id="an answer that comes too late"),
]


@pytest.mark.parametrize("how", STALLS)
async def test_the_deadline_is_total(failing, how, server):
    started = time.monotonic()
    failure = await failing(how=how, timeout_s=DEADLINE_S)
    assert time.monotonic() - started < DEADLINE_S + GRACE_S
    assert failure.code == FailureCode.TIMEOUT
    assert (failure.retryable, failure.billed) == (True, None)
    assert await no_open_connection(server)
    assert server.calls()[-1].outcome is Outcome.ABANDONED


async def test_a_provider_that_stands_still_is_left_at_the_deadline(server, providers):
    await ask(providers, question())
    with server.suspended():
        started = time.monotonic()
        failure = await failure_of(ask(providers, question(timeout_s=DEADLINE_S)))
        assert time.monotonic() - started < DEADLINE_S + GRACE_S
    assert failure.code == FailureCode.TIMEOUT


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_provider_that_reads_nothing_is_left_at_the_deadline(server, providers):
    """The prompt is larger than what the kernel takes in the peer's place."""
    with server.suspended():
        started = time.monotonic()
        large = question("x" * 16_000_000, timeout_s=DEADLINE_S)
        failure = await failure_of(ask(providers, large))
        assert time.monotonic() - started < DEADLINE_S + 2 * GRACE_S
    assert failure.code == FailureCode.TIMEOUT
    assert await no_open_connection(server)


async def test_an_answer_just_in_time_counts(answering):
    reply = await answering(Say(content="slow"), Delivery(delay_s=0.2))
    assert reply.content == b"slow"
    assert reply.latency_ms >= 200


# --- broken off ------------------------------------------------------------------------------------------------------

CUTS = [
    pytest.param(Delivery(cut_after=0), id="reset before a byte"),
    pytest.param(Delivery(cut_after=0, politely=True), id="closed before a byte"),
    pytest.param(Delivery(cut_after=30), id="reset within the headers"),
    pytest.param(Delivery(cut_in_body=0), id="reset after the headers"),
    pytest.param(Delivery(cut_in_body=200), id="reset within the body"),
    pytest.param(Delivery(cut_in_body=200, politely=True), id="closed within the body"),
    pytest.param(Delivery(cut_in_body=150, chunked=True), id="reset within a chunk"),
    pytest.param(
        Delivery(cut_in_body=150, chunked=True, politely=True), id="closed within a chunk"
    ),
]


@pytest.mark.parametrize("how", CUTS)
async def test_an_answer_that_breaks_off_is_no_answer(failing, how):
    failure = await failing(how=how)
    assert failure.code == FailureCode.CONNECTION_FAILED
    assert (failure.retryable, failure.billed) == (True, None)


# --- refusals --------------------------------------------------------------------------------------------------------

REFUSALS = [
    pytest.param(400, FailureCode.VALIDATION_FAILED, False, False, id="400"),
    pytest.param(401, FailureCode.CREDENTIALS, False, False, id="401"),
    pytest.param(402, "HTTP_402", False, False, id="402"),
    pytest.param(403, FailureCode.CREDENTIALS, False, False, id="403"),
    pytest.param(404, FailureCode.VALIDATION_FAILED, False, False, id="404"),
    pytest.param(408, FailureCode.TIMEOUT, True, None, id="408"),
    pytest.param(422, FailureCode.VALIDATION_FAILED, False, False, id="422"),
    pytest.param(429, FailureCode.RATE_LIMITED, True, False, id="429"),
    pytest.param(500, "HTTP_500", True, False, id="500"),
    pytest.param(502, "HTTP_502", True, False, id="502"),
    pytest.param(503, "HTTP_503", True, False, id="503"),
    pytest.param(504, "HTTP_504", True, None, id="504"),
]


@pytest.mark.parametrize("provider", ["openrouter", "openai"])
@pytest.mark.parametrize(("status", "code", "retryable", "billed"), REFUSALS)
async def test_a_refusal_has_a_code(failing, provider, status, code, retryable, billed):
    failure = await failing(Refuse(status=status), provider=provider)
    assert (failure.code, failure.retryable, failure.billed) == (code, retryable, billed)
    assert failure.retry_after is None


WAITS = [
    pytest.param(Refuse(retry_after=7), 7.0, id="seconds"),
    pytest.param(Refuse(retry_after=0.25, in_milliseconds=True), 0.25, id="milliseconds"),
    pytest.param(Refuse(retry_after=0), 0.0, id="at once"),
    pytest.param(Refuse(retry_after=1e12), 86_400.0, id="absurd is a day"),
    pytest.param(Refuse(status=503, retry_after=3), 3.0, id="503 has one too"),
]


@pytest.mark.parametrize(("what", "seconds"), WAITS)
async def test_the_wait_that_a_provider_asks_for_is_passed_on(failing, what, seconds):
    assert (await failing(what)).retry_after == timedelta(seconds=seconds)


async def test_a_wait_until_a_date_is_passed_on(failing):
    failure = await failing(Refuse(retry_after=60, as_date=True))
    assert timedelta(seconds=50) < failure.retry_after <= timedelta(seconds=60)


async def test_a_date_that_has_passed_is_no_wait(failing):
    failure = await failing(Refuse(retry_after=-3600, as_date=True))
    assert failure.retry_after == timedelta(0)


async def test_a_used_up_quota_does_not_come_back_by_waiting(failing):
    failure = await failing(Refuse(status=429, kind="insufficient_quota"), provider="openai")
    assert (failure.code, failure.retryable) == (FailureCode.RATE_LIMITED, False)
    assert "insufficient_quota" in str(failure)


LENGTHS = [
    pytest.param("openai", Refuse(status=400, kind="context_length_exceeded"), id="OpenAI"),
    pytest.param(
        "openrouter",
        Refuse(status=400, message="This endpoint's maximum context length is 8192 tokens."),
        id="OpenRouter",
    ),
    pytest.param("openai", Refuse(status=413), id="413"),
]


@pytest.mark.parametrize(("provider", "what"), LENGTHS)
async def test_fm_taw_009_a_prompt_that_is_too_long_has_a_code_of_its_own(failing, provider, what):
    failure = await failing(what, provider=provider)
    assert (failure.code, failure.retryable) == (FailureCode.CONTEXT_TOO_LARGE, False)


async def test_a_prompt_that_moderation_refuses_is_no_matter_of_credentials(failing):
    failure = await failing(Refuse(status=403, moderated=True))
    assert failure.code == FailureCode.CONTENT_FILTERED


async def test_what_a_provider_wrote_is_not_repeated(failing):
    failure = await failing(Refuse(status=400, message="Prompt was: buy everything"))
    assert str(failure) == f"openrouter/{MODEL} answered HTTP 400."


# --- 200, and yet no answer ------------------------------------------------------------------------------------------

EMBEDDED = [
    pytest.param(429, FailureCode.RATE_LIMITED, id="429 inside"),
    pytest.param(502, "HTTP_502", id="502 inside"),
    pytest.param(0, FailureCode.MALFORMED_RESPONSE, id="no status inside"),
]


@pytest.mark.parametrize(("status", "code"), EMBEDDED)
async def test_an_error_body_with_status_200_is_no_answer(failing, status, code):
    failure = await failing(Refuse(status=status, inside_200=True))
    assert (failure.code, failure.retryable, failure.billed) == (code, True, None)


async def test_a_choice_that_ended_in_an_error_is_no_answer(failing):
    failure = await failing(Say(content='{"decisions":[]}', finish_reason="error"))
    assert failure.code == FailureCode.MALFORMED_RESPONSE
    assert failure.model_served == MODEL
    assert failure.billed
    assert failure.usage.prompt_tokens


BAD_ARGUMENTS = (
    b'{"choices":[{"message":{"tool_calls":[{"function":{"name":"q","arguments":"\xff"}}]}}]}'
)
MALFORMED = [
    pytest.param(Body(text=""), id="empty body"),
    pytest.param(Body(text="<html>busy</html>", content_type="text/html"), id="a page"),
    pytest.param(Body(text='{"choices": [{"message": {"cont'), id="cut JSON"),
    pytest.param(Body(text="[]"), id="a list"),
    pytest.param(Body(text="{}"), id="no choices"),
    pytest.param(Body(text='{"choices": null}'), id="null choices"),
    pytest.param(Body(text='{"choices": [{"message": {"content": 5}}]}'), id="content is a number"),
    pytest.param(
        Body(text='{"choices": [{"message": {"content": ["a"]}}]}'), id="content is a list"
    ),
    pytest.param(Body(text='{"choices": [{"message": {"content": NaN}}]}'), id="NaN"),
    pytest.param(Body(hex=b'{"choices":[{"message":{"content":"\xff"}}]}'.hex()), id="no UTF-8"),
    pytest.param(Body(text='{"choices":[{"message":{"content":"\\ud800"}}]}'), id="lone surrogate"),
    pytest.param(Body(text='{"usage":' + "[" * 20_000), id="deep nesting"),
    pytest.param(Body(hex="1f8b0800000000000003"), id="packed, though nobody asked for it"),
    pytest.param(Body(hex=BAD_ARGUMENTS.hex()), id="arguments that are no UTF-8"),
    pytest.param(Body(status=204), id="204"),
    pytest.param(Say(tools=[Tool(name="quotes")] * 65), id="a flood of tools"),
]


@pytest.mark.parametrize("what", MALFORMED)
async def test_a_body_that_is_no_chat_completion_is_malformed(failing, what):
    failure = await failing(what)
    assert failure.code in {FailureCode.MALFORMED_RESPONSE, "HTTP_204"}


async def test_what_an_unreadable_answer_cost_is_still_known(failing):
    body = b'{"choices":[{"message":{"content":"\xff"}}],"usage":{"prompt_tokens":9,"cost":0.25}}'
    failure = await failing(Body(hex=body.hex()))
    assert failure.reported_cost == Usd(Decimal("0.25"))
    assert (failure.usage.prompt_tokens, failure.billed) == (9, True)


HUGE = [
    pytest.param(Body(fill=10_000_000), Delivery(), id="with its length told"),
    pytest.param(Body(fill=200_000), Delivery(chunked=True), id="in chunks"),
]


@pytest.mark.parametrize(("what", "how"), HUGE)
async def test_more_than_the_cap_is_not_read(failing, what, how, server):
    failure = await failing(what, how)
    assert failure.code == FailureCode.MALFORMED_RESPONSE
    assert "more than 65536 bytes" in str(failure)
    assert await no_open_connection(server)


async def test_an_answer_as_long_as_the_cap_is_read(answering):
    start, end = '{"choices":[{"message":{"content":"', '"}}]}'
    fill = "x" * (SHORT.response_bytes - len(start) - len(end))
    assert len((await answering(Body(text=start + fill + end))).content) == len(fill)


async def test_a_flood_of_headers_is_no_answer(failing, server):
    failure = await failing(how=Delivery(header_flood=10_000))
    assert failure.code == FailureCode.MALFORMED_RESPONSE
    assert await no_open_connection(server)


async def test_a_redirect_is_not_followed(failing):
    away = Body(status=307, headers={"Location": "/v1/chat/completions"})
    failure = await failing(away)
    assert (failure.code, failure.retryable) == ("HTTP_307", False)


# --- answers that the gateway sorts out ------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_why_a_model_stopped_is_passed_on_with_what_it_cost(answering, reason):
    reply = await answering(Say(content='{"decisions": [', finish_reason=reason))
    assert reply.finish_reason == reason
    assert reply.usage.completion_tokens
    assert reply.reported_cost


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(Say(no_choices=True), id="no choice"),
        pytest.param(Say(content=""), id="empty text"),
        pytest.param(Body(text='{"choices":[{"message":{"content":null}}]}'), id="null"),
        pytest.param(Body(text='{"choices":[{}]}'), id="no message"),
    ],
)
async def test_an_empty_answer_is_a_reply_without_content(answering, what):
    reply = await answering(what)
    assert (reply.content, reply.tool_calls) == (b"", ())


async def test_the_model_that_served_is_the_one_that_the_provider_names(answering):
    reply = await answering(Say(model_served="openai/gpt-5-nano"))
    assert reply.model_served == "openai/gpt-5-nano"
    assert is_another_model(MODEL, reply.model_served)


async def test_usage_that_is_absent_is_none(answering):
    reply = await answering(Say(without_usage=True))
    assert reply.usage.prompt_tokens is None
    assert reply.reported_cost is None


ABSURD = [
    pytest.param(Tokens(prompt_tokens=-5, completion_tokens=1), id="negative"),
    pytest.param(Tokens(prompt_tokens=10**12, completion_tokens=1), id="1e12"),
    pytest.param(Tokens(prompt_tokens=1e12, completion_tokens=1), id="1e12 as a float"),
]


@pytest.mark.parametrize("tokens", ABSURD)
async def test_absurd_usage_reaches_the_one_who_judges_it(answering, tokens):
    assert not is_believable((await answering(Say(usage=tokens))).usage)


@pytest.mark.parametrize("cost", [-1, 1e12])
async def test_an_absurd_cost_reaches_the_one_who_judges_it(answering, cost):
    reply = await answering(Say(cost=cost))
    assert not is_believable_cost(reply.reported_cost)


UNREADABLE_COSTS = ['"1e-5"', "true", "null", "{}", "1e999999999", "1e-999999999", "1e" + "9" * 30]


@pytest.mark.parametrize("cost", UNREADABLE_COSTS)
async def test_a_cost_that_is_no_number_is_none(answering, cost):
    body = '{"choices":[{"message":{"content":"a"}}],"usage":{"cost":%s}}'
    assert (await answering(Body(text=body % cost))).reported_cost is None


async def test_a_bill_of_the_models_own_host_is_added_to_the_fee(answering):
    usage = {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}}
    reply = await answering(Body(text=json.dumps({"choices": [], "usage": usage})))
    assert reply.reported_cost == Usd(Decimal("0.21"))


async def test_a_tool_loop_is_one_reply_a_call(server, providers):
    server.script(Rule(what=Say(tools=[Tool(name="quotes")])))
    before = server.mark()
    for _ in range(3):
        assert len((await ask(providers, question())).tool_calls) == 1
    assert server.mark() == before + 3


async def no_open_connection(server):
    """Tell whether the server sees its last client go within a second."""
    for _ in range(50):
        if server.state().open_connections == 0:
            return True
        await SystemClock().sleep(0.02)
    return False


async def test_every_provider_down_takes_no_longer_than_one(server):
    """The adapter's part of "every provider down": many calls fail side by side, each at its own deadline."""
    server.script(Rule(how=Delivery(stall_after=0)))
    async with open_providers([endpoint_of(server)], SystemClock()) as providers:
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(failure_of(ask(providers, question(timeout_s=DEADLINE_S))))
                for _ in range(100)
            ]
        assert time.monotonic() - started < DEADLINE_S + 2 * GRACE_S
    assert {each.result().code for each in asked} == {FailureCode.TIMEOUT}
