"""A process full of disputes: many runs at once, each of which wants the panel. Prints what each came to as JSON.

Usage: python -m tests.fault.disputing RUNS, with the home and the providers in the environment
"""

from __future__ import annotations

import asyncio
import json
import sys

from quorate.bootstrap import open_app
from quorate.config import load_settings
from quorate.kernel.ids import ProfileName, Symbol
from tests.fakes.model_arena import DAY, VOTERS, RunRequest


async def disputes(runs: int) -> list[str]:
    """Carry out so many runs at once and return the reason of each decision."""
    profiles = tuple(map(ProfileName, VOTERS))
    wanted = RunRequest(symbols=(Symbol("AAPL"),), as_of=DAY, profiles=profiles)
    async with open_app(load_settings()) as app:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(app.run_arena(wanted)) for _ in range(runs)]
    objects = [dict(task.result().as_json()) for task in tasks]
    return [
        f"{made['finalAction']} {made['reasonCode']}"
        for each in objects
        for made in each["decisions"]
    ]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(disputes(int(sys.argv[1])))))
