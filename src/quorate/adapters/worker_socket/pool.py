"""The pool of connections to one hub, and an answer read from it no further than a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from quorate.kernel.errors import QuorateError


def pool(user_agent: str, connect_timeout_s: float) -> aiohttp.ClientSession:
    """Return a new pool, to be used as a block: without cookies and without a proxy of the environment.

    It limits the time for connecting alone; the limit of a whole request stands beside each.
    """
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": user_agent},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s),
        trust_env=False,
    )


async def whole(response: aiohttp.ClientResponse, most_bytes: int, too_long: QuorateError) -> bytes:
    """Return an answer's content; raises `too_long` once it has more than `most_bytes`."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > most_bytes:
            raise too_long
    return bytes(content)
