"""The connections to all providers: one pool, and one request on it with a deadline and a cap.

Nothing is retried, no redirect followed, no cookie kept, nothing unpacked, no proxy taken from the environment.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver

from quorate.kernel.errors import RejectedError
from quorate.kernel.spans import trace_headers
from quorate.llm.failure import FailureCode, ModelCallError

USER_AGENT: Final = "quorate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPolicy:
    """Limits of the connections to providers, all above 0.

    Args:
        connections: open at once, over all providers.
        per_provider: open at once to one host, so that one that hangs leaves room for the others.
        connect_timeout_s: for reaching a host, its encryption included.
        keepalive_s: how long an idle connection is kept for the next call.
        response_bytes: the longest answer that is read; it is 16 times the longest that is decoded.
        listing_bytes: the longest list of models that is read.
        listing_timeout_s: for a list of models, or what a key is good for.
        proxy: the URL of a proxy, empty for none; the environment's own is not asked.
    """

    connections: int = 768
    per_provider: int = 512
    connect_timeout_s: float = 5.0
    keepalive_s: float = 15.0
    response_bytes: int = 1024 * 1024
    listing_bytes: int = 8 * 1024 * 1024
    listing_timeout_s: float = 10.0
    proxy: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse a limit that would be none: aiohttp takes 0 for "as many as you like"."""
        limits = [getattr(self, each.name) for each in fields(self) if each.name != "proxy"]
        if not all(0 < limit < float("inf") for limit in limits):
            raise RejectedError(
                "a limit of the connections to providers is not above 0",
                effect="no model is asked",
                fix="correct the providers' settings",
                slug="config-refused",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request; `headers` may hold a key, so they are not shown, and nor is a whole prompt."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_s: float
    longest_answer: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A whole answer, not shown, for it may repeat a key; the names of its `headers` are compared without case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _TooLargeError(aiohttp.ClientError):
    """More bytes than the adapter reads."""


class Connections:
    """An open pool of connections."""

    def __init__(self, session: aiohttp.ClientSession, policy: ConnectionPolicy) -> None:
        self._session = session
        self.policy = policy

    async def exchange(self, request: HttpRequest) -> HttpAnswer:
        """Send `request` (POST where it has a body, else GET) and return the whole answer.

        Its connection is closed, not kept, when the answer was not read to its end.

        Raises:
            ModelCallError: no answer (CONNECTION_FAILED), not in time (TIMEOUT), or none that is HTTP or short enough
                (MALFORMED_RESPONSE). It holds no trace of the request, so no key.
        """
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._exchanged(request)
        except (TimeoutError, aiohttp.ClientError) as error:
            failure = _failure(error, request)
        # Outside of the handler: the client's own errors hold the headers that were sent.
        raise failure

    async def _exchanged(self, request: HttpRequest) -> HttpAnswer:
        response = await self._session.request(
            "GET" if request.body is None else "POST",
            request.url,
            data=request.body,
            headers={**request.headers, **trace_headers()},
            allow_redirects=False,
        )
        try:
            body = await _read(response, request.longest_answer)
        except BaseException:
            response.close()
            raise
        return HttpAnswer(status=response.status, headers=response.headers, body=body)


@asynccontextmanager
async def open_connections(
    policy: ConnectionPolicy, *, resolver: AbstractResolver | None = None
) -> AsyncIterator[Connections]:
    """Open a pool; it is closed with the block, and every request still under way with it.

    Args:
        policy: its limits.
        resolver: how names become addresses; None for the machine's own way.
    """
    connector = aiohttp.TCPConnector(
        limit=policy.connections,
        limit_per_host=policy.per_provider,
        keepalive_timeout=policy.keepalive_s,
        resolver=resolver,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=policy.connect_timeout_s),
        auto_decompress=False,
        trust_env=False,
        proxy=policy.proxy or None,
    )
    async with session:
        yield Connections(session, policy)


async def _read(response: aiohttp.ClientResponse, longest: int) -> bytes:
    if (response.content_length or 0) > longest:
        raise _TooLargeError
    whole = bytearray()
    while chunk := await response.content.readany():
        whole += chunk
        if len(whole) > longest:
            raise _TooLargeError
    return bytes(whole)


def _failure(error: Exception, request: HttpRequest) -> ModelCallError:
    match error:
        case aiohttp.ConnectionTimeoutError() | aiohttp.ClientConnectorError():
            return _unreached(error, request.source)
        case aiohttp.ClientResponseError():
            cause, code = "answered with something that is no HTTP", FailureCode.MALFORMED_RESPONSE
        case _TooLargeError():
            cause = f"answered with more than {request.longest_answer} bytes"
            code = FailureCode.MALFORMED_RESPONSE
        case TimeoutError():
            cause = f"gave no whole answer within {request.timeout_s:g} s"
            code = FailureCode.TIMEOUT
        case _:
            cause = "closed the connection before its answer was whole"
            code = FailureCode.CONNECTION_FAILED
    source = request.source
    return ModelCallError(f"{source} {cause}", code=code, source=source, retryable=True)


def _unreached(error: Exception, source: str) -> ModelCallError:
    """Return the failure of a connection that was never there: what was to be asked was not sent."""
    match error:
        case aiohttp.ClientSSLError():
            cause = "its certificate is not trusted"
        case aiohttp.ClientConnectorDNSError():
            cause = "its host name is not known"
        case aiohttp.ClientConnectorError():
            cause = os.strerror(error.errno or 0).lower()
        case _:
            cause = "no connection in time"
    return ModelCallError(
        f"{source} cannot be reached: {cause}",
        code=FailureCode.CONNECTION_FAILED,
        source=source,
        retryable=not isinstance(error, aiohttp.ClientSSLError),
        billed=False,
    )
