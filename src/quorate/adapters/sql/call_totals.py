"""What the calls of one run come to, as the home counts them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.competitions import counted_cost
from quorate.kernel.ids import RunId, Tenant
from quorate.kernel.money import Usd
from quorate.llm.tier import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTotals:
    """`counted` is the known cost, or the worst case where nobody knows it; `power_calls` were made or begun."""

    counted: Usd
    power_calls: int


def call_totals(connection: Connection, tenant: Tenant, run_id: RunId) -> CallTotals:
    """Return what a run's calls come to so far."""
    of = LLM_CALLS.c
    power = select(func.count()).where(
        of.tenant == tenant, of.run_id == run_id, of.tier == Tier.POWER.value
    )
    return CallTotals(
        counted=counted_cost(connection, tenant, run_id),
        power_calls=int(connection.execute(power).scalar() or 0),
    )
