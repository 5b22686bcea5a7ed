"""Again: how a task of each type is tried again, as a new task that names it."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.arbiter.record import TaskLine
from quorate.arena.acceptance import RequestKey
from quorate.arena.request import DEBATE, RunRequest
from quorate.bootstrap.backtests import Backtests
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.bootstrap.tasking.order_desk import OrderDesk
from quorate.bootstrap.viewing import recorded_run
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import TaskId

BY = "retry"
"""Who asks for what is tried again, where a request must say so."""


@dataclass(frozen=True, slots=True)
class OrderAgain:
    """An act on orders: the same act, all its attempts anew."""

    orders: OrderDesk

    async def retry(self, line: TaskLine) -> TaskId:
        """Return the id of the new task; raises as the order work does."""
        return (await self.orders.retry(line.task_id)).task_id


@dataclass(frozen=True, slots=True)
class RunAgain:
    """An arena run: the same question on the same book at the same moment, asked once more and once only."""

    store: Store
    runner: Runner

    async def retry(self, line: TaskLine) -> TaskId:
        """Return the id of the new run's task.

        Raises:
            RejectedError: it was a part of something else, which is tried again with that; or it cannot be run.
            ConflictError: it was tried again before.
        """
        header = (await recorded_run(self.store, line.subject)).header.fact
        if header.replay_of is not None or header.mode != DEBATE:
            raise RejectedError(
                f"{line.subject} is a what-if, or a round of a competition",
                effect="nothing was started",
                fix="start that again",
            )
        request = RunRequest(
            symbols=header.symbols,
            as_of=header.as_of,
            book=header.book,
            profiles=header.profiles,
            max_cost=header.max_cost,
            strategy=None if header.strategy is None else header.strategy.name,
        )
        key = RequestKey(principal=BY, key=line.task_id, fingerprint=line.subject)
        started = await self.runner.start(request, f"{BY} of {line.subject}", key)
        if started.replayed:
            raise ConflictError(
                f"{line.task_id} was tried again already: {started.run_id}",
                effect="nothing was started",
                fix=f"quorate runs show {started.run_id}",
            )
        return (await recorded_run(self.store, started.run_id)).header.fact.task_id


@dataclass(frozen=True, slots=True)
class BacktestAgain:
    """A backtest: the strategy as it is now, over the same sessions."""

    backtests: Backtests

    async def retry(self, line: TaskLine) -> TaskId:
        """Return the id of the new backtest's task; raises RejectedError where it cannot be made any more."""
        return await self.backtests.again(line.subject, BY)
