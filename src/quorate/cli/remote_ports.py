"""What the command line needs of a running hub: its API, asked with a token."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `adapters.worker_socket.api`)

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

Tree: TypeAlias = dict[str, object]


class HubAnswer(Protocol):
    """What a hub answered, and where to read on."""

    @property
    def status(self) -> int: ...
    @property
    def tree(self) -> Tree: ...
    @property
    def location(self) -> str: ...


class HubApi(Protocol):
    """One hub."""

    def new_key(self) -> str: ...
    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        key: str = "",
        wait_s: int = 0,
    ) -> HubAnswer: ...
