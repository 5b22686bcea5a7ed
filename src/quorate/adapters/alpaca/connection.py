"""The connection: one request, its whole answer under one deadline, or why there is none and whether it left us.

No POST or PATCH is sent twice, no redirect followed, no cookie kept, nothing unpacked, no proxy of the environment.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import aiohttp

from quorate.adapters.alpaca.budget import RequestBudget
from quorate.adapters.alpaca.endpoint import AlpacaEndpoint
from quorate.execution.broker import BrokerUnavailableError, KeysRefusedError
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.spans import span, trace_headers
from quorate.resilience.boundary import BreakerOpenError, weight_of
from quorate.resilience.bounding import Boundaries

SOURCE: Final = "alpaca"
USER_AGENT: Final = "quorate"
UNAUTHORIZED: Final = 401
TOO_MANY: Final = 429
FAREWELL_S: Final = 1.0
"""How long a stream that is closed is waited for to say so too."""
MOST_REFUSALS: Final = 3
"""After so many 401s in a row nothing is sent any more. Source: RELIABILITY 1.3 (credentials revoked)."""
BROKER: Final = "broker"
MARKET_DATA: Final = "market-data"
STREAM: Final = "broker-stream"
"""The boundaries that requests pass, as `quorate breakers` lists them."""
SERVER_ERROR: Final = 500
SERVER_ERROR_WEIGHT: Final = 0.5
"""An answer that says "not now" is half a failure: the host is there. Source: R-051 (partial)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPolicy:
    """Limits of the connection, all above 0.

    Args:
        timeout_s: for a whole answer.
        connect_timeout_s: for reaching the host, its encryption included.
        keepalive_s: how long an idle connection is kept.
        answer_bytes: the longest answer that is read.
        heartbeat_s: how often the stream is asked whether it lives; it is closed when it does not say so.
    """

    timeout_s: float = 10.0
    connect_timeout_s: float = 5.0
    keepalive_s: float = 15.0
    answer_bytes: int = 8 * 1024 * 1024
    heartbeat_s: float = 20.0

    def __post_init__(self) -> None:
        """Refuse a limit that would be none: aiohttp takes 0 for "as long as you like"."""
        limits = (
            *(self.timeout_s, self.connect_timeout_s, self.keepalive_s),
            *(self.answer_bytes, self.heartbeat_s),
        )
        if not all(0 < limit < float("inf") for limit in limits):
            raise RejectedError(
                "a limit of the broker's connection is not above 0", slug="config-refused"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer, the keys taken out of it."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class LostAnswerError(QuorateError):
    """The request left and no whole answer came: what it asked for may have happened."""


class _TooLargeError(aiohttp.ClientError):
    """More bytes than are read."""


class _ServerFailedError(Exception):
    """An answer from 500 on, which the breaker is told as a failure; whoever asked gets the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Way(NamedTuple):
    """The boundary that a connection's requests pass, and all boundaries of the process."""

    name: str
    boundaries: Boundaries


class Connection:
    """An open pool of connections to both hosts, and the one budget of requests."""

    def __init__(
        self,
        endpoint: AlpacaEndpoint,
        session: aiohttp.ClientSession,
        budget: RequestBudget,
        policy: ConnectionPolicy,
        way: Way,
    ) -> None:
        self.endpoint = endpoint
        self.policy = policy
        self.budget = budget
        self._session = session
        self._way = way
        self._refusals = 0

    async def ask(
        self, method: str, url: str, *, body: bytes | None = None, cancels: bool = False
    ) -> Answer:
        """Send one request; `url` is encoded already. A breaker never holds a cancel back.

        Raises:
            BrokerUnavailableError: nothing was sent; slug `breaker-open` where the host failed too often.
            LostAnswerError: no whole answer came.
        """
        self._refuse_storm()
        await self.budget.take(cancels=cancels)
        failure: QuorateError
        try:
            with span(f"{self._way.name} {method}"):
                answer = await self._way.boundaries.execute(
                    self._way.name,
                    lambda: self._answered(method, url, body),
                    None,
                    weigh=_weight,
                    urgent=cancels,
                )
        except _ServerFailedError as error:
            answer = error.answer
        except BreakerOpenError as error:
            failure = _held_back(error)
            raise failure from None
        self._learn(answer)
        return answer

    async def _answered(self, method: str, url: str, body: bytes | None) -> Answer:
        try:
            async with asyncio.timeout(self.policy.timeout_s):
                answer = await self._exchanged(method, url, body)
        except (TimeoutError, aiohttp.ClientError) as error:
            failure = self._failure(error)
        else:
            if answer.status >= SERVER_ERROR:
                raise _ServerFailedError(answer)
            return answer
        # Outside of the handler: the client's own errors hold the headers that were sent.
        raise failure

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Open the account's stream.

        Raises:
            BrokerUnavailableError: it cannot be reached, or is no stream.
        """
        self._refuse_storm()
        try:
            socket = await self._way.boundaries.execute(STREAM, self._connected, None)
        except BreakerOpenError as error:
            failure = _held_back(error)
        else:
            async with socket:
                yield socket
            return
        raise failure

    async def _connected(self) -> aiohttp.ClientWebSocketResponse:
        try:
            async with asyncio.timeout(self.policy.timeout_s):
                return await self._session.ws_connect(
                    self.endpoint.stream_url,
                    timeout=aiohttp.ClientWSTimeout(ws_close=FAREWELL_S),
                    heartbeat=self.policy.heartbeat_s,
                    max_msg_size=self.policy.answer_bytes,
                )
        except (TimeoutError, aiohttp.ClientError) as error:
            failure = _unreached(error)
        raise failure

    def count_keys(self, *, refused: bool) -> None:
        """Count refusals of the keys in a row; after `MOST_REFUSALS` nothing is sent any more."""
        self._refusals = self._refusals + 1 if refused else 0

    async def _exchanged(self, method: str, url: str, body: bytes | None) -> Answer:
        response = await self._session.request(
            method,
            url,
            data=body,
            headers={
                **self.endpoint.headers,
                **trace_headers(),
                **({"Content-Type": "application/json"} if body else {}),
            },
            allow_redirects=False,
        )
        try:
            told = await self._read(response)
        except BaseException:
            response.close()
            raise
        return Answer(
            status=response.status, headers=response.headers, body=self.endpoint.masked(told)
        )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        whole = bytearray()
        while chunk := await response.content.readany():
            whole += chunk
            if len(whole) > self.policy.answer_bytes:
                raise _TooLargeError
        return bytes(whole)

    def _learn(self, answer: Answer) -> None:
        self.budget.learn(answer.headers, refused=answer.status == TOO_MANY)
        self.count_keys(refused=answer.status == UNAUTHORIZED)

    def _refuse_storm(self) -> None:
        if self._refusals >= MOST_REFUSALS:
            raise keys_refused("nothing is sent to it any more")

    def _failure(self, error: Exception) -> QuorateError:
        if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
            return _unreached(error)
        match error:
            case aiohttp.ClientResponseError():
                cause = "answered with something that is no HTTP"
            case _TooLargeError():
                cause = f"answered with more than {self.policy.answer_bytes} bytes"
            case TimeoutError():
                cause = f"gave no whole answer within {self.policy.timeout_s:g} s"
            case _:
                cause = "closed the connection before its answer was whole"
        return LostAnswerError(f"the broker {cause}")


@asynccontextmanager
async def open_connection(
    endpoint: AlpacaEndpoint, budget: RequestBudget, policy: ConnectionPolicy, way: Way
) -> AsyncIterator[Connection]:
    """Open the pool; it is closed with the block."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=policy.keepalive_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=policy.connect_timeout_s),
        auto_decompress=False,
        trust_env=False,
    )
    async with session:
        yield Connection(endpoint, session, budget, policy, way)


def keys_refused(effect: str) -> KeysRefusedError:
    """Return the failure of keys that the broker does not take."""
    return KeysRefusedError(
        "the broker refuses the keys",
        source=SOURCE,
        effect=effect,
        fix="set APCA_API_KEY_ID and APCA_API_SECRET_KEY to keys of this account and restart",
    )


def _weight(error: BaseException) -> float:
    """Return what a failure says against the host: keys that it refuses, and cancelled questions, say nothing."""
    match error:
        case _ServerFailedError():
            return SERVER_ERROR_WEIGHT
        case KeysRefusedError():
            return 0.0
        case LostAnswerError():
            return 1.0
        case _:
            return weight_of(error)


def _held_back(error: BreakerOpenError) -> BrokerUnavailableError:
    return BrokerUnavailableError(
        error.cause,
        source=SOURCE,
        retry_after=error.retry_after,
        effect=error.effect,
        fix=error.fix,
        slug=error.slug,
    )


def _unreached(error: Exception) -> BrokerUnavailableError:
    match error:
        case aiohttp.ClientSSLError():
            cause = "its certificate is not trusted"
        case aiohttp.ClientConnectorDNSError():
            cause = "its host name is not known"
        case aiohttp.ClientConnectorError():
            cause = os.strerror(error.errno or 0).lower()
        case aiohttp.WSServerHandshakeError():
            cause = f"it opens no stream (HTTP {error.status})"
        case _:
            cause = "no connection in time"
    return BrokerUnavailableError(
        f"the broker cannot be reached: {cause}", source=SOURCE, effect="nothing was sent"
    )
