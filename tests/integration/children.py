"""Work for processes of their own, forked from a server that has imported it all and runs no thread."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401  (imported once, in the server)
from sqlalchemy import event

from quorate.adapters.sql.database import Database, DatabasePolicy
from quorate.adapters.sql.migration import migrate
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


def dies_migrating(url: str, statement: int) -> None:
    """Migrate, and die before the `statement`th statement that changes the schema or its version."""
    database, left = Database(DatabasePolicy(url=url)), [statement]

    def count(_connection: object, _cursor: object, text: str, *_more: object) -> None:
        if text.lstrip().upper().startswith(("CREATE", "INSERT", "COMMIT")):
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
