"""What the command line needs of competitions."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.competing`)

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.arena.competition.contest import CompetitionRequest
    from quorate.arena.competition.record import Competition


class CompetitionLine(Protocol):
    """One competition of the list."""

    @property
    def competition_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def playing(self) -> bool: ...
    @property
    def profiles(self) -> Sequence[str]: ...
    @property
    def symbols(self) -> Sequence[str]: ...
    @property
    def first(self) -> str: ...
    @property
    def last(self) -> str: ...
    @property
    def sessions(self) -> int: ...
    @property
    def rounds(self) -> int: ...
    @property
    def created_at(self) -> str: ...
    @property
    def ended_at(self) -> str: ...


class CompetitionView(Protocol):
    """A competition, and whether a process plays it now."""

    @property
    def competition(self) -> Competition: ...
    @property
    def playing(self) -> bool: ...


class CompetitionChange(Protocol):
    """What became of a wish; not `applied` when it was so already."""

    @property
    def competition(self) -> Competition: ...
    @property
    def applied(self) -> bool: ...


class Competitions(Protocol):
    """Profiles against each other on equal terms."""

    async def lines(self) -> Sequence[CompetitionLine]: ...
    async def show(self, competition_id: str) -> CompetitionView: ...
    async def create(self, wanted: CompetitionRequest, created_by: str) -> Competition: ...
    async def play(
        self,
        competition_id: str,
        *,
        on_round: Callable[[Competition], None],
        is_enough: Callable[[], bool],
    ) -> Competition: ...
    async def stop(self, competition_id: str, reason: str) -> CompetitionChange: ...
