"""What a victim does until it is killed, and what a survivor then demands of the database it left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from quorate.adapters.clock.system import SystemClock
from quorate.adapters.sql.budgets import BUDGET_DAYS
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.journal import chain_rows
from quorate.arena.record import RunFilter
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.bootstrap.importing import import_bars
from quorate.bootstrap.seeding import seed
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import Symbol, Tenant
from quorate.kernel.journal import Event
from quorate.llm.budget import CallStatus
from tests.fakes.money import charge, wanted

PARTS = 3
PAID = 5
CASES = 24
REQUEST = RunRequest(symbols=(Symbol("AAPL"),), as_of=date(2012, 6, 29))

Acknowledge = Callable[[str], None]


@dataclass(slots=True)
class KillSwitch:
    """Kills its own process when it passes the failpoint `name` for the `nth` time; with nth 0 it only notes names."""

    name: str
    nth: int
    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if self.nth and name == self.name and self.names.count(name) == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)


class LaterClock(SystemClock):
    """An hour on: every lease that a dead process held has run out."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=1)


async def prepare(settings: Settings, tenant: Tenant, bars: Path) -> None:
    """Give `tenant` the few bars that a run needs, the default profiles and a book."""
    with opened_store(settings, tenant=tenant) as store:
        await import_bars(store, bars, None)
        await seed(store)


async def write_cases(
    settings: Settings, tenant: Tenant, switch: KillSwitch, acknowledge: Acknowledge
) -> None:
    """Commit use cases of three rows each, many at once and then alone; every fourth is refused."""
    with opened_store(settings, tenant=tenant, failpoint=switch) as store:
        await asyncio.gather(*(_write_case(store, i, acknowledge) for i in range(CASES)))
        for i in range(CASES, CASES + 4):
            await _write_case(store, i, acknowledge)


async def _write_case(store: Store, number: int, acknowledge: Acknowledge) -> None:
    name = f"case:{store.ids.ulid('')}"

    def decide(_tx: object) -> Sequence[Event]:
        if number % 4 == 3:
            raise ConflictError("refused on purpose")
        return [
            Event(stream=name, type="case.part", payload={"part": part}) for part in range(PARTS)
        ]

    with suppress(ConflictError):
        await store.journal.commit(decide)
        acknowledge(name)


async def run_once(
    settings: Settings, tenant: Tenant, switch: KillSwitch, acknowledge: Acknowledge
) -> None:
    """Open the application and make one arena run."""
    async with open_app(settings, tenant=tenant, failpoint=switch) as app:
        run = await app.run_arena(REQUEST)
        acknowledge(f"run:{run.run_id}")


async def pay(
    settings: Settings, tenant: Tenant, switch: KillSwitch, acknowledge: Acknowledge
) -> None:
    """Set money aside for five calls at once, settle three of them, alone and with an answer, and leave two."""
    async with open_app(settings, tenant=tenant, failpoint=switch) as app:
        purse = app.money.purse
        calls = [wanted("0.0001", call_id=f"call_{os.urandom(8).hex()}") for _ in range(PAID)]
        reserved = await asyncio.gather(*map(purse.reserve, calls))
        for each in reserved:
            acknowledge(f"call:{each.id} reserved")
        await asyncio.gather(*(purse.settle(each, charge("0.00002")) for each in reserved[:2]))
        for each in reserved[:2]:
            acknowledge(f"call:{each.id} answered")
        await purse.settle(reserved[2], charge(None, CallStatus.FAILED))
        acknowledge(f"call:{reserved[2].id} failed")


async def problems_left(
    settings: Settings,
    tenant: Tenant,
    acknowledged: Sequence[str],
    baseline: str,
    *,
    projections: bool,
) -> list[str]:
    """Open what the victim left as the next process would, and return what is wrong with it.

    With `projections` the state tables are folded again too.
    """
    async with open_app(settings, tenant=tenant, clock=LaterClock()) as app:
        page = await app.list_runs(RunFilter(), 1000, None)
        found = await app.verify(projections=projections, against=None)
        problems = list(found.problems)
        for line in page.items:
            row = line.row
            run = await app.recorded_run(row.run_id)
            problems += _run_problems(run.as_json(), baseline)
            if run.row() != row:
                problems.append(f"{row.run_id} is listed as {row}, its journal says {run.row()}")
    with opened_store(settings, tenant=tenant) as store:
        problems += await store.database.read(
            lambda connection: _call_problems(connection, tenant, acknowledged)
        )
        rows = await store.database.read(
            lambda connection: Counter(row.stream for row in chain_rows(connection, tenant))
        )
    return problems + _case_problems(rows, acknowledged)


def essence(run: object) -> str:
    """Return the decisions and shadows of a run's JSON without ids, times, row numbers and latencies."""
    assert isinstance(run, dict)
    tree = {"decisions": run["decisions"], "shadows": run["shadows"]}
    return json.dumps(_without(tree, {"decisionId", "latencyMs", "evidence"}), sort_keys=True)


def _without(tree: object, keys: set[str]) -> object:
    if isinstance(tree, dict):
        return {key: _without(value, keys) for key, value in tree.items() if key not in keys}
    return [_without(item, keys) for item in tree] if isinstance(tree, list | tuple) else tree


def _run_problems(run: dict[str, object], baseline: str) -> list[str]:
    if run["status"] == "completed":
        return [] if essence(run) == baseline else [f"{run['runId']} decided otherwise"]
    if run["status"] == "failed" and run["failure"]:
        return []
    return [f"{run['runId']} was left {run['status']} without a reason"]


def _call_problems(
    connection: Connection, tenant: Tenant, acknowledged: Sequence[str]
) -> list[str]:
    """Return which calls are lost or left open, and where the balances are not the sums of the calls."""
    rows = connection.execute(LLM_CALLS.select().where(LLM_CALLS.c.tenant == tenant)).all()
    status = {row.call_id: row.status for row in rows}
    said = dict(name.removeprefix("call:").split() for name in acknowledged if "call:" in name)
    lost = [
        f"{call} was {end} and is {status.get(call, 'lost')}"
        for call, end in said.items()
        if call not in status or end not in {"reserved", status[call]}
    ]
    left_open = [f"{call} was left open" for call, end in status.items() if end == "reserved"]
    counted = Counter[str]()
    for row in rows:
        counted[row.day] += row.counted
    held = Counter[str]()
    query = BUDGET_DAYS.select().where(BUDGET_DAYS.c.tenant == tenant)
    for balance in connection.execute(query):
        held[balance.day] += balance.reserved + balance.spent
    sums = [] if held == counted else [f"the budgets hold {held}, the calls sum to {counted}"]
    return lost + left_open + sums


def _case_problems(rows: Counter[str], acknowledged: Sequence[str]) -> list[str]:
    names = [name for name in acknowledged if not name.startswith("call:")]
    lost = [f"{name} was acknowledged and is lost" for name in names if not rows[name]]
    torn = [
        f"{name} is torn: {count} of {PARTS} rows"
        for name, count in rows.items()
        if name.startswith("case:") and count != PARTS
    ]
    return lost + torn
