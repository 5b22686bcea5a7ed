"""Two hubs and eight workers, a process each, on one PostgreSQL: what they do, how fairly, what one chain bears.

The workers answer at once, so all that is measured is the control plane: claim, assignment, acceptance, result, each
durable. The tasks are queued by a process that is no node. Usage: python -m benchmarks.scale [worker URL | commits AT]
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from benchmarks.fleet import NOWHERE, PROGRAM, made_token, running
from benchmarks.measure import Figure
from quorate.agents.defaults import MODEL_PROFILES
from quorate.agents.prompts import template_named
from quorate.agents.prompts.evidence import BookView
from quorate.arbiter.moves import MOVED
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import analysis_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.arena.ports import RunContext
from quorate.bootstrap import open_app
from quorate.bootstrap.fleet.encoding import AssignedAnalysis
from quorate.bootstrap.law import HomeCourt
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings, load_settings
from quorate.kernel.canonical import JsonValue, as_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, RunId, Symbol, TaskId, Tenant
from quorate.kernel.journal import Event, JournalEntry
from quorate.kernel.stamps import moment_of
from quorate.llm.call import Purpose
from quorate.worker import Assignment, Worker

HUBS, WORKERS, SLOTS = 2, 8, 4
PORT = 8673
ANALYSES = 300
"""Of each of the two runs."""

AT_ONCE = 100
STARTING_SECONDS, LONGEST_SECONDS = 120.0, 300.0
COMMITTING_SECONDS, IN_FLIGHT = 4.0, 64
RUNS: Final = ("tsk_FIRST", "tsk_SECOND")
AAPL: Final = Symbol("AAPL")
TENANT: Final = Tenant("bench-chain")
HEARD: Final = {"QUORATE_FLEET__MESSAGES_PER_SECOND": "10000"}
"""A worker that answers at once says more in a second than the 50 messages that a hub bears by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An analysis that was done: whose it was, where, and when."""

    parent: str
    worker: str
    at: float


def figures(settings: Settings) -> Iterator[Figure]:
    """Yield the figures on the PostgreSQL database and the home that `settings` name."""
    yield from _chain()
    asyncio.run(_opened(settings))
    working = made_token("working", ["worker"], {})
    with ExitStack() as stack:
        for number in range(HUBS):
            home = {"QUORATE_HOME": str(settings.home / f"hub{number}"), **NOWHERE, **HEARD}
            port = str(PORT + number)
            stack.enter_context(running([PROGRAM, "up", "--port", port], home))
        for number in range(WORKERS):
            url = f"http://127.0.0.1:{PORT + number % HUBS}"
            home = {
                "QUORATE_HOME": str(settings.home / f"worker{number}"),
                "QUORATE_WORKER_TOKEN": working,
            }
            command = [sys.executable, "-m", "benchmarks.scale", "worker", url, f"w{number}"]
            stack.enter_context(running(command, home))
        began, done = asyncio.run(_worked(settings))
    yield from _told(began, done)


def serve(hub: str, name: str) -> int:
    """Be a worker that answers at once."""
    worker = Worker(hub=hub, capabilities=["llm", "trading_analysis"], name=name, slots=SLOTS)

    @worker.task("trading_analysis")
    async def analyse(given: Assignment) -> Mapping[str, object]:
        said = {"action": "HOLD", "confidence": 0.5}
        return {"answers": [{"symbol": each, **said} for each in given.symbols]}

    return worker.run()


def commit(at: float, in_flight: int) -> int:
    """Commit rows of a row each from a moment on, so many at once, and say how many were durable in time."""
    with opened_store(load_settings(), tenant=TENANT) as store:
        print(asyncio.run(_committed(store, at, in_flight)))
    return 0


async def _committed(store: Store, at: float, in_flight: int) -> int:
    counted = 0

    async def write(lane: int) -> None:
        nonlocal counted
        while time.time() < at + COMMITTING_SECONDS:
            event = Event(
                stream=f"fill:{store.ids.ulid('b_')}", type="fill.row", payload={"lane": lane}
            )
            await store.journal.commit(lambda _tx, row=event: [row])
            counted += time.time() <= at + COMMITTING_SECONDS
            # The rows before the common beginning warm up and do not count.
            counted *= time.time() >= at

    async with asyncio.TaskGroup() as group:
        for lane in range(in_flight):
            group.create_task(write(lane))
    return counted


def _chain() -> Iterator[Figure]:
    with opened_store(load_settings(), tenant=TENANT):
        pass
    for processes, in_flight in ((1, 1), (1, IN_FLIGHT), (2, IN_FLIGHT)):
        at = str(time.time() + 5 * processes + 3)
        command = [sys.executable, "-m", "benchmarks.scale", "commits", at, str(in_flight)]
        started = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)
        ]
        rows = sum(int(each.communicate(timeout=120)[0]) for each in started)
        many = "one process" if processes == 1 else f"{processes} processes"
        yield Figure(
            what=f"one tenant's chain, {many}, {in_flight} rows in flight each, PostgreSQL",
            figure=f"{rows / COMMITTING_SECONDS:.0f} rows/s durable",
            bar="-",
            reached=True,
        )


async def _opened(settings: Settings) -> None:
    async with open_app(settings):
        pass


async def _worked(settings: Settings) -> tuple[float, Sequence[Done]]:
    """Queue the analyses of two runs, the second's behind the first's, and return when and how all were done."""
    async with open_app(settings) as app:
        clock, done = app.clock, list[Done]()
        async with asyncio.timeout(STARTING_SECONDS):
            while sum(each.state == "idle" for each in await app.fleet.workers()) < WORKERS:
                await clock.sleep(0.5)
        began = clock.now().timestamp()
        with opened_store(settings) as store:
            head = await store.head()
            await _queued(store)
        async with asyncio.timeout(LONGEST_SECONDS):
            while len(done) < len(RUNS) * ANALYSES:
                await clock.sleep(0.2)
                rows = await app.feed().rows(head, 2000)
                done += [each for row in rows if (each := _done(row)) is not None]
                head = rows[-1].seq if rows else head
    return began, done


def _done(row: JournalEntry) -> Done | None:
    if row.type != MOVED or row.facts.get("to") != TaskState.COMPLETED:
        return None
    parent = row.stream.removeprefix("task:")[:-4]
    return Done(parent=parent, worker=str(row.facts["worker"]), at=moment_of(row.ts).timestamp())


async def _queued(store: Store) -> None:
    arbiter = Arbiter(
        store.journal, store.clock, owner="bench", lease_seconds=45, court=HomeCourt(store)
    )
    spec, assignment = analysis_spec((AAPL,), ()), _assignment()
    for parent in RUNS:
        for first in range(0, ANALYSES, AT_ONCE):
            events = list[Event]()
            for number in range(first, first + AT_ONCE):
                task = Task(
                    task_id=TaskId(f"{parent}{number:04}"),
                    type=TaskType.TRADING_ANALYSIS,
                    subject="run_benchmark",
                    trace_id=store.ids.trace_id(),
                    state=TaskState.RECEIVED,
                    token=0,
                    attempts=1,
                    parent=TaskId(parent),
                )
                events += arbiter.queued(task, spec, assignment)[2]
            await store.journal.commit(lambda _tx, batch=tuple(events): batch)


def _assignment() -> Mapping[str, JsonValue]:
    """Return the turn that every worker is given."""
    assigned = AssignedAnalysis(
        profile=replace(
            MODEL_PROFILES[0], provider="openrouter", model="small/model", enabled=True
        ),
        prompt=template_named("technical_analyst/1"),
        symbols=(AAPL,),
        as_of=date(2012, 6, 29),
        snapshot_hash="0" * 64,
        series={AAPL: "1" * 64},
        quarantined={},
        without_data=(),
        book=BookView(mode="REPLAY", cash=Decimal(1), equity=Decimal(1)),
        news=(),
        context=RunContext(run_id=RunId("run_1"), trace_id="0" * 32, book=BookName("replay")),
        purpose=Purpose.ANSWER,
        round=0,
        before="",
    )
    tree = as_json(msgspec.to_builtins(assigned, str_keys=True))
    if not isinstance(tree, dict):
        raise InvariantBrokenError("an assignment is an object")
    return dict(tree)


def _told(began: float, done: Sequence[Done]) -> Iterator[Figure]:
    took = max(each.at for each in done) - began
    yield Figure(
        what=f"{len(done)} analyses, {HUBS} hubs and {WORKERS} workers of {SLOTS} slots, PostgreSQL",
        figure=f"{len(done) / took:.0f} analyses/s",
        bar="-",
        reached=True,
    )
    ordered = sorted(done, key=lambda each: each.at)
    second = sum(each.parent == RUNS[1] for each in ordered[: len(ordered) // 2])
    share = second / (len(ordered) // 2)
    yield Figure(
        what="the later of two runs: its share of the first half of all analyses done",
        figure=f"{share:.0%}",
        bar="40 % to 60 %",
        reached=0.4 <= share <= 0.6,
    )
    counts = sorted(sum(each.worker == f"w{number}" for each in done) for number in range(WORKERS))
    yield Figure(
        what="analyses that the least and the most loaded worker did",
        figure=f"{counts[0]} and {counts[-1]}",
        bar="-",
        reached=True,
    )


def main(words: Sequence[str]) -> int:
    """Be a worker, or a process that commits; without a word, measure and print."""
    match words:
        case ["worker", url, name]:
            return serve(url, name)
        case ["commits", at, in_flight]:
            return commit(float(at), int(in_flight))
        case _:
            for figure in figures(load_settings()):
                print(json.dumps({"what": figure.what, "figure": figure.figure}), flush=True)
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
