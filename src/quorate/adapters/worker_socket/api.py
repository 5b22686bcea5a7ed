"""A hub's API as the command line asks it: JSON there and back, a problem as the failure that it tells of.

Nothing is retried here and no redirect is followed: a token goes to one host.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import aiohttp

from quorate.adapters.worker_socket.endpoint import HubEndpoint
from quorate.adapters.worker_socket.pool import pool, whole
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    QuorateError,
    UnavailableError,
)

SOURCE: Final = "hub"
USER_AGENT: Final = "quorate"
BASE: Final = "/api"
READING: Final = "GET"

Tree: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPolicy:
    """Limits of a question, in seconds and bytes. Ours."""

    connect_timeout_s: float = 5.0

    answer_timeout_s: float = 90.0
    """A hub that is told to wait for a run or a cycle answers within 60 s. Source: `hub/api/starting.py`."""

    answer_bytes: int = 256 * 1024 * 1024
    """No answer is longer; the journal rows of a run are some 100 kB."""


class HubAnswer(NamedTuple):
    """What a hub answered; `location` is where to read on, empty where it says nowhere."""

    status: int
    tree: Tree
    location: str


class HubProblemError(QuorateError):
    """The hub refused, or failed: its own problem, with the slug and the trace that it names."""

    def __init__(self, problem: Mapping[str, object]) -> None:
        cause, _, fix = str(problem.get("detail") or problem.get("title") or "").partition(" Fix: ")
        slug = str(problem.get("type") or "").rpartition("/")[2]
        super().__init__(cause, fix=fix, slug=slug)
        self.trace_id = str(problem.get("traceId") or "") or None
        self.retryable = problem.get("retryable") is True


class HubApi:
    """One hub: what is asked of it, and whether it is one of this version."""

    def __init__(
        self, session: aiohttp.ClientSession, endpoint: HubEndpoint, policy: ApiPolicy
    ) -> None:
        self._session = session
        self._endpoint = endpoint
        self._policy = policy

    @staticmethod
    def new_key() -> str:
        """Return a key that no other request has, to be sent with one that spends or trades."""
        return secrets.token_urlsafe(24)

    async def greet(self, version: str) -> None:
        """Look whether the hub takes this token, and speaks the API of `version`.

        A token that may not read, as one for halts alone, is told no version: what it asks is answered or refused.

        Raises:
            UnavailableError: there is no hub of Quorate.
            HubProblemError: it does not take the token (slug `unauthenticated`).
            ConflictError: it is of another version, whose API may mean something else.
        """
        try:
            found = (await self.ask(READING, "/admin/me")).tree.get("version")
        except HubProblemError as error:
            if error.slug != "forbidden":
                raise
            return
        if not isinstance(found, str):
            raise self._no_hub("what answers there tells no version")
        if found.split(".")[:2] != version.split(".")[:2]:
            raise ConflictError(
                f"the hub at {self._endpoint.origin} is Quorate {found}, and this is {version}",
                effect="nothing else was asked of it",
                fix=f"use a quorate of version {found}, or bring both to one version",
            )

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        key: str = "",
        wait_s: int = 0,
    ) -> HubAnswer:
        """Return what the hub answers to a request; `path` begins below `/api`.

        Raises:
            HubProblemError: it refused or failed.
            UnavailableError: it cannot be reached, gave no whole answer, or is no hub.
        """
        headers = {**self._endpoint.headers, "Accept": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Prefer": f"wait={wait_s}"} if wait_s else {}
        try:
            async with (
                asyncio.timeout(self._policy.answer_timeout_s),
                self._session.request(
                    method,
                    f"{self._endpoint.origin}{BASE}{path}",
                    params=query,
                    json=body,
                    headers=headers,
                    allow_redirects=False,
                ) as response,
            ):
                most = self._policy.answer_bytes
                too_long = InvariantBrokenError(f"the hub's answer has more than {most} bytes")
                content = await whole(response, most, too_long)
                status, location = response.status, response.headers.get("Location", "")
        except aiohttp.ClientConnectorError as error:
            failure = self._no_hub(str(error.os_error.strerror or error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = self._silent(method, str(error) or type(error).__name__)
        else:
            return self._answered(status, content, location)
        # Outside of the handler: the client's own errors hold the headers that were sent.
        raise failure

    def _answered(self, status: int, content: bytes, location: str) -> HubAnswer:
        try:
            tree = json.loads(content)
        except ValueError:
            tree = None
        if not isinstance(tree, dict):
            raise self._no_hub(f"what answers there with status {status} is no API of Quorate")
        if status >= 400:
            raise HubProblemError(tree)
        return HubAnswer(status, tree, location.removeprefix(BASE))

    def _no_hub(self, why: str) -> UnavailableError:
        return UnavailableError(
            f"no hub answers at {self._endpoint.origin}: {why}",
            source=SOURCE,
            effect="nothing was done",
            fix="quorate up there, and look at the URL",
        )

    def _silent(self, method: str, why: str) -> UnavailableError:
        unknown = "whether it was done is not known here"
        return UnavailableError(
            f"the hub at {self._endpoint.origin} gave no whole answer: {why}",
            source=SOURCE,
            effect="nothing is shown" if method == READING else unknown,
            fix="try again" if method == READING else "look there before you try again",
        )


@asynccontextmanager
async def open_api(endpoint: HubEndpoint, policy: ApiPolicy | None = None) -> AsyncIterator[HubApi]:
    """Open the pool of connections to a hub; everything on it is closed with the block."""
    used = policy or ApiPolicy()
    async with pool(USER_AGENT, used.connect_timeout_s) as session:
        yield HubApi(session, endpoint, used)
