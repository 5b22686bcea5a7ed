"""Money for model calls as people meet it: what was spent, what the budgets are, and how to set one.

Every figure is a reading of the call rows and the balances that the journal's events made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from quorate.adapters.sql.budgets import balances_on, limits_set
from quorate.adapters.sql.call_listing import calls_count, calls_page
from quorate.adapters.sql.costs import CostCells, cost_by_day, cost_lines, spent_in
from quorate.adapters.sql.open_calls import open_calls
from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.purse import SqlPurse
from quorate.adapters.sql.tasks import abandoned_tasks
from quorate.adapters.sql.transaction import Transaction
from quorate.adapters.sql.warnings import warnings_on
from quorate.agents.profile import AgentProfile
from quorate.arbiter.task import TaskType
from quorate.bootstrap.pricing import PriceChange, price_lines, state_price
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import BookName
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.kernel.stamps import stamp
from quorate.llm.budget import (
    COUNTED,
    BudgetPolicy,
    CallStatus,
    Charge,
    CostSource,
    Limit,
    Reservation,
    size_of,
)
from quorate.llm.budget_line import BudgetLine, budget_lines
from quorate.llm.call import ModelId
from quorate.llm.call_listing import CallFilter, CallPage
from quorate.llm.catalogue import StatedPrice
from quorate.llm.cost import CostAxis, CostLine
from quorate.llm.forecast import month_start
from quorate.llm.nanos import dollars, nanos_of, usd_of
from quorate.llm.outlook import DayGauge, Outlook
from quorate.llm.price_line import PriceLine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """What became of a wish to set a limit; not `applied` when it was so already."""

    line: BudgetLine
    applied: bool


class MoneyBook:
    """One home's money for calls; `purse` is what a gateway pays from."""

    def __init__(self, store: Store, policy: BudgetPolicy) -> None:
        self._store = store
        self._policy = policy
        self.purse = SqlPurse(store.journal, store.clock, policy)
        self._cells = CostCells()

    async def cost_summary(
        self, by: CostAxis, since: date, until: date | None = None
    ) -> Sequence[CostLine]:
        """Return the calls from one UTC day to another, both included, added up by `by`; the keys in their order."""
        return await self._read(
            partial(cost_lines, by=by, since=since, until=until, known=self._cells)
        )

    async def cost_by_day(
        self, by: CostAxis, since: date, until: date | None = None
    ) -> Mapping[str, Sequence[CostLine]]:
        """Return the same for each day that had a call, by its name, the oldest first."""
        return await self._read(
            partial(cost_by_day, by=by, since=since, until=until, known=self._cells)
        )

    async def spent_in(self, book: BookName) -> Usd:
        """Return what the budgets counted for a book's calls, ever."""
        return await self._read(partial(spent_in, book=book))

    async def calls(self, wanted: CallFilter, limit: int, after: str | None) -> CallPage:
        """Return at most `limit` of the calls that `wanted` asks for, newest first, those made before call `after`."""
        return await self._read(partial(calls_page, wanted=wanted, limit=limit, after=after))

    async def calls_count(self, wanted: CallFilter) -> int:
        """Return how many calls `wanted` asks for."""
        return await self._store.database.read(
            partial(calls_count, tenant=self._store.tenant, wanted=wanted)
        )

    async def outlook(self) -> Outlook:
        """Return what today and this month cost, how full the limits are, and where the rate so far leads."""
        return await self._store.database.read(self._outlook)

    async def gauge(self) -> DayGauge:
        """Return how full the day's limit is and which limits filled up today: few rows, for every page."""
        return await self._store.database.look_up(self._gauge)

    async def prices(self) -> Sequence[PriceLine]:
        """Return what every model costs that is named anywhere, and who says so; see `pricing`."""
        return await self._store.database.read(partial(price_lines, self._store))

    async def set_price(self, model: ModelId, price: StatedPrice | None) -> PriceChange:
        """State what a model costs; None gives it back to the configuration and the price table.

        It holds for the next reservation of any process; a call keeps the price that it was charged with.
        """
        applied = await state_price(self._store.journal, model, price)
        (line,) = [each for each in await self.prices() if each.model == model]
        return PriceChange(line, applied)

    async def budgets(self) -> Sequence[BudgetLine]:
        """Return every limit and how full it is today: those that hold for everybody, then each profile's."""
        return await self._store.database.read(self._lines)

    async def set_budget(self, limit: Limit, amount: Decimal | None) -> BudgetChange:
        """Give a limit another size; see `set_budgets`."""
        applied = await self.set_budgets({limit: amount})
        (line,) = [
            line for line in await self.budgets() if line.limit is limit and not line.profile
        ]
        return BudgetChange(line, bool(applied))

    async def set_budgets(self, wanted: Mapping[Limit, Decimal | None]) -> Sequence[Limit]:
        """Give limits other sizes, in dollars or calls, all or none; None gives one back to the configuration.

        They hold for the next reservation of any process; what is set aside already stays so.

        Returns:
            The limits that were not so already.

        Raises:
            RejectedError: a limit cannot be set, or not to this.
        """
        sizes = {
            limit: None if amount is None else size_of(limit, amount)
            for limit, amount in wanted.items()
        }
        applied: list[Limit] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            present = {limit: tx.limit_set(limit) for limit in sizes}
            applied[:] = [limit for limit, size in sizes.items() if present[limit][0] != size]
            return [_set(limit, sizes[limit], present[limit][1] + 1) for limit in applied]

        await self._store.journal.commit(decide)
        return applied

    async def recover(self) -> Sequence[str]:
        """Charge what dead processes left set aside, and return a sentence on it.

        A call is theirs when its run lost its holder, or when nobody settled it for longer than any call may last.
        """
        left = await self._store.database.read(self._left)
        if not left:
            return []
        done: list[Reservation] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            done[:] = [each for each in left if tx.call_status(each.id) is CallStatus.RESERVED]
            return [self.purse.settled(each, ABANDONED) for each in done]

        await self._store.journal.commit(decide)
        return [_said(done)] if done else []

    def _left(self, connection: Connection) -> Sequence[Reservation]:
        now = self._store.clock.now()
        oldest = stamp(now - timedelta(seconds=self._policy.abandoned_after_seconds))
        calls = open_calls(connection, self._store.tenant)
        if not calls:
            return []
        lost = abandoned_tasks(connection, self._store.tenant, stamp(now), TaskType.ARENA_RUN)
        runs = {task.subject for task in lost}
        return [each for each, since in calls if each.request.run_id in runs or since <= oldest]

    async def _read(self, query: Callable[..., T]) -> T:
        return await self._store.database.read(partial(query, tenant=self._store.tenant))

    def _outlook(self, connection: Connection) -> Outlook:
        today, tenant = self.purse.today(), self._store.tenant
        return Outlook(
            now=self._store.clock.now(),
            days=cost_lines(
                connection, tenant, CostAxis.DAY, month_start(today), known=self._cells
            ),
            budgets=self._lines(connection),
            warnings=warnings_on(connection, tenant, today),
        )

    def _gauge(self, connection: Connection) -> DayGauge:
        today, tenant = self.purse.today(), self._store.tenant
        told, held = limits_set(connection, tenant), balances_on(connection, tenant, today)
        lines = budget_lines(self._policy.sizes(), told, held, {})
        (line,) = [each for each in lines if each.limit is Limit.DAY]
        return DayGauge(line=line, warnings=warnings_on(connection, tenant, today))

    def _lines(self, connection: Connection) -> Sequence[BudgetLine]:
        tenant = self._store.tenant
        return budget_lines(
            self._policy.sizes(),
            limits_set(connection, tenant),
            balances_on(connection, tenant, self.purse.today()),
            own_budgets(registered_profiles(connection, tenant)),
        )


ABANDONED = Charge(
    cost=None,
    cost_source=CostSource.UNKNOWN,
    status=CallStatus.ABANDONED,
    code="ABANDONED",
)
"""Nobody knows how such a call ended: the provider may well have answered it, so the worst case is counted."""


def own_budgets(profiles: Sequence[AgentProfile]) -> Mapping[str, Mapping[Limit, int]]:
    """Return the budgets that profiles have of their own, by their name."""
    return {
        profile.name: {
            limit: nanos_of(budget)
            for limit, budget in (
                (Limit.PROFILE_DAY, profile.budget_per_day),
                (Limit.PROFILE_RUN, profile.budget_per_run),
            )
            if budget is not None
        }
        for profile in profiles
    }


def _set(limit: Limit, size: int | None, version: int) -> Event:
    counts = limit in COUNTED
    payload: dict[str, JsonValue] = {
        "limit": limit.value,
        "sizeUsd": None if counts or size is None else str(usd_of(size)),
        "sizeCalls": size if counts else None,
        "version": version,
    }
    return Event(stream=f"budget:{limit}", type="budget.set", payload=payload)


def _said(left: Sequence[Reservation]) -> str:
    worst = sum(nanos_of(each.reserved) for each in left)
    calls = "1 model call" if len(left) == 1 else f"{len(left)} model calls"
    return f"{calls} left by a process that ended: counted with the worst case, {dollars(worst)}"
