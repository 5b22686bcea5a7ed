"""Judging: a task of its own stands under the court before it is COMPLETED, a part under the verdict on its parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from quorate.adapters.sql.call_totals import call_totals
from quorate.arbiter.moves import RECEIVED, stream_of
from quorate.arbiter.ports import Court, Judgement
from quorate.arbiter.recorded_spec import recorded_spec
from quorate.bootstrap.fleet.encoding import read_assignment
from quorate.bootstrap.fleet.node.link import InHand
from quorate.bootstrap.store import Store
from quorate.fleet.outcome import TRADING_ANALYSIS
from quorate.kernel.account import Account, Subject
from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.money import Usd

PART = Judgement(passed=True)
"""What is found of a task that is part of another one: nothing, for the verdict on that one covers it."""


class RemoteCourt:
    """Has the court judge what workers made."""

    def __init__(self, store: Store, court: Court) -> None:
        self._store = store
        self._court = court

    async def found(
        self, given: InHand, result: Mapping[str, JsonValue], broken: Sequence[str] = ()
    ) -> Judgement:
        """Return whether a result may stand, with the signed verdict where the task is one of its own.

        Raises:
            InvariantBrokenError: the task's first row does not tell what it may do.
            UnavailableError: the database gave no answer.
        """
        task = given.held.task
        if task.parent:
            return PART
        entries = await self._store.journal.entries(stream_of(task))
        first = next((entry.facts for entry in entries if entry.type == RECEIVED), None)
        if first is None:
            raise InvariantBrokenError(f"{task.task_id} has no first row")
        spec = recorded_spec(first.get("spec"), first.get("specHash"))
        account = await self._account(given, result)
        return self._court.after(task, spec, account, broken)

    async def _account(self, given: InHand, result: Mapping[str, JsonValue]) -> Account:
        """Return what the work made and used; its cost is what the home counted, whatever the worker says."""
        task = given.held.task
        made = (Subject(name=task.task_id, sha256=digest(dict(result))),)
        wall_ms = (self._store.clock.monotonic() - given.given_at) * 1000
        if task.type != TRADING_ANALYSIS:
            return Account(subjects=made, cost=Usd(Decimal(0)), wall_ms=wall_ms)
        try:
            assigned = read_assignment(given.metadata)
        except RejectedError:
            return Account(subjects=made, cost=None, wall_ms=wall_ms)
        run_id = assigned.context.run_id
        totals = await self._store.database.look_up(
            partial(call_totals, tenant=self._store.tenant, run_id=run_id)
        )
        return Account(
            subjects=made,
            cost=totals.counted,
            power_calls=totals.power_calls,
            wall_ms=wall_ms,
            facts={
                "symbols": list(assigned.symbols),
                "models": {assigned.profile.name: assigned.profile.model},
                "prompts": {assigned.prompt.template_id: assigned.prompt.sha256},
            },
        )
