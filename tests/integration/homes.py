"""Homes: what the program keeps, opened as a command opens it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from quorate.adapters.sql.writer import Failpoint, unharmed
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.kernel.ids import Symbol
from quorate.kernel.ports import Clock
from tests.fakes.homes import settings_of

REQUEST = RunRequest(symbols=(Symbol("AAPL"), Symbol("IBM")), as_of=date(2012, 6, 29))


@asynccontextmanager
async def opened_home(
    home: Path,
    url: str,
    *,
    clock: Clock | None = None,
    failpoint: Failpoint = unharmed,
    **variables: str,
) -> AsyncIterator[App]:
    """Yield the application on `home` with its database at `url`."""
    settings = settings_of(home, DATABASE_URL=url, **variables)
    async with open_app(settings, clock=clock, failpoint=failpoint) as app:
        yield app


async def open_once(home: Path, url: str) -> None:
    async with opened_home(home, url):
        pass


async def begin_run(home: Path, url: str, failpoint: Failpoint) -> None:
    async with opened_home(home, url, failpoint=failpoint) as app:
        await app.run_arena(REQUEST)
