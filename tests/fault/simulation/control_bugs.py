"""Planted bugs in the control plane: each breaks one invariant of the simulation, and is taken out with its block."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from quorate.adapters.sql import batch, purse
from quorate.arbiter import service as arbiter
from quorate.arbiter.holding import Held
from quorate.arbiter.task import TaskEvent
from quorate.arena import voting
from quorate.audit.auditor import Audit
from quorate.audit.chain import GENESIS
from quorate.bootstrap.running import Runner
from quorate.config import Settings
from quorate.cycle import service as cycles
from quorate.results.applying import Applied
from tests.fault.simulation.bugs import instead


def rows_not_chained() -> Any:
    """A row's hash covers the row alone."""
    right = batch.chained_hash
    return instead(batch, "chained_hash", lambda _prev, row: right(GENESIS, row))


def doubted_twice() -> Any:
    """A doubt counts once more than it is recorded."""
    right = voting.confidence_chain

    def chain(raw: Any, **doubts: Any) -> Any:
        *steps, last = right(raw, **doubts)
        return (*steps, replace(last, value=last.value * 0.99))

    return instead(voting, "confidence_chain", chain)


def task_taken_without_its_lease() -> Any:
    """Who takes a task over goes on where the dead one was, and does not ask for the task's lease."""

    async def _take_over(self: Any, task: Any) -> Any:
        return Held(task, replace(self._first_lease(task), token=task.token))

    return instead(arbiter.Arbiter, "_take_over", _take_over)


def password_not_masked() -> Any:
    """The configuration is recorded with the password of the database."""
    return instead(Settings, "_shown_url", property(lambda self: self.database_url))


def taken_up_again_and_again() -> Any:
    """Who takes a task over takes itself for dead, and takes it over once more."""
    right = arbiter.Arbiter._take_over
    again = (TaskEvent.LEASE_LOST, TaskEvent.ASSIGNED, TaskEvent.STARTED)

    async def _take_over(self: Any, task: Any) -> Any:
        held = await right(self, task)
        while task.state == "EXECUTING" and held.task.attempts < 9:
            held = await self.advance(held, *again)
            held = replace(held, task=replace(held.task, attempts=held.task.attempts + 1))
        return replace(held, task=replace(held.task, attempts=1))

    return instead(arbiter.Arbiter, "_take_over", _take_over)


def task_left_behind() -> Any:
    """Nobody takes up what a dead process was at."""

    async def recover(_self: Any) -> list[str]:
        return []

    return instead(Runner, "recover", recover)


def auditor_with_a_memory() -> Any:
    """What the auditor says of a cycle depends on how many it has looked at."""
    right, asked = cycles.audited, itertools.count()

    def audited(trace: Any) -> Audit:
        more = ("this one looks odd",) if next(asked) % 3 == 2 else ()
        return Audit((*right(trace).violations, *more))

    return instead(cycles, "audited", audited)


def told_each_time_it_comes() -> Any:
    """A result that is delivered again is told again."""

    def apply(self: Any, result: Any) -> Any:
        arrival = self.newest.apply(result)
        self._bus.tell(result, is_newest=True)
        return arrival

    return instead(Applied, "apply", apply)


def budget_looked_at_by_nobody() -> Any:
    """Money is set aside whether or not a limit has room for it."""
    return instead(purse, "require_room", lambda _wanted, _met: None)
