"""Homes with a few real runs in them, made once and copied for each test that damages one."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.config import Settings, load_settings
from quorate.kernel.ids import Symbol

SYMBOLS = (Symbol("AAPL"), Symbol("IBM"))
DATES = (date(2010, 5, 6), date(2012, 6, 29), date(2012, 8, 8))


def settings_of(home: Path, **variables: str) -> Settings:
    """The settings of a home, with QUORATE_* variables of its own and none of the machine's."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("QUORATE_HOME", str(home))
        for name, value in variables.items():
            environment.setenv(f"QUORATE_{name}", value)
        return load_settings()


async def with_runs(settings: Settings) -> list[str]:
    """Run the arena a few times in a fresh home and close it; return the ids of the runs."""
    async with open_app(settings) as app:
        requests = [RunRequest(symbols=SYMBOLS, as_of=day) for day in DATES]
        return [(await app.run_arena(request)).run_id for request in requests]


async def exported(settings: Settings, run_id: str) -> None:
    """Export the run and the whole journal into the home, as run.json and journal.jsonl."""
    async with open_app(settings) as app:
        await app.export_run(run_id, settings.home / "run.json")
        await app.export_journal(settings.home / "journal.jsonl")


def made_home(home: Path, **variables: str) -> list[str]:
    """Make such a home outside any event loop; return the ids of its runs."""
    return asyncio.run(with_runs(settings_of(home, **variables)))


def made_exports(home: Path, run_id: str, **variables: str) -> dict[str, str]:
    """Export outside any event loop; return both files' text by their names."""
    asyncio.run(exported(settings_of(home, **variables), run_id))
    return {name: (home / name).read_text() for name in ("run.json", "journal.jsonl")}
