"""A home as it is after years: runs of ten model agents with their debates, replays, and what else pages list.

Nothing is written past the application: each run asks its agents over HTTP, each replay walks whole cycles, and every
row goes through the journal's writer and its projections. Two processes share the work, as two cores allow.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import text

from benchmarks.drawn_model import SYMBOLS, drawn_model
from benchmarks.models import ample
from quorate.agents.defaults import MODEL_PROFILES
from quorate.agents.profile import AgentProfile, Mode, Role
from quorate.agents.registry import to_payload
from quorate.arena.competition.contest import CompetitionRequest
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.bootstrap.trading import ReplayTerms
from quorate.config import Settings, load_settings
from quorate.cycle.strategies.backtest import BacktestRequest
from quorate.kernel.ids import ProfileName, StrategyName, Symbol
from quorate.kernel.journal import Event
from quorate.llm.tier import Tier

AT_ONCE: Final = 40
ROUND: Final = 200
"""Model runs between two looks at how far the home is."""

ROWS_A_CALL, CALLS_A_RUN = 7, 18
"""What model runs bring at the least; the replays bring the rest."""

AGENTS: Final = tuple(ProfileName(f"analyst_{number:02}") for number in range(1, 11))
JUDGE: Final = ProfileName("bench_judge")
KEYLESS: Final = StrategyName("keyless")
ALL: Final = tuple(map(Symbol, SYMBOLS))
FIRST_REPLAY: Final = date(2009, 7, 1)
REPLAY_DAYS: Final = 170
COMPETITIONS, BACKTESTS = 4, 4

CONFIGURATION: Final = """
[budget]
power_calls_per_day = 1000000

[strategies.keyless]
description = "the five agents that need no key"
symbols = ["AAPL", "GOOG", "IBM", "MSFT"]
profiles = ["trend", "momentum", "mean_reversion", "wyckoff", "rule_risk_manager"]
preset = "free_only"
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a home holds."""

    runs: int
    calls: int
    rows: int

    def reaches(self, wanted: Size) -> bool:
        """Return whether it is as large in every respect."""
        return self.runs >= wanted.runs and self.calls >= wanted.calls and self.rows >= wanted.rows


AT_SCALE: Final = Size(runs=10_000, calls=100_000, rows=1_000_000)
"""Source: issue 7."""


def fill(settings: Settings, wanted: Size = AT_SCALE) -> Size:
    """Fill the home that `settings` name until it is as large as `wanted`; what it holds already counts."""
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "quorate.toml").write_text(CONFIGURATION)
    with drawn_model() as url, ample(url):
        asyncio.run(_furnished(load_settings()))
        numbers = (str(wanted.runs), str(wanted.calls), str(wanted.rows))
        with _in_a_process_of_its_own("benchmarks.filled", *numbers):
            asyncio.run(_model_runs(load_settings(), wanted.calls))
        return asyncio.run(_size_of(load_settings()))


async def _size_of(settings: Settings) -> Size:
    async with open_app(settings) as app:
        return await size(app)


async def size(app: App) -> Size:
    """Return how much the home holds."""
    asked = text(
        "SELECT (SELECT count(*) FROM ai_arena_runs), (SELECT count(*) FROM llm_calls),"
        " (SELECT max(seq) FROM journal)"
    )
    row = await app._store.database.read(lambda connection: connection.execute(asked).one())  # noqa: SLF001
    return Size(*(int(number or 0) for number in row))


async def _furnished(settings: Settings) -> None:
    """Register the agents; hold some competitions and backtests."""
    async with open_app(settings) as app:
        if any(profile.name == JUDGE for profile in await app.profiles()):
            return
        events = [_registered(profile) for profile in (*map(_agent, AGENTS), _judge())]
        await app._store.journal.commit(lambda _tx: events)  # noqa: SLF001  (ten at once)
        for number in range(COMPETITIONS):
            first = date(2012, 1, 3) + timedelta(days=30 * number)
            wanted = CompetitionRequest(
                name=f"spring {number}",
                symbols=ALL[:2],
                profiles=tuple(map(ProfileName, ("trend", "momentum", "mean_reversion"))),
                first=first,
                last=first + timedelta(days=30),
            )
            made = await app.competitions.create(wanted, "benchmark")
            await app.competitions.play(made.competition_id)
        for number in range(BACKTESTS):
            first = date(2009, 1, 5) + timedelta(days=180 * number)
            await app.strategy_desk.backtests.run(
                BacktestRequest(strategy=KEYLESS, first=first, last=first + timedelta(days=200)),
                "benchmark",
            )


async def _model_runs(settings: Settings, calls: int) -> None:
    """Run the model agents until there are calls enough, a few hundred runs at a time."""
    drawn = random.Random(11)
    async with open_app(settings) as app:
        sessions = await app.last_sessions(ALL[:1], 1500)
        free = asyncio.Semaphore(AT_ONCE)

        async def run() -> None:
            async with free:
                await app.run_arena(
                    RunRequest(
                        symbols=(drawn.choice(ALL),), as_of=drawn.choice(sessions), profiles=AGENTS
                    )
                )

        while (await size(app)).calls < calls:
            async with asyncio.TaskGroup() as running:
                for _ in range(ROUND):
                    running.create_task(run())


async def _cycles(settings: Settings, wanted: Size) -> None:
    """Replay half years on books of their own until there are runs and rows enough."""
    drawn = random.Random(13)
    async with open_app(settings) as app:
        while not _is_enough(await size(app), wanted):
            first = FIRST_REPLAY + timedelta(days=drawn.randrange(1100))
            await app.trading.replay(
                ReplayTerms(
                    first=first,
                    last=first + timedelta(days=REPLAY_DAYS),
                    symbols=ALL,
                    strategy=KEYLESS,
                )
            )


def _is_enough(held: Size, wanted: Size) -> bool:
    """Return whether the calls to come will bring the rest: `ROWS_A_CALL`, and a run for `CALLS_A_RUN`."""
    coming = max(0, wanted.calls - held.calls)
    return (
        held.rows + ROWS_A_CALL * coming >= wanted.rows
        and held.runs + coming // CALLS_A_RUN >= wanted.runs
    )


def _agent(name: ProfileName) -> AgentProfile:
    return replace(MODEL_PROFILES[0], name=name, model="gpt-5-mini", enabled=True, tool_policy=())


def _judge() -> AgentProfile:
    return replace(
        MODEL_PROFILES[2],
        name=JUDGE,
        provider="openai",
        model="gpt-5-mini",
        role=Role.JUDGE,
        tier=Tier.POWER,
        mode=Mode.ESCALATION_ONLY,
        enabled=True,
        tool_policy=(),
    )


def _registered(profile: AgentProfile) -> Event:
    return Event(
        stream=f"profile:{profile.name}", type="profile.registered", payload=to_payload(profile)
    )


@contextmanager
def _in_a_process_of_its_own(module: str, *arguments: str) -> Iterator[None]:
    """Have a module work beside the block, and wait for its end after it."""
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], env=dict(os.environ))
    try:
        yield
        if process.wait() != 0:
            raise RuntimeError(f"{module} ended with {process.returncode}")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


if __name__ == "__main__":
    asyncio.run(_cycles(load_settings(), Size(*map(int, sys.argv[1:]))))
