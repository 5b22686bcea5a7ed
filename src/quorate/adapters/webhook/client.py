"""The client of the webhook: one POST with a deadline; no redirect followed, no cookie kept, no proxy taken.

What it raises never holds the address: its path is often a secret.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import aiohttp
import msgspec

from quorate.cycle.watch.policy import AlertsPolicy
from quorate.kernel.canonical import JsonValue, as_json
from quorate.kernel.errors import QuorateError, RejectedError, UnavailableError
from quorate.resilience.retry import parse_retry_after

SOURCE: Final = "the webhook"
USER_AGENT: Final = "quorate"
TRY_AGAIN: Final = frozenset({408, 425, 429})
"""What asks for another try, beside everything from 500 on; other refusals are for good. Source: RFC 9110."""


class Webhook:
    """The webhook of one home; see the watch's port."""

    def __init__(
        self, session: aiohttp.ClientSession, policy: AlertsPolicy, now: Callable[[], datetime]
    ) -> None:
        self._session = session
        self._policy = policy
        self._now = now

    async def post(self, body: Mapping[str, JsonValue]) -> None:
        """Tell of one alert, once.

        Raises:
            UnavailableError: no answer in time, or one that asks to try again.
            RejectedError: it will not take it.
        """
        failure = await self._posted(msgspec.json.encode(as_json(body)))
        # Outside of the handler: the client's own errors hold the address.
        if failure is not None:
            raise failure

    async def _posted(self, content: bytes) -> QuorateError | None:
        try:
            async with (
                asyncio.timeout(self._policy.timeout_seconds),
                self._session.post(
                    self._policy.webhook_url,
                    data=content,
                    headers={"Content-Type": "application/json"},
                    allow_redirects=False,
                ) as response,
            ):
                return self._refusal(response)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            return UnavailableError(f"{SOURCE} {self._cause(error)}", source="webhook")

    def _refusal(self, response: aiohttp.ClientResponse) -> QuorateError | None:
        status = response.status
        if 200 <= status < 300:
            return None
        said = f"{SOURCE} answered {status}"
        if status >= 500 or status in TRY_AGAIN:
            asked = response.headers.get("Retry-After", "")
            after = parse_retry_after(asked, self._now()) if asked else None
            return UnavailableError(said, source="webhook", retry_after=after)
        return RejectedError(said)

    def _cause(self, error: Exception) -> str:
        match error:
            case aiohttp.ClientSSLError():
                return "cannot be reached: its certificate is not trusted"
            case aiohttp.ClientConnectorDNSError():
                return "cannot be reached: its host name is not known"
            case aiohttp.ClientConnectorError():
                return f"cannot be reached: {os.strerror(error.errno or 0).lower()}"
            case TimeoutError():
                return f"gave no answer within {self._policy.timeout_seconds:g} s"
            case _:
                return "closed the connection, or spoke no HTTP"


@asynccontextmanager
async def open_webhook(policy: AlertsPolicy, now: Callable[[], datetime]) -> AsyncIterator[Webhook]:
    """Open what posts to the webhook of `policy`; it is closed with the block."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=4),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=False,
    )
    async with session:
        yield Webhook(session, policy, now)
