"""The model that answered and the model that was asked: when they are one."""

import pytest

from quorate.llm.served import is_another_model


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        pytest.param("openai/gpt-5-mini", "openai/gpt-5-mini", id="the same name"),
        pytest.param("OpenAI/GPT-5-mini", "openai/gpt-5-mini", id="in other letters"),
        pytest.param("gpt-5-mini", "gpt-5-mini-2025-08-07", id="with a date"),
        pytest.param("gpt-5-mini", "gpt-5-mini-20250807", id="with a compact date"),
        pytest.param("gpt-4o-2024-08-06", "gpt-4o", id="without its date"),
        pytest.param("openai/gpt-oss-20b:free", "openai/gpt-oss-20b", id="the free variant"),
        pytest.param("openai/gpt-oss-20b", "openai/gpt-oss-20b:nitro", id="another route"),
        pytest.param("llama3.2", "llama3.2:latest", id="the newest tag"),
        pytest.param("openai/gpt-5-mini", "gpt-5-mini", id="without the vendor"),
        pytest.param(
            "anthropic/claude-sonnet-4.5", "anthropic/claude-4.5-sonnet-20250929", id="words moved"
        ),
        pytest.param("openrouter/auto", "x-ai/grok-4.1-fast", id="a router"),
        pytest.param("~openai/gpt-mini-latest", "openai/gpt-5.4-mini", id="a moving name"),
        pytest.param("openai/gpt-5-mini", "", id="no name at all"),
        pytest.param("openai/gpt-5-mini", "  ", id="a blank name"),
    ],
)
def test_it_is_the_model_that_was_asked(asked, served):
    assert not is_another_model(asked, served)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        pytest.param("openai/gpt-5-mini", "openai/gpt-5-nano", id="a smaller one"),
        pytest.param("openai/gpt-5-mini", "openai/gpt-5", id="a larger one"),
        pytest.param("gpt-4o-2024-05-13", "gpt-4o-2024-08-06", id="another date"),
        pytest.param("qwen2.5:32b", "qwen2.5:7b", id="another size"),
        pytest.param("qwen2.5:32b", "qwen2.5", id="no size"),
        pytest.param("x/claude-3.7-sonnet", "x/claude-3.7-sonnet:thinking", id="another way"),
        pytest.param("deepseek/deepseek-chat-v3", "deepseek/deepseek-chat-v3-0324", id="a version"),
        pytest.param("acme/llama-3", "evil/llama-3", id="another vendor"),
        pytest.param("openai/gpt-5-mini", "gpt-4o", id="wholly another"),
        pytest.param("gpt-5", "gpt-5-2025-99-99", id="no date"),
        pytest.param("a", "a/", id="a name of nothing"),
    ],
)
def test_it_is_another_model(asked, served):
    assert is_another_model(asked, served)


@pytest.mark.parametrize("name", ["gpt-5-mini", "a/b:free", "~a/b", ":", "/", "-", "a:b:free"])
def test_a_model_is_never_another_than_itself(name):
    assert not is_another_model(name, name)
