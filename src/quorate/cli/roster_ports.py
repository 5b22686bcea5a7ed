"""What the command line needs of the roster: the profiles as people change them, and their prompts."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.registry`)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.agents.history import ProfileStep
    from quorate.agents.profile import AgentProfile
    from quorate.agents.prompts.library import PromptVersion
    from quorate.agents.registry import RegisteredProfile


class ProfileChange(Protocol):
    """What became of a wish to change a profile; not `applied` when it was so already."""

    @property
    def profile(self) -> AgentProfile: ...
    @property
    def applied(self) -> bool: ...


class PromptChange(Protocol):
    """What became of a wish to add a prompt; not `applied` where the same text stands there already."""

    @property
    def prompt(self) -> PromptVersion: ...
    @property
    def applied(self) -> bool: ...


class Registry(Protocol):
    """The profiles as people change them; `asked` has the names of the wire."""

    async def roster(self) -> Sequence[RegisteredProfile]: ...
    async def profile(self, name: str) -> RegisteredProfile: ...
    async def history(self, name: str) -> Sequence[ProfileStep]: ...
    async def add(
        self, asked: Mapping[str, object], *, enabled: bool, by: str
    ) -> ProfileChange: ...
    async def edit(self, name: str, asked: Mapping[str, object], *, by: str) -> ProfileChange: ...
    async def archive(self, name: str, *, by: str) -> ProfileChange: ...
    async def switch(self, name: str, *, enabled: bool, by: str) -> ProfileChange: ...


class Prompts(Protocol):
    """The prompts of every role, in versions."""

    async def library(self) -> Sequence[PromptVersion]: ...
    async def add(self, role: str, text: str, *, note: str, by: str) -> PromptChange: ...
