"""The leaderboard's figures: a warm board over 100,000 outcomes, the same read from scratch, and what a run pays.

The journal holds the rows that scoring reads, of 1250 days with four agents on twenty symbols, as drawn by lot: a home
that earned them would take hours to make.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks.measure import Figure, percentile
from quorate.adapters.sql.calibrations import SqlCalibrations
from quorate.agents.profile import AgentProfile
from quorate.arena.record import RunEvent
from quorate.bootstrap import open_app
from quorate.bootstrap.scoring_desk import ScoringDesk
from quorate.bootstrap.store import Store
from quorate.config import Settings
from quorate.cycle.book_keeping.hindsight.views import RESOLVED
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.journal import Event
from quorate.scoring.leaderboard import GroupBy, LeaderboardFilter, Window

OUTCOMES = 100_000
AGENTS = ("trend", "momentum", "mean_reversion", "wyckoff")
SYMBOLS = tuple(f"S{number:02}" for number in range(20))
ARMS = ("cheap_only", "no_debate", "no_trade", "buy_and_hold", "random")
HORIZON = 20
PER_RUN = 5
DAYS = OUTCOMES // len(AGENTS) // len(SYMBOLS)
ROUNDS = 30
START = date(2000, 1, 3)
BOOK = BookName("replay")
"""An outcome is a vote that took a side: each row holds one of each agent, with the arms and the decision beside."""


def figures(settings: Settings) -> Iterator[Figure]:
    """Yield the figures on an empty home that `settings` name."""
    yield from asyncio.run(_figures(settings))


async def _figures(settings: Settings) -> Sequence[Figure]:
    async with open_app(settings) as app:
        store = app._store  # noqa: SLF001  (its journal writes what a thousand days would)
        await _fill(store)
        began = perf_counter()
        board = await app.scoring.leaderboard(LeaderboardFilter(book=BOOK))
        first = perf_counter() - began
        if board.of != OUTCOMES:
            raise RuntimeError(f"the board holds {board.of} outcomes")
        boards = [await _timed(app.scoring, wanted) for wanted in _questions()]
        waits = [each.wall for each in boards]
        runs = await _calibrated(store, await app.profiles())
    return [
        Figure(
            what=f"leaderboard over {OUTCOMES:,} outcomes, warm, another question each time",
            figure=f"p50 {median(waits) * 1000:.0f} ms, p95 {percentile(waits, 0.95):.0f} ms; "
            f"CPU p95 {percentile([each.cpu for each in boards], 0.95):.0f} ms",
            bar="p95 < 300 ms",
            reached=percentile(waits, 0.95) < 300,
        ),
        Figure(
            what="the same, the first time after a start",
            figure=f"{first:.1f} s",
            bar="-",
            reached=True,
        ),
        Figure(
            what="calibration of a run's agents over the same, in the run's way",
            figure=f"p50 {median(runs) * 1000:.3f} ms, p95 {percentile(runs, 0.95):.3f} ms",
            bar="p95 < 1 ms",
            reached=percentile(runs, 0.95) < 1,
        ),
    ]


def _questions() -> Iterator[LeaderboardFilter]:
    """Yield questions of which none is like the one before it."""
    for number in range(ROUNDS):
        yield LeaderboardFilter(
            book=BOOK,
            window=tuple(Window)[::-1][number % 4 if number % 2 else 0],
            group_by=tuple(GroupBy)[number % 4],
            market=Symbol(SYMBOLS[number % 20]) if number % 5 == 4 else None,
        )


class Took(NamedTuple):
    """How long an answer took, and what it cost the processor, which a loaded machine blurs less; in seconds."""

    wall: float
    cpu: float


async def _timed(desk: ScoringDesk, wanted: LeaderboardFilter) -> Took:
    began, worked = perf_counter(), process_time()
    await desk.leaderboard(wanted)
    return Took(perf_counter() - began, process_time() - worked)


async def _calibrated(store: Store, profiles: Sequence[AgentProfile]) -> Sequence[float]:
    """Return what a run waits for its agents' curves, each for another session, once they are in memory."""
    known = SqlCalibrations(store.database, store.tenant)
    await known.curves(BOOK, profiles, START)
    took = []
    for number in range(300):
        session = START + timedelta(days=1000 + number)
        began = perf_counter()
        await known.curves(BOOK, profiles, session)
        took.append(perf_counter() - began)
    return took


async def _fill(store: Store) -> None:
    """Have the journal write the runs, a day's in one commit."""
    drawn = random.Random(7)
    for number in range(DAYS):
        events = [
            event
            for part in range(0, len(SYMBOLS), PER_RUN)
            for event in _run(number, SYMBOLS[part : part + PER_RUN], drawn)
        ]
        await store.journal.commit(lambda _tx, events=events: events)  # type: ignore[misc]


def _run(number: int, symbols: Sequence[str], drawn: random.Random) -> Iterator[Event]:
    """Yield the rows of a run that scoring reads, in their order."""
    run_id = f"run_{number:05}_{symbols[0]}"
    as_of = START + timedelta(days=number)
    yield _event(run_id, RunEvent.REQUESTED.value, _requested(run_id, symbols, as_of))
    for agent in AGENTS:
        yield _event(run_id, RunEvent.AGENT_ANSWERED.value, _answered(agent, symbols))
    for symbol in symbols:
        yield _event(
            run_id, RESOLVED, _resolved(run_id, symbol, as_of, drawn.gauss(0.002, 0.05), drawn)
        )


def _requested(run_id: str, symbols: Sequence[str], as_of: date) -> dict[str, JsonValue]:
    asked = [
        {"name": agent, "provider": "rules", "model": f"{agent}/1", "promptTemplate": ""}
        for agent in AGENTS
    ]
    return {
        "runId": run_id,
        "taskId": f"tsk_{run_id}",
        "book": BOOK,
        "mode": "debate",
        "symbols": list(symbols),
        "asOf": as_of,
        "configHash": "",
        "triggeredBy": "bench",
        "profiles": asked,
        "strategy": {"name": f"strategy-{len(run_id) % 2}", "hash": ""},
    }


def _answered(agent: str, symbols: Sequence[str]) -> dict[str, JsonValue]:
    return {
        "profile": agent,
        "role": agent,
        "model": f"{agent}/1",
        "purpose": "answer",
        "latencyMs": 1.5,
        "costUsd": "0.000125",
        "answers": [{"action": "BUY"} for _ in symbols],
    }


def _resolved(
    run_id: str, symbol: str, as_of: date, moved: float, drawn: random.Random
) -> dict[str, JsonValue]:
    votes = [_vote(agent, drawn.choice(("BUY", "SELL")), moved, drawn) for agent in AGENTS]
    shadows = [{"arm": arm, "action": "BUY", "hit": moved > 0} for arm in ARMS]
    return {
        "runId": run_id,
        "symbol": symbol,
        "asOf": as_of,
        "horizon": HORIZON,
        "resolvedAt": as_of + timedelta(days=28),
        "return": moved,
        "last": True,
        "views": len(votes) + len(shadows) + 1,
        "votes": votes,
        "shadows": [*shadows, *({"arm": f"agent:{agent}", "action": "BUY"} for agent in AGENTS)],
        "decision": {"action": "BUY", "confidence": 0.7, "hit": moved > 0},
    }


def _vote(agent: str, action: str, moved: float, drawn: random.Random) -> dict[str, JsonValue]:
    return {
        "profile": agent,
        "role": agent,
        "provider": "rules",
        "model": f"{agent}/1",
        "voter": True,
        "panel": False,
        "action": action,
        "confidence": drawn.random(),
        "rawConfidence": drawn.random(),
        "hit": moved > 0 if action == "BUY" else moved < 0,
    }


def _event(run_id: str, kind: str, payload: dict[str, JsonValue]) -> Event:
    return Event(stream=f"run:{run_id}", type=kind, book=BOOK, payload=payload)
