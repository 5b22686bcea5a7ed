"""Model agents' figures over real HTTP: whole runs with an instant model, and 2000 tasks with a call of 50 ms each."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

from benchmarks.instant_model import instant_model
from benchmarks.journal import received, walk
from benchmarks.measure import Figure, percentile, spread
from quorate.adapters.openai_compatible.client import open_providers
from quorate.adapters.openai_compatible.endpoint import Endpoint
from quorate.adapters.sql.purse import SqlPurse
from quorate.agents.defaults import MODEL_PROFILES
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import to_payload
from quorate.arena.request import RunRequest
from quorate.bootstrap import App, open_app
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings
from quorate.kernel.ids import ProfileName, Symbol, Tenant, TraceId
from quorate.kernel.journal import Event
from quorate.llm.budget import BudgetPolicy
from quorate.llm.call import Message, ModelId, Purpose
from quorate.llm.gateway import LogicalCall
from quorate.llm.ladder import Rung
from quorate.llm.price_table import PriceTable
from quorate.llm.prompt import prompt_of
from quorate.llm.service import Gateway
from quorate.llm.tier import Tier

AAPL = (Symbol("AAPL"),)
FIVE = tuple(ProfileName(f"analyst_{number}") for number in range(1, 6))
ALONE, AT_ONCE, RUNS = 200, 200, 1000
TASKS, CALL_S = 2000, 0.05
PLENTY = 10**6
AMPLE = BudgetPolicy(per_day=Decimal(PLENTY), per_profile_day=Decimal(PLENTY))
PROVIDER = "openai"
MODEL = "gpt-5-mini"


@contextmanager
def ample(url: str) -> Iterator[None]:
    """Have settings read a provider at `url`, and budgets that nothing here can use up."""
    variables = {
        "OPENAI_BASE_URL": url,
        "OPENAI_API_KEY": "benchmark",
        "QUORATE_BUDGET__PER_DAY": str(PLENTY),
        "QUORATE_BUDGET__PER_PROFILE_DAY": str(PLENTY),
    }
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


async def run_figures(settings: Settings) -> list[Figure]:
    """Return the figures of runs that five model agents answer; SQLite, an instant model, no panel."""
    with opened_store(settings) as store:
        await store.journal.commit(lambda _tx: [_registered(name) for name in FIVE])
    async with open_app(settings) as app:
        sessions = await app.last_sessions(AAPL, 250)
        await _runs(app, sessions, 20)
        alone = await _runs(app, sessions, ALONE)
        pace = await _pace(app, sessions)
    return [
        Figure(
            what="one run of five model agents, persisted, instant model, alone",
            figure=spread(alone),
            bar="p50 < 10 ms",
            reached=percentile(alone, 0.5) < 10,
        ),
        Figure(
            what=f"runs of five model agents, {AT_ONCE} at once",
            figure=f"{pace:.0f} runs/s ({5 * pace:.0f} calls/s)",
            bar=">= 250 runs/s",
            reached=pace >= 250,
        ),
    ]


async def task_figures(settings: Settings, database: str) -> list[Figure]:
    """Return what 2000 tasks at once add to a model call of 50 ms each: nine transitions, money, the gateway."""
    with (
        instant_model(CALL_S) as url,
        opened_store(settings, tenant=Tenant(f"bench-{time.time_ns()}")) as store,
    ):
        endpoint = Endpoint(name=PROVIDER, base_url=url)
        async with open_providers([endpoint], store.clock) as providers:
            gateway = Gateway(
                models=providers,
                purse=SqlPurse(store.journal, store.clock, AMPLE),
                prices=PriceTable(),
                clock=store.clock,
                ids=store.ids,
                draw=random.random,
            )
            each: list[float] = []
            await _tasks(store, gateway, TASKS, [])
            whole = await _tasks(store, gateway, TASKS, each)
            await gateway.close()
    return [
        Figure(
            what=f"{TASKS} tasks at once with a model call of 50 ms each, each transition, {database}",
            figure=f"{spread(each)}; a whole task beyond its call p95 {percentile(whole, 0.95) - 50:.0f} ms",
            bar="p95 < 400 ms",
            reached=percentile(each, 0.95) < 400,
        )
    ]


async def _tasks(store: Store, gateway: Gateway, count: int, each: list[float]) -> list[float]:
    async with asyncio.TaskGroup() as receiving:
        tasks = [receiving.create_task(received(store)) for _ in range(count)]
    call = _call()
    async with asyncio.TaskGroup() as walking:
        walks = [
            walking.create_task(walk(store, task.result(), each, lambda: gateway.ask(call)))
            for task in tasks
        ]
    return [each.result() for each in walks]


def _call() -> LogicalCall:
    asked = Message(role="user", content="2012-06-29 583.98 584.00 574.25 578.86 " * 100)
    return LogicalCall(
        logical_id="bench",
        trace_id=TraceId("0" * 32),
        profile="bench",
        purpose=Purpose.ANSWER,
        ladder=(Rung(model=ModelId(PROVIDER, MODEL), tier=Tier.CHEAP),),
        prompt=prompt_of([asked]),
        max_tokens=1024,
        timeout_s=20.0,
    )


def _registered(name: ProfileName) -> Event:
    profile: AgentProfile = replace(
        MODEL_PROFILES[0], name=name, model=MODEL, enabled=True, tool_policy=()
    )
    return Event(stream=f"profile:{name}", type="profile.registered", payload=to_payload(profile))


async def _runs(app: App, sessions: Sequence[date], count: int) -> list[float]:
    took = []
    for place in range(count):
        began = time.perf_counter()
        await app.run_arena(_request(sessions, place))
        took.append(time.perf_counter() - began)
    return took


async def _pace(app: App, sessions: Sequence[date]) -> float:
    """Return the runs a second with `AT_ONCE` of them in flight."""
    free = asyncio.Semaphore(AT_ONCE)

    async def run(place: int) -> None:
        async with free:
            await app.run_arena(_request(sessions, place))

    began = time.perf_counter()
    async with asyncio.TaskGroup() as running:
        for place in range(RUNS):
            running.create_task(run(place))
    return RUNS / (time.perf_counter() - began)


def _request(sessions: Sequence[date], place: int) -> RunRequest:
    return RunRequest(symbols=AAPL, as_of=sessions[place % len(sessions)], profiles=FIVE)
