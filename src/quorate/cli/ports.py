"""What the command line needs of the application, and of whoever composes it."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.App`)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from quorate.agents.profile import AgentProfile
    from quorate.arena.record.run import RunRow
    from quorate.arena.request import RunRequest
    from quorate.audit.verification import Verification
    from quorate.config import Settings
    from quorate.kernel.ids import ProfileName, Symbol
    from quorate.kernel.ports import Clock
    from quorate.market.series import SeriesSummary

Item_co = TypeVar("Item_co", covariant=True)


class Page(Protocol[Item_co]):
    """A part of a list, newest first; `next_cursor` is None on its last page."""

    @property
    def items(self) -> Sequence[Item_co]: ...
    @property
    def next_cursor(self) -> str | None: ...


class RecordedRun(Protocol):
    """A run read back from the journal."""

    def as_json(self) -> Mapping[str, object]:
        """Return the object of DESIGN 15."""
        ...

    def why_json(self) -> Mapping[str, object]:
        """Return `{runId, decisions[{symbol, why[]}]}`."""
        ...


class ProfileChange(Protocol):
    """What became of a wish to change a profile; not `applied` when it was so already."""

    @property
    def profile(self) -> AgentProfile: ...
    @property
    def applied(self) -> bool: ...


class QuarantinedSymbol(Protocol):
    """A symbol of a file whose bars cannot be trusted, and why."""

    @property
    def symbol(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def detail(self) -> str: ...


class ImportSummary(Protocol):
    """What an import stored."""

    @property
    def symbols(self) -> Sequence[str]: ...
    @property
    def bars(self) -> int: ...
    @property
    def actions(self) -> int: ...
    @property
    def quarantined(self) -> Sequence[QuarantinedSymbol]: ...
    @property
    def notes(self) -> Sequence[str]: ...


class ExportSummary(Protocol):
    """What an export wrote: journal rows, and the largest size that a checkpoint vouches for."""

    @property
    def rows(self) -> int: ...
    @property
    def checkpoint(self) -> int | None: ...


class Check(Protocol):
    """One thing that was looked at; `fix` is empty when it is as it should be."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def detail(self) -> str: ...
    @property
    def fix(self) -> str: ...


class Migrated(Protocol):
    """From which schema to which; "" is an empty database."""

    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...


class App(Protocol):
    """The application, opened on one home."""

    @property
    def clock(self) -> Clock: ...
    @property
    def started(self) -> Sequence[str]: ...
    async def run_arena(self, request: RunRequest) -> RecordedRun: ...
    async def recorded_run(self, run_id: str) -> RecordedRun: ...
    async def list_runs(self, limit: int, cursor: str | None) -> Page[RunRow]: ...
    async def export_run(self, run_id: str, path: Path) -> ExportSummary: ...
    async def profiles(self) -> Sequence[AgentProfile]: ...
    async def set_profile_enabled(self, name: ProfileName, enabled: bool) -> ProfileChange: ...  # noqa: FBT001
    async def import_bars(self, path: Path, symbol: Symbol | None) -> ImportSummary: ...
    async def series_listing(self) -> Sequence[SeriesSummary]: ...
    async def last_sessions(self, symbols: Sequence[Symbol], count: int) -> Sequence[date]: ...
    async def verify(self, *, projections: bool, against: Path | None) -> Verification: ...
    async def export_journal(self, path: Path) -> ExportSummary: ...
    async def doctor(self) -> Sequence[Check]: ...


class Composition(Protocol):
    """The composition root: `quorate.bootstrap`, or a fake in tests."""

    def open_app(self, settings: Settings) -> AbstractAsyncContextManager[App]: ...
    def migrate_database(self, settings: Settings) -> Migrated: ...
    def check_database(self, settings: Settings) -> Sequence[Check]: ...


Compose = Callable[[], Composition]
"""Composes only when a command needs it, so that help stays quick."""
