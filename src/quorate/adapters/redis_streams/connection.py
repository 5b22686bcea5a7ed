"""The connections to Redis: few, and whoever finds none free waits for one; the usual pool would raise in a burst."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from quorate.adapters.redis_streams.stream import RedisStream, StreamNames
from quorate.kernel.errors import RejectedError

CONNECTIONS: Final = 4
"""One waits for entries, one publishes; two for what comes beside. Ours."""

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 5.0
"""How long an answer may take, above what a reader was told to wait. Ours."""


@asynccontextmanager
async def opened_stream(
    url: str, names: StreamNames, *, maxlen: int, max_wait_seconds: float = 1.0
) -> AsyncIterator[RedisStream]:
    """Yield the stream at `url`; nothing is asked of the server before its first use.

    Raises:
        RejectedError: the package is not installed, or the URL is none of Redis.
    """
    try:
        from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415  (optional)
    except ImportError as error:
        raise RejectedError(
            "results.redis_url is set, and the package redis is not installed",
            effect="results are not relayed",
            fix='pip install "quorate[redis]", or leave results.redis_url empty',
            slug="config-refused",
        ) from error
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS + max_wait_seconds,
        )
    except ValueError as error:
        raise RejectedError(
            f"results.redis_url is no address of Redis ({error})",
            effect="results are not relayed",
            fix="use redis://HOST:PORT/NUMBER",
            slug="config-refused",
        ) from error
    client = Redis(connection_pool=pool)
    try:
        yield RedisStream(client, names, maxlen=maxlen)
    finally:
        await client.aclose()
        await pool.disconnect()
