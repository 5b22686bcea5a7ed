"""The application: what the command line and the hub may ask for, on one opened store."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.runs import run_ids_like, runs_page
from quorate.agents.profile import AgentProfile
from quorate.arena.record import RecordedRun, RunRow, read_run, stream_of
from quorate.arena.request import RunRequest
from quorate.audit.verification import Verification
from quorate.bootstrap import auditing
from quorate.bootstrap.auditing import ExportSummary
from quorate.bootstrap.checking import Check, checks
from quorate.bootstrap.importing import ImportSummary, import_bars
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import ProfileName, RunId, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.market.series import SeriesSummary

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list, newest first; `next_cursor` is None on its last page."""

    items: Sequence[Item]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What became of a wish to change a profile; not `applied` when it was so already."""

    profile: AgentProfile
    applied: bool


class App:
    """One home, opened; `started` tells what opening it found to do."""

    def __init__(self, store: Store, runner: Runner, started: Sequence[str]) -> None:
        self._store = store
        self._runner = runner
        self.started = tuple(started)

    @property
    def clock(self) -> Clock:
        """Return the clock that stamps what this process does."""
        return self._store.clock

    async def run_arena(self, request: RunRequest) -> RecordedRun:
        """Carry out one arena run; see `Runner.run`."""
        return await self._runner.run(request, triggered_by="manual")

    async def recorded_run(self, run_id: str) -> RecordedRun:
        """Return the run with this id, or the only one whose id begins so.

        Raises:
            RejectedError: there is none (slug `not-found`), or there are several.
        """
        found = await self._store.database.read(
            lambda connection: run_ids_like(connection, self._store.tenant, run_id)
        )
        if len(found) != 1 or not run_id:
            raise RejectedError(
                f"there is {'no' if not found else 'more than one'} run '{run_id}'",
                effect="nothing is shown",
                fix="quorate runs list",
                slug="validation-failed" if found else "not-found",
            )
        return read_run(await self._store.journal.entries(stream_of(RunId(found[0]))))

    async def list_runs(self, limit: int, cursor: str | None) -> Page[RunRow]:
        """Return the newest runs, or those after `cursor`.

        Raises:
            RejectedError: the cursor is none that a list gave (slug `invalid-cursor`).
        """
        after = _parsed_cursor(cursor) if cursor else None
        rows = await self._store.database.read(
            lambda connection: runs_page(connection, self._store.tenant, limit + 1, after)
        )
        page = rows[:limit]
        return Page(page, _cursor(page[-1]) if len(rows) > limit else None)

    async def export_run(self, run_id: str, path: Path) -> ExportSummary:
        """Write the run with the journal rows and the checkpoint that prove it."""
        return await auditing.export_run(self._store, await self.recorded_run(run_id), path)

    async def profiles(self) -> Sequence[AgentProfile]:
        """Return every registered profile, by name."""
        return await self._store.database.read(
            partial(registered_profiles, tenant=self._store.tenant)
        )

    async def set_profile_enabled(self, name: ProfileName, enabled: bool) -> ProfileChange:  # noqa: FBT001
        """Switch a profile on or off.

        Raises:
            RejectedError: there is no such profile, or it needs a provider that is not configured.
        """
        profile = await self._profile(name)
        if profile.enabled == enabled:
            return ProfileChange(profile, applied=False)
        if enabled and not profile.is_rule_agent:
            raise RejectedError(
                f"profile '{name}' needs the provider {profile.provider}, and none is configured",
                effect="it stays disabled, the keyless agents go on",
                fix="use the keyless profiles: quorate profiles list",
                slug="unauthenticated",
            )
        kind = "profile.enabled" if enabled else "profile.disabled"
        event = Event(stream=f"profile:{name}", type=kind, payload={"name": name})
        try:
            await self._store.journal.commit(lambda _tx: [event])
        except ConflictError:
            return ProfileChange(await self._profile(name), applied=False)
        return ProfileChange(await self._profile(name), applied=True)

    async def import_bars(self, path: Path, symbol: Symbol | None) -> ImportSummary:
        """Store the daily bars of a file; see `importing`."""
        return await import_bars(self._store, path, symbol)

    async def series_listing(self) -> Sequence[SeriesSummary]:
        """Return what bars there are, by symbol."""
        return await self._store.market.listing()

    async def last_sessions(self, symbols: Sequence[Symbol], count: int) -> Sequence[date]:
        """Return the last `count` sessions of any of `symbols`, oldest first."""
        series = await self._store.market.series(symbols)
        sessions = {session for one in series.values() for session in one.sessions}
        return sorted(sessions)[-count:]

    async def verify(self, *, projections: bool, against: Path | None) -> Verification:
        """Return what is wrong with the journal; see `auditing`."""
        return await auditing.verify(self._store, projections=projections, against=against)

    async def export_journal(self, path: Path) -> ExportSummary:
        """Write the whole journal; see `auditing`."""
        return await auditing.export_journal(self._store, path)

    async def doctor(self) -> Sequence[Check]:
        """Return what was looked at and what is wrong."""
        return await checks(self._store)

    async def _profile(self, name: ProfileName) -> AgentProfile:
        known = {profile.name: profile for profile in await self.profiles()}
        if name not in known:
            raise RejectedError(
                f"there is no profile '{name}'",
                effect="nothing was changed",
                fix=f"choose from {', '.join(known)}",
                slug="not-found",
            )
        return known[name]


def _cursor(row: RunRow) -> str:
    return base64.urlsafe_b64encode(f"{row.started_at} {row.run_id}".encode()).decode()


def _parsed_cursor(cursor: str) -> tuple[str, str]:
    try:
        started_at, run_id = base64.urlsafe_b64decode(cursor).decode().split(" ")
    except (ValueError, binascii.Error):
        raise RejectedError(
            "the cursor is none that a list gave",
            effect="nothing is shown",
            fix="start again without --cursor",
            slug="invalid-cursor",
        ) from None
    return started_at, run_id
