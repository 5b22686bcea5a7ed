"""A running hub, asked over its API: the command line with `--server` opens this in place of a home."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from quorate import __version__
from quorate.adapters.worker_socket.api import HubApi, open_api
from quorate.adapters.worker_socket.endpoint import HubEndpoint
from quorate.config import environment_of
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret

TOKEN_VARIABLE: Final = "QUORATE_TOKEN"  # noqa: S105  (a name, no token)
"""Where the token of a command line stands; its words can be read by every other process."""

PAGES: Final = "/admin"
"""Where a hub's pages are: `quorate up` prints its URL with it, so that is what people copy."""

LONGEST_TOKEN: Final = 4096
NOTHING_ASKED: Final = "nothing was asked"


@asynccontextmanager
async def open_hub_api(url: str) -> AsyncIterator[HubApi]:
    """Yield the hub at `url`, once it took the token of QUORATE_TOKEN and turned out to be of this version.

    Raises:
        RejectedError: the URL is none, or there is no token (slug `unauthenticated`).
        UnavailableError: no hub answers there.
        ConflictError: it is of another version.
    """
    token = checked_token(
        environment_of([TOKEN_VARIABLE]).get(TOKEN_VARIABLE, ""),
        effect=NOTHING_ASKED,
        fix=f"make one there: quorate tokens create NAME --scope read, and export {TOKEN_VARIABLE}",
    )
    origin = url.strip().rstrip("/").removesuffix(PAGES)
    endpoint = HubEndpoint.at(origin, token, option="--server", effect=NOTHING_ASKED)
    async with open_api(endpoint) as api:
        await api.greet(__version__)
        yield api


def checked_token(text: str, *, effect: str, fix: str) -> Secret:
    """Return the token that was told; `effect` and `fix` are said where there is none.

    Raises:
        RejectedError: there is none, or none that a hub made (slug `unauthenticated`).
    """
    told = text.strip()
    if not told or len(told) > LONGEST_TOKEN or not told.isascii() or not told.isprintable():
        raise RejectedError(
            "there is no token to show the hub" if not told else "that is no token of a hub",
            effect=effect,
            fix=fix,
            slug="unauthenticated",
        )
    return Secret(told)
