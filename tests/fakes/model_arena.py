"""The application in this process, its model profiles on, and its providers the scripted server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from quorate.arena.record import RecordedRun
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.journal import JournalEntry
from tests.fakes.homes import settings_of
from tests.model_server import ModelServer

KEY = "sk-canary-5d0f1c7ab9e34f62"
"""A key that must be found nowhere but in one header on the wire."""

TECHNICAL, RISK, JUDGE = "Your seat: technical", "Your seat: risk", "Your seat: judge"
"""What tells the three prompts apart."""

MODEL_PROFILES = ("cheap_tech_analyst", "cheap_risk_manager", "power_macro_judge")
VOTERS = MODEL_PROFILES[:2]
DAY = date(2012, 6, 29)


def addresses(server: ModelServer) -> dict[str, str]:
    """The variables that make `server` both well-known providers."""
    return {
        "OPENROUTER_BASE_URL": server.openrouter_url,
        "OPENROUTER_API_KEY": KEY,
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": KEY,
    }


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


@dataclass
class ModelArena:
    """An opened application whose profiles ask models."""

    app: App
    home: Path
    runs: list[RecordedRun] = field(default_factory=list)

    async def run(
        self, *symbols: str, profiles: Iterable[str] | None = VOTERS, **request: object
    ) -> dict[str, object]:
        """Carry out one run and return its object."""
        asked = None if profiles is None else tuple(map(ProfileName, profiles))
        wanted = RunRequest(
            symbols=tuple(map(Symbol, symbols or ("AAPL",))),
            profiles=asked,
            **{"as_of": DAY, **request},
        )
        self.runs.append(await self.app.run_arena(wanted))
        return dict(self.runs[-1].as_json())

    async def facts(self, run_id: str, kind: str) -> list[dict[str, object]]:
        """The payloads of a run's rows of one type, oldest first."""
        rows: Iterable[JournalEntry] = await self.app.run_entries(run_id)
        return [dict(row.facts) for row in rows if row.type == kind]


def model_arena(
    seeded: Path, home: Path, providers: Mapping[str, str], **settings: str
) -> AbstractAsyncContextManager[ModelArena]:
    """Return an arena on a copy of `seeded` at `home`; `settings` are QUORATE_* variables without their prefix."""
    if not home.exists():
        shutil.copytree(seeded, home)
    return _opened(home, providers, settings)


@asynccontextmanager
async def _opened(
    home: Path, providers: Mapping[str, str], settings: Mapping[str, str]
) -> AsyncIterator[ModelArena]:
    with environment(providers):
        async with open_app(settings_of(home, **settings)) as app:
            yield ModelArena(app, home)


def seed_model_home(home: Path, server: ModelServer) -> Path:
    """Make a home in which the model profiles are on, outside any event loop, and return it."""
    home.mkdir(parents=True, exist_ok=True)
    asyncio.run(_seeded(home, addresses(server)))
    return home


async def _seeded(home: Path, providers: Mapping[str, str]) -> None:
    async with _opened(home, providers, {}) as arena:
        for name in MODEL_PROFILES:
            await arena.app.set_profile_enabled(ProfileName(name), True)
