"""The client: one request to one provider, its answer or the reason why there is none.

request -> bytes -> one exchange, under one deadline -> status -> envelope -> reply
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from quorate.adapters.openai_compatible.connections import (
    ConnectionPolicy,
    Connections,
    HttpAnswer,
    HttpRequest,
    open_connections,
)
from quorate.adapters.openai_compatible.endpoint import Endpoint
from quorate.adapters.openai_compatible.listing import Credit, ListedModel, credit_in, models_in
from quorate.adapters.openai_compatible.refusal import refused, told_in
from quorate.adapters.openai_compatible.request import request_body
from quorate.adapters.openai_compatible.response import label, reply_in
from quorate.adapters.openai_compatible.retry_after import retry_after
from quorate.kernel.ports import Clock
from quorate.llm.call import ModelReply, ModelRequest
from quorate.llm.failure import FailureCode, ModelCallError
from quorate.llm.provider import Dialect

OK: Final = 200
DEFAULT_POLICY: Final = ConnectionPolicy()


class OpenAiCompatible:
    """A provider that speaks the chat-completions protocol; a `LanguageModel`."""

    def __init__(self, endpoint: Endpoint, connections: Connections, clock: Clock) -> None:
        self.endpoint = endpoint
        self._headers = _headers(endpoint)
        self._connections = connections
        self._clock = clock

    def __repr__(self) -> str:
        """Return which provider it is, without its key."""
        return f"OpenAiCompatible({self.endpoint.name})"

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask once, and return what came back: an empty, cut-off or filtered answer too.

        Raises:
            ModelCallError: no answer came, or none that is a chat completion.
        """
        source = str(request.model)
        body = self._body(request, source)
        started = asyncio.get_running_loop().time()
        answer = await self._answer(
            "chat/completions",
            source=source,
            timeout_s=request.timeout_s,
            longest=self._connections.policy.response_bytes,
            body=body,
        )
        return reply_in(
            answer.body,
            source=source,
            request_id=self._masked(label(answer.headers.get("x-request-id")).encode()).decode(),
            latency_ms=(asyncio.get_running_loop().time() - started) * 1000,
        )

    async def models(self) -> tuple[ListedModel, ...]:
        """Return what the provider offers, by name.

        Raises:
            ModelCallError: it gave no list.
        """
        return models_in(await self._listing("models"), source=self.endpoint.name)

    async def credit(self) -> Credit | None:
        """Return what OpenRouter says that its key is good for; None of a provider that tells none.

        Raises:
            ModelCallError: it gave no answer, or refused the key (CREDENTIALS).
        """
        if self.endpoint.dialect is not Dialect.OPENROUTER:
            return None
        return credit_in(await self._listing("key"), source=self.endpoint.name)

    def _body(self, request: ModelRequest, source: str) -> bytes:
        try:
            return request_body(self.endpoint, request)
        except UnicodeEncodeError:
            pass  # it quotes the prompt, so it is not passed on
        raise ModelCallError(
            f"the prompt for {source} is no Unicode text",
            code=FailureCode.VALIDATION_FAILED,
            source=source,
            billed=False,
        )

    async def _listing(self, path: str) -> bytes:
        policy = self._connections.policy
        answer = await self._answer(
            path,
            source=self.endpoint.name,
            timeout_s=policy.listing_timeout_s,
            longest=policy.listing_bytes,
        )
        return answer.body

    async def _answer(
        self, path: str, *, source: str, timeout_s: float, longest: int, body: bytes | None = None
    ) -> HttpAnswer:
        """Return the answer of an HTTP 200; should the provider have repeated the key, it is taken out first."""
        answer = await self._connections.exchange(
            HttpRequest(
                url=self.endpoint.url(path),
                headers=self._headers,
                body=body,
                timeout_s=timeout_s,
                longest_answer=longest,
                source=source,
            )
        )
        told = replace(answer, body=self._masked(answer.body))
        if told.status != OK:
            wait = retry_after(told.headers, self._clock.now())
            raise refused(told.status, told_in(told.body), source=source, wait=wait)
        return told

    def _masked(self, told: bytes) -> bytes:
        key = self.endpoint.key
        return key.masked(told) if key else told


@asynccontextmanager
async def open_providers(
    endpoints: Iterable[Endpoint], clock: Clock, policy: ConnectionPolicy = DEFAULT_POLICY
) -> AsyncIterator[Mapping[str, OpenAiCompatible]]:
    """Open all providers on one pool of connections, by name; the pool is closed with the block.

    Of two endpoints with one name the later one counts.
    """
    async with open_connections(policy) as connections:
        yield {each.name: OpenAiCompatible(each, connections, clock) for each in endpoints}


def _headers(endpoint: Endpoint) -> Mapping[str, str]:
    headers = {**endpoint.headers, "Content-Type": "application/json"}
    if endpoint.key is not None:
        headers["Authorization"] = f"Bearer {endpoint.key.reveal()}"
    return headers
