"""Homes: what the program keeps, opened as a command opens it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from pathlib import Path

from quorate.adapters.sql.journal import chain_rows
from quorate.adapters.sql.writer import Failpoint, unharmed
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.config import DatabaseSettings, Settings
from quorate.kernel.ids import Symbol
from quorate.kernel.journal import JournalEntry
from quorate.kernel.ports import Clock

AS_OF = date(2012, 6, 29)
SYMBOLS = (Symbol("AAPL"), Symbol("IBM"))


def settings_of(home: Path, url: str) -> Settings:
    return Settings(home=home, database=DatabaseSettings(url=url))


def request_for(*symbols: Symbol) -> RunRequest:
    return RunRequest(symbols=symbols or SYMBOLS, as_of=AS_OF)


@asynccontextmanager
async def opened_home(
    home: Path, url: str, *, clock: Clock | None = None, failpoint: Failpoint = unharmed
) -> AsyncIterator[App]:
    async with open_app(settings_of(home, url), clock=clock, failpoint=failpoint) as app:
        yield app


async def open_once(home: Path, url: str) -> None:
    async with opened_home(home, url):
        pass


async def begin_run(home: Path, url: str, failpoint: Failpoint) -> None:
    async with opened_home(home, url, failpoint=failpoint) as app:
        await app.run_arena(request_for())


async def rows_of(app: App) -> list[JournalEntry]:
    store = app._store
    return await store.database.read(
        lambda connection: list(partial(chain_rows, tenant=store.tenant)(connection))
    )
