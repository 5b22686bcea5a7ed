"""Asking the server through the product's own client: an endpoint on it, a question, the failure that comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

import pytest

from quorate.adapters.openai_compatible import Dialect, Endpoint, Secret
from quorate.llm.call import Message, ModelId, ModelReply, ModelRequest
from quorate.llm.failure import ModelCallError
from quorate.llm.ports import LanguageModel
from tests.model_server.process import ModelServer

CANARY = "sk-canary-5d0f1c7ab9e34f62"
"""A key that must be found nowhere but in one header on the wire."""

MODEL = "openai/gpt-5-mini"


def endpoint_of(
    server: ModelServer, dialect: Dialect = Dialect.OPENROUTER, *, key: str = CANARY
) -> Endpoint:
    """Return the server as a provider that is named like its dialect."""
    openrouter = dialect is Dialect.OPENROUTER
    return Endpoint(
        name=dialect.value,
        base_url=server.openrouter_url if openrouter else server.openai_url,
        dialect=dialect,
        key=Secret(key) if key else None,
    )


def question(
    prompt: str = "What now?",
    *,
    provider: str = "openrouter",
    model: str = MODEL,
    timeout_s: float = 5.0,
) -> ModelRequest:
    """Return a plain request."""
    return ModelRequest(
        model=ModelId(provider, model),
        messages=(
            Message(role="system", content="Be brief."),
            Message(role="user", content=prompt),
        ),
        temperature=0.2,
        max_tokens=400,
        timeout_s=timeout_s,
    )


async def ask(providers: Mapping[str, LanguageModel], request: ModelRequest) -> ModelReply:
    """Put `request` to the provider that its model names."""
    return await providers[request.model.provider].complete(request)


async def failure_of(asking: Awaitable[ModelReply]) -> ModelCallError:
    """Return the failure that `asking` ends with."""
    with pytest.raises(ModelCallError) as caught:
        await asking
    return caught.value
