"""Work for processes of their own, forked from a server that has imported it all and runs no thread."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401  (imported once, in the server)
from sqlalchemy import event

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.migration import migrate
from quorate.adapters.sql.purse import SqlPurse
from quorate.llm.budget import BudgetExhaustedError, BudgetPolicy, Reservation
from quorate.llm.tier import Tier
from tests.fakes.money import wanted
from tests.integration.facts import noted, task_moved, task_received
from tests.integration.homes import begin_run, open_once
from tests.integration.stores import LONGEST, Ground, outcomes

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.integration.children"])


def ended(target: Callable[..., None], arguments: Iterable[Sequence[Any]]) -> list[int | None]:
    """Run `target` once for each of `arguments`, all at once, and return the exit codes."""
    processes = [FORKS.Process(target=target, args=tuple(each)) for each in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join(LONGEST)
    codes = [process.exitcode for process in processes]
    for process in processes:
        process.kill()
        process.join()
        process.close()
    return codes


def dies() -> None:
    """End this process at once, as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def commits_much(ground: Ground, name: str, count: int) -> None:
    """Commit `count` tasks' first moves in bursts of many sizes."""
    draw = random.Random(name)  # noqa: S311  (a seeded draw)

    async def work() -> None:
        left = list(range(count))
        with ground.opened() as store:
            while left:
                burst, left[:] = left[: (size := draw.choice((1, 1, 2, 7, 20)))], left[size:]
                tasks = [f"{name}-{number}" for number in burst]
                received = await outcomes(
                    [store.add(task_received(task), noted(task)) for task in tasks]
                )
                moved = await outcomes(
                    [store.add(task_moved(task, "RECEIVED", "VALIDATING_SPEC")) for task in tasks]
                )
                for result in (*received, *moved):
                    if isinstance(result, BaseException):
                        raise result

    asyncio.run(work())


def migrates(url: str) -> None:
    database = Database(DatabasePolicy(url=url))
    migrate(database)
    database.close()


CHANGES = ("ALTER", "COMMIT", "CREATE", "DROP", "INSERT", "UPDATE")


def dies_migrating(url: str, statement: int) -> None:
    """Migrate, and die before the `statement`th statement that changes the schema, its version or its rows."""
    database, left = Database(DatabasePolicy(url=url)), [statement]

    def count(_connection: object, _cursor: object, text: str, *_more: object) -> None:
        if text.lstrip().upper().startswith(CHANGES):
            left[0] -= 1
            if left[0] == 0:
                dies()

    event.listen(database.engine, "before_cursor_execute", count)
    migrate(database)


def dies_running(home: Path, url: str, failpoint: str, passes: int) -> None:
    """Carry out an arena run and die the `passes`th time that it comes to `failpoint`."""
    left = [passes]

    def count(name: str) -> None:
        if name == failpoint:
            left[0] -= 1
            if left[0] == 0:
                dies()

    asyncio.run(begin_run(home, url, count))


def opens(home: Path, url: str) -> None:
    """Open the home as any command does."""
    asyncio.run(open_once(home, url))


def wants_power(ground: Ground, name: str, count: int) -> None:
    """Want `count` power calls at once and end with how many were granted as the exit code."""

    async def work() -> int:
        with ground.opened() as store:
            purse = SqlPurse(store.journal, store.clock, BudgetPolicy())
            calls = [
                wanted("0.0001", call_id=f"{name}-{number:03d}", tier=Tier.POWER)
                for number in range(count)
            ]
            results = await outcomes([purse.reserve(call) for call in calls])
            refused = [each for each in results if isinstance(each, BudgetExhaustedError)]
            granted = [each for each in results if isinstance(each, Reservation)]
            return len(granted) if len(granted) + len(refused) == count else 99

    sys.exit(asyncio.run(work()))


def dies_with_a_call_under_way(ground: Ground, call_id: str) -> None:
    """Set money aside for a call, and die before anybody can say how it ended."""

    async def work() -> None:
        with ground.opened() as store:
            purse = SqlPurse(store.journal, store.clock, BudgetPolicy())
            await purse.reserve(wanted("0.01", call_id=call_id))
            dies()

    asyncio.run(work())
