"""A hub in the place of a home: what was typed becomes a request, the answer what the command shows.

words and parameters -> the command's way -> requests with a token -> the command's own view -> its exit code
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation
from quorate.cli.progress import waiting
from quorate.cli.remote.ways import WAYS

if TYPE_CHECKING:
    from quorate.cli.remote_ports import HubAnswer, HubApi
    from quorate.cli.terminal import Terminal


@dataclass(frozen=True, slots=True)
class RemoteHub:
    """The hub that `--server` names; nothing is asked before a command needs it."""

    url: str

    def knows(self, words: str) -> bool:
        """Return whether a hub can be asked for the command of these words, as `runs show`."""
        return words in WAYS

    async def __call__(self, call: Invocation) -> ExitCode:
        """Ask for what `call` was asked for, and show it.

        Raises:
            QuorateError: the hub cannot be reached, refused, or failed.
        """
        async with call.compose().open_hub_api(self.url) as api:
            return await WAYS[call.asked.words](_Waited(api, call.terminal, self.url), call)


@dataclass(frozen=True, slots=True)
class _Waited:
    """A hub's API that shows a person how long an answer is waited for already."""

    api: HubApi
    terminal: Terminal
    url: str

    def new_key(self) -> str:
        return self.api.new_key()

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
        with waiting(self.terminal, f"{self.url} is asked"):
            return await self.api.ask(method, path, query=query, body=body, key=key, wait_s=wait_s)
