"""Refusing: while the control plane is shut, the court lets no new run or backtest begin, however it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from quorate.adapters.sql.control import switch_in
from quorate.arbiter.coordination.shutdown import INTAKE
from quorate.arbiter.ports import Court, Judgement
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import Task, TaskType
from quorate.bootstrap.store import Store
from quorate.kernel.account import Account

REFUSED: Final = frozenset({TaskType.ARENA_RUN, TaskType.BACKTEST})
"""What begins something new. Acts on orders go on: cancelling and closing must always work, halts hold the rest."""


class RefusingCourt:
    """The court, and before it the question whether anything new is taken at all."""

    def __init__(self, court: Court, store: Store) -> None:
        self._court = court
        self._store = store

    def before(self, task: Task, spec: TaskSpec) -> Judgement:
        """Refuse what begins something new while nothing is taken; see the port."""
        if task.type in REFUSED and not task.parent:
            switch = self._store.database.read_now(
                partial(switch_in, tenant=self._store.tenant, name=INTAKE)
            )
            if switch.is_shut:
                why = f"no new task is taken until a person resumes: {switch.reason}"
                return Judgement(passed=False, problems=(why,))
        return self._court.before(task, spec)

    def after(
        self, task: Task, spec: TaskSpec, account: Account, broken: Sequence[str]
    ) -> Judgement:
        """Return what the court found; see the port."""
        return self._court.after(task, spec, account, broken)
