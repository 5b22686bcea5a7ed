"""The client of models over real HTTP: what it sends in each dialect, and what it makes of answers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.openai_compatible import (
    Credit,
    Dialect,
    OpenAiCompatible,
    open_connections,
    open_providers,
)
from quorate.adapters.openai_compatible.client import DEFAULT_POLICY
from quorate.kernel.money import Usd
from quorate.llm.call import Message, ModelId, ToolCall, ToolSpec, Usage
from quorate.llm.failure import FailureCode
from tests.model_server import (
    Body,
    Delivery,
    ModelServer,
    Rule,
    Say,
    Script,
    Tokens,
    Tool,
    key_digest,
    votes,
)
from tests.model_server.asking import CANARY, MODEL, endpoint_of, failure_of, question

pytestmark = pytest.mark.integration

SCHEMA = {"type": "object", "required": ["decisions"]}
QUOTES = ToolSpec(name="quotes", description="Last prices.", parameters={"type": "object"})


@pytest.fixture(scope="module")
def server():
    with ModelServer() as running:
        yield running


@pytest.fixture(autouse=True)
def plain_script(server):
    server.script()


@pytest.fixture
async def connections():
    async with open_connections(DEFAULT_POLICY) as opened:
        yield opened


@pytest.fixture
def ask(server, connections):
    """Return how to put a request to the server in a dialect."""

    async def asked(request, dialect=Dialect.OPENROUTER, **changes):
        endpoint = replace(endpoint_of(server, dialect), **changes)
        return await OpenAiCompatible(endpoint, connections, SystemClock()).complete(request)

    return asked


@pytest.fixture
def sent(server):
    """Return how to read the last call in the server's ledger."""
    return lambda: server.calls()[-1]


async def test_an_answer_comes_back_whole(server, ask):
    server.script(Rule(what=votes("BUY", 0.81)))
    reply = await ask(question())
    assert reply.content == (
        b'{"decisions": [{"symbol": "AAPL", "action": "BUY", "confidence": 0.81, "rationale": "scripted"}]}'
    )
    assert (reply.model_served, reply.finish_reason) == (MODEL, "stop")
    assert reply.tool_calls == ()
    assert reply.request_id.startswith("gen-")
    assert 0 < reply.latency_ms < 5000


async def test_tokens_and_cost_are_the_ones_that_the_provider_counted(ask, sent):
    reply = await ask(question("How much is this?"))
    call = sent()
    assert reply.usage == Usage(
        prompt_tokens=call.prompt_tokens, completion_tokens=call.completion_tokens, cached_tokens=0
    )
    assert reply.reported_cost == Usd(call.cost)


async def test_only_openrouter_tells_a_cost(ask):
    assert (await ask(question(), Dialect.OPENAI)).reported_cost is None


async def test_the_plain_protocol_is_what_every_server_knows(ask, sent):
    await ask(question("Hello"), Dialect.PLAIN)
    assert sent().body == {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
        "temperature": 0.2,
        "max_tokens": 400,
    }


async def test_openai_is_asked_with_its_own_name_of_the_token_limit(ask, sent):
    await ask(replace(question(), model=ModelId("openai", "gpt-4.1-mini")), Dialect.OPENAI)
    body = sent().body
    assert body["max_completion_tokens"] == 400
    assert "max_tokens" not in body
    assert body["temperature"] == 0.2


async def test_openais_reasoning_models_are_sent_no_temperature(ask, sent):
    await ask(replace(question(), model=ModelId("openai", "gpt-5-mini")), Dialect.OPENAI)
    assert "temperature" not in sent().body


async def test_openrouter_is_asked_for_costs_and_routed_as_wished(ask, sent):
    await ask(question(), routing={"allow_fallbacks": False}, headers={"X-Title": "Quorate"})
    call = sent()
    assert call.body["usage"] == {"include": True}
    assert call.body["provider"] == {"allow_fallbacks": False}
    assert call.headers["x-title"] == "Quorate"


async def test_a_seed_and_a_temperature_of_zero_are_sent(ask, sent):
    await ask(replace(question(), seed=0, temperature=0.0))
    assert (sent().body["seed"], sent().body["temperature"]) == (0, 0.0)


async def test_a_schema_is_asked_for_by_name(ask, sent):
    await ask(replace(question(), json_schema=SCHEMA))
    assert sent().body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": False, "schema": SCHEMA},
    }


async def test_a_schema_is_enforced_where_the_endpoint_can(ask, sent):
    await ask(replace(question(), json_schema=SCHEMA), strict_schema=True)
    assert sent().body["response_format"]["json_schema"]["strict"] is True


async def test_tools_are_offered_called_and_answered(server, ask, sent):
    server.script(Rule(what=Say(tools=[Tool(name="quotes", arguments='{"a": 1}')], tool_rounds=1)))
    request = replace(question(), tools=(QUOTES,))
    first = await ask(request)
    assert sent().body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "quotes",
                "description": "Last prices.",
                "parameters": {"type": "object"},
            },
        }
    ]
    (call,) = first.tool_calls
    assert (first.content, first.finish_reason) == (b"", "tool_calls")
    assert (call.name, call.arguments) == ("quotes", '{"a": 1}')
    answered = (
        *request.messages,
        Message(role="assistant", content="", tool_calls=first.tool_calls),
        Message(role="tool", content="AAPL 583.10", tool_call_id=call.id),
    )
    second = await ask(replace(request, messages=answered))
    assert second.tool_calls == ()
    assert second.content
    function = {"name": "quotes", "arguments": '{"a": 1}'}
    assert sent().body["messages"][2:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": call.id, "type": "function", "function": function}],
        },
        {"role": "tool", "content": "AAPL 583.10", "tool_call_id": call.id},
    ]


async def test_a_tool_that_nobody_offered_is_reported_not_refused(server, ask):
    server.script(Rule(what=Say(tools=[Tool(name="place_order", arguments="no JSON")])))
    assert (await ask(question())).tool_calls == (
        ToolCall(id=f"call_{server.mark()}_0", name="place_order", arguments="no JSON"),
    )


async def test_arguments_that_came_as_an_object_are_text_again(server, ask):
    body = '{"choices":[{"message":{"tool_calls":[{"function":{"name":"q","arguments":{"a":1.50}}}]}}]}'
    server.script(Rule(what=Body(text=body)))
    (call,) = (await ask(question())).tool_calls
    assert call.arguments == '{"a":1.50}'


async def test_the_same_request_is_sent_in_the_same_bytes(server, ask):
    before = server.mark()
    request = replace(question(), json_schema=SCHEMA, tools=(QUOTES,), seed=7)
    await ask(request)
    await ask(request)
    one, other = server.calls(before)
    assert bytes(one.request) == bytes(other.request)


@pytest.mark.parametrize("dialect", Dialect)
async def test_a_provider_lists_its_models(server, connections, dialect):
    client = OpenAiCompatible(endpoint_of(server, dialect), connections, SystemClock())
    listed = await client.models()
    assert [each.model for each in listed] == sorted(Script().models)
    price = Usd(Decimal("0.000001")) if dialect is Dialect.OPENROUTER else None
    assert {each.prompt_price for each in listed} == {price}


async def test_openrouter_tells_what_a_key_is_good_for(server, connections):
    before = sum((call.cost for call in server.calls()), Decimal(0))
    client = OpenAiCompatible(endpoint_of(server), connections, SystemClock())
    credit = await client.credit()
    assert isinstance(credit, Credit)
    assert credit.limit == Usd(Decimal(10))
    assert credit.used
    assert credit.used.amount == pytest.approx(before)


async def test_a_provider_that_tells_nothing_of_keys_is_not_asked(server, connections):
    client = OpenAiCompatible(endpoint_of(server, Dialect.OPENAI), connections, SystemClock())
    assert await client.credit() is None


async def test_a_key_that_is_not_known_is_a_matter_of_credentials(server, connections):
    server.script(script=Script(accepts=[key_digest("another")]))
    client = OpenAiCompatible(endpoint_of(server), connections, SystemClock())
    assert (await failure_of(client.complete(question()))).code == FailureCode.CREDENTIALS
    assert (await failure_of(client.credit())).code == FailureCode.CREDENTIALS


async def test_providers_stand_by_name_on_one_pool(server):
    endpoints = [endpoint_of(server, each) for each in (Dialect.OPENROUTER, Dialect.OPENAI)]
    async with open_providers(endpoints, SystemClock()) as providers:
        before = server.mark()
        await providers["openai"].complete(question(provider="openai"))
        await providers["openrouter"].complete(question(provider="openrouter"))
    assert [call.dialect for call in server.calls(before)] == ["openai", "openrouter"]


async def test_a_server_without_keys_is_asked_without_one(server, connections, sent):
    endpoint = endpoint_of(server, Dialect.PLAIN, key="")
    await OpenAiCompatible(endpoint, connections, SystemClock()).complete(question())
    assert sent().key_sha256 == ""


async def test_a_key_is_sent_as_a_bearer_token(ask, sent):
    await ask(question())
    assert sent().key_sha256 == key_digest(CANARY)


async def test_an_answer_in_chunks_is_put_together(server, ask):
    server.script(Rule(what=Say(content="x" * 5000), how=Delivery(chunked=True)))
    assert (await ask(question())).content == b"x" * 5000


async def test_blanks_before_a_late_answer_are_no_harm(server, ask):
    """OpenRouter sends blanks while a host is busy."""
    body = "\n \n   " * 50 + '{"choices":[{"message":{"content":"late"}}]}'
    server.script(Rule(what=Body(text=body)))
    assert (await ask(question())).content == b"late"


async def test_an_odd_usage_does_not_cost_the_answer(server, ask):
    server.script(
        Rule(what=Say(content="fine", usage=Tokens(prompt_tokens="many", completion_tokens=1.5)))
    )
    reply = await ask(question())
    assert (reply.content, reply.usage) == (b"fine", Usage(cached_tokens=0))
