"""The contract of the port LanguageModel, for everything that fulfils it: the client in each dialect, and the fake.

A stage is a way to a model whose other side a test commands; a new adapter is one more stage.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.openai_compatible import Dialect, open_providers
from quorate.llm.call import Message, ModelId, ToolCall, ToolSpec
from quorate.llm.failure import FailureCode, ModelCallError
from quorate.llm.ports import LanguageModel
from tests.fakes.models import HANG, Act, ScriptedModel, reply
from tests.model_server import Body, Delivery, ModelServer, Refuse, Rule, Say, Tool
from tests.model_server.asking import MODEL, endpoint_of, failure_of, question

pytestmark = pytest.mark.integration

QUOTES = ToolSpec(name="quotes", description="Last prices.", parameters={"type": "object"})


class Stage(Protocol):
    """A model, the provider's name that it answers to, and how to command what it does with the calls to come."""

    model: LanguageModel
    provider: str

    def will_say(
        self, content: str, *, reason: str = "stop", tools: tuple[ToolCall, ...] = ()
    ) -> None:
        """Answer with `content`."""

    def will_answer_itself(self, prompts: list[str]) -> None:
        """Answer each of `prompts` with its own text."""

    def will_fail(self, code: str, *, once: bool = False) -> None:
        """Fail with `code`, once or for ever."""

    def will_hang(self) -> None:
        """Never answer."""

    def asked(self) -> int:
        """Return how many requests have arrived."""

    def waiting(self) -> int:
        """Return how many requests are still waiting for an answer."""


@dataclass
class OverHttp:
    """The client, and the scripted server behind it."""

    model: LanguageModel
    provider: str
    server: ModelServer

    def will_say(self, content, *, reason="stop", tools=()):
        called = [Tool(name=each.name, arguments=each.arguments) for each in tools]
        self.server.script(
            Rule(what=Say(content=None if tools else content, finish_reason=reason, tools=called))
        )

    def will_answer_itself(self, prompts):
        self.server.script(*(Rule(contains=each, what=Say(content=each)) for each in prompts))

    def will_fail(self, code, *, once=False):
        rule = RULES[code]
        self.server.script(Rule(what=rule.what, how=rule.how, times=1 if once else None))

    def will_hang(self):
        self.server.script(Rule(how=Delivery(stall_after=0)))

    def asked(self):
        return self.server.mark()

    def waiting(self):
        return self.server.state().open_connections


@dataclass
class Faked:
    """The fake that the gateway's tests use."""

    model: ScriptedModel = field(default_factory=lambda: ScriptedModel(SystemClock()))
    provider: str = "openrouter"

    def will_say(self, content, *, reason="stop", tools=()):
        told = reply(
            content.encode(),
            finish_reason=reason,
            tool_calls=tools,
            model_served=MODEL,
            latency_ms=1.0,
        )
        self.model.script = [Act(told)]

    def will_answer_itself(self, prompts):
        self.model.by_model = {each: [Act(reply(each.encode()))] for each in prompts}

    def will_fail(self, code, *, once=False):
        failure = ModelCallError("scripted", code=code, source=f"{self.provider}/{MODEL}")
        self.model.script = [Act(failure), *([Act(reply(b"fine"))] if once else [])]

    def will_hang(self):
        self.model.script = [HANG]

    def asked(self):
        return len(self.model.asked)

    def waiting(self):
        return len(self.model.asked) - len(self.model.cancelled)


RULES = {
    FailureCode.RATE_LIMITED: Rule(what=Refuse(status=429)),
    "HTTP_500": Rule(what=Refuse(status=500)),
    FailureCode.CREDENTIALS: Rule(what=Refuse(status=401)),
    FailureCode.MALFORMED_RESPONSE: Rule(what=Body(text="{")),
    FailureCode.CONNECTION_FAILED: Rule(how=Delivery(cut_after=0)),
}


@asynccontextmanager
async def over_http(server, dialect):
    server.script()
    async with open_providers([endpoint_of(server, dialect)], SystemClock()) as providers:
        yield OverHttp(providers[dialect.value], dialect.value, server)


@pytest.fixture(scope="module")
def server():
    with ModelServer() as running:
        yield running


@pytest.fixture(params=[*Dialect, "fake"])
async def stage(request, server):
    if request.param == "fake":
        yield Faked()
        return
    async with over_http(server, request.param) as opened:
        yield opened


@pytest.fixture(params=list(Dialect))
async def http_stage(request, server):
    """Return a stage with a wire: what happens on it is nothing that a fake could show."""
    async with over_http(server, request.param) as opened:
        yield opened


def ask(stage, prompt="What now?", **changes):
    return stage.model.complete(replace(question(prompt, provider=stage.provider), **changes))


async def until(holds):
    """Wait for `holds` to be so, for five seconds at the most."""
    for _ in range(250):
        if holds():
            return True
        await SystemClock().sleep(0.02)
    return False


# --- every model -----------------------------------------------------------------------------------------------------


async def test_a_reply_carries_what_the_model_said_as_bytes(stage):
    stage.will_say('{"a": "\u00e9"}')
    told = await ask(stage)
    assert told.content == '{"a": "\u00e9"}'.encode()
    assert (told.model_served, told.finish_reason) == (MODEL, "stop")
    assert told.usage.prompt_tokens
    assert told.usage.completion_tokens
    assert told.latency_ms > 0


INCOMPLETE = [
    pytest.param("", "stop", id="empty"),
    pytest.param("{", "length", id="cut off"),
    pytest.param("", "content_filter", id="filtered"),
]


@pytest.mark.parametrize(("content", "reason"), INCOMPLETE)
async def test_an_answer_that_is_no_use_is_a_reply_with_its_usage(stage, content, reason):
    stage.will_say(content, reason=reason)
    told = await ask(stage)
    assert (told.content, told.finish_reason) == (content.encode(), reason)
    assert told.usage.prompt_tokens is not None


async def test_tools_are_asked_for_in_the_models_own_text(stage):
    call = ToolCall(id="call_1", name="quotes", arguments="{not JSON")
    stage.will_say("", tools=(call,), reason="tool_calls")
    told = await ask(stage, tools=(QUOTES,))
    assert [(each.name, each.arguments) for each in told.tool_calls] == [("quotes", "{not JSON")]
    assert told.content == b""


@pytest.mark.parametrize("code", RULES)
async def test_a_failure_is_told_once_and_never_tried_again(stage, code):
    before = stage.asked()
    stage.will_fail(code)
    failure = await failure_of(ask(stage))
    assert (failure.code, failure.source) == (code, f"{stage.provider}/{MODEL}")
    assert stage.asked() == before + 1


async def test_a_failure_of_one_call_leaves_the_next_alone(stage):
    stage.will_fail(FailureCode.CONNECTION_FAILED, once=True)
    await failure_of(ask(stage))
    assert (await ask(stage)).content


async def test_a_caller_that_is_cancelled_cancels_the_request(stage):
    before = stage.asked()
    stage.will_hang()
    asking = asyncio.create_task(ask(stage))
    assert await until(lambda: stage.asked() == before + 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await until(lambda: stage.waiting() == 0)


async def test_calls_at_once_do_not_mix(stage):
    prompts = [f"no. {place};" for place in range(50)]
    stage.will_answer_itself(prompts)
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(ask(stage, each, model=ModelId(stage.provider, each)))
            for each in prompts
        ]
    assert [each.result().content.decode() for each in asked] == prompts


# --- every wire ------------------------------------------------------------------------------------------------------


async def test_the_model_that_is_asked_is_the_requests(http_stage):
    await ask(http_stage, model=ModelId(http_stage.provider, "qwen/qwen3-8b:free"))
    assert http_stage.server.calls()[-1].model == "qwen/qwen3-8b:free"


async def test_every_message_arrives_as_it_was_written(http_stage):
    text = 'line\nline\t"quoted" \u2028 \U0001f600 <|im_end|> \x07'
    await ask(http_stage, text)
    assert http_stage.server.calls()[-1].body["messages"][-1] == {"role": "user", "content": text}


async def test_no_choice_at_all_is_an_empty_reply(http_stage):
    http_stage.server.script(Rule(what=Say(no_choices=True)))
    told = await ask(http_stage)
    assert (told.content, told.finish_reason) == (b"", "")
    assert told.usage.prompt_tokens
    assert told.request_id


async def test_the_timeout_is_for_the_whole_call(http_stage):
    http_stage.server.script(Rule(how=Delivery(bytes_per_s=20)))
    started = time.monotonic()
    assert (await failure_of(ask(http_stage, timeout_s=0.3))).code == FailureCode.TIMEOUT
    assert time.monotonic() - started < 1.3


async def test_a_prompt_that_is_no_text_is_our_own_mistake(http_stage):
    before = http_stage.asked()
    broken = (Message(role="user", content="\ud800"),)
    failure = await failure_of(ask(http_stage, messages=broken))
    assert (failure.code, failure.billed) == (FailureCode.VALIDATION_FAILED, False)
    assert http_stage.asked() == before
