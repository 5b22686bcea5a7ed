"""The arena as a cycle asks it: one run a cycle, found again where a process died in the middle of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

from quorate.adapters.sql.cycles import cycle_line
from quorate.arena.record import RecordedRun, RunStatus, read_run, stream_of
from quorate.arena.request import RunRequest
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.cycle.record import CycleFacts, analysis_event
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import RunId, Symbol

LOOK_AGAIN_S: Final = 0.5
"""How often a run that is another process's is looked at."""

PATIENCE_S: Final = 180.0
"""How long it is waited for: a lease of the default length, and a run after it. Ours."""


class LoneAnalyst:
    """Asks the arena for a run by itself: it is on record, and no cycle follows it."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def analysed(
        self, cycle: CycleFacts, symbols: Sequence[Symbol], as_of: date
    ) -> RecordedRun:
        """Return the run of the cycle that is only looked at."""
        return await self._runner.run(
            RunRequest(
                symbols=tuple(symbols), as_of=as_of, book=cycle.book, strategy=cycle.strategy
            ),
            "preview",
        )


class RunAnalyst:
    """Asks the arena through the arbiter, as everybody does."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store = store
        self._runner = runner

    async def analysed(
        self, cycle: CycleFacts, symbols: Sequence[Symbol], as_of: date
    ) -> RecordedRun:
        """Return the cycle's run, finished; see the port."""
        line = await self._store.database.look_up(
            partial(cycle_line, tenant=self._store.tenant, cycle_id=cycle.cycle_id)
        )
        if line is not None and line.run_id:
            return await self._finished(RunId(line.run_id))
        request = RunRequest(
            symbols=tuple(symbols), as_of=as_of, book=cycle.book, strategy=cycle.strategy
        )
        return await self._runner.run_of_cycle(request, cycle, partial(analysis_event, cycle))

    async def _finished(self, run_id: RunId) -> RecordedRun:
        """Return the run once it ended; one whose process died is adopted as soon as its lease is over."""
        clock = self._store.clock
        begun = clock.monotonic()
        while clock.monotonic() - begun < PATIENCE_S:
            run = read_run(await self._store.journal.entries(stream_of(run_id)))
            if run.status is not RunStatus.RUNNING:
                return run
            await self._runner.recover()
            await clock.sleep(LOOK_AGAIN_S)
        raise UnavailableError(
            f"the run {run_id} did not end in {PATIENCE_S:.0f} s", source="arena"
        )
