"""The calls that have not ended: those under way, and those that dead processes left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, RowMapping, select

from quorate.adapters.sql.budgets import BUDGET_DAYS
from quorate.adapters.sql.calls import LLM_CALLS
from quorate.kernel.ids import BookName, RunId, Tenant, TraceId
from quorate.llm.budget import CallStatus, Reservation, ReservationRequest
from quorate.llm.call import ModelId, Purpose
from quorate.llm.nanos import usd_of
from quorate.llm.tier import Tier


def open_calls(connection: Connection, tenant: Tenant) -> Sequence[tuple[Reservation, str]]:
    """Return the calls that have not ended, the oldest first, and when money was set aside for each."""
    days = select(BUDGET_DAYS.c.day).where(
        BUDGET_DAYS.c.tenant == tenant, BUDGET_DAYS.c.open_calls > 0
    )
    query = select(LLM_CALLS).where(
        LLM_CALLS.c.tenant == tenant,
        LLM_CALLS.c.day.in_(days),
        LLM_CALLS.c.status == CallStatus.RESERVED.value,
    )
    rows = connection.execute(query).mappings().all()
    in_order = sorted(rows, key=lambda row: str(row["call_id"]))
    return [(_reservation(row), row["reserved_at"]) for row in in_order]


def _reservation(row: RowMapping) -> Reservation:
    worst = None if row["reserved"] is None else usd_of(row["reserved"])
    request = ReservationRequest(
        call_id=row["call_id"],
        logical_id=row["logical_id"],
        run_id=RunId(row["run_id"]) if row["run_id"] else None,
        profile=row["profile"],
        tier=Tier(row["tier"]),
        purpose=Purpose(row["purpose"]),
        model=ModelId(row["provider"], row["model"]),
        worst_cost=worst,
        trace_id=TraceId(row["trace_id"]),
        book=BookName(row["book"]),
    )
    return Reservation(
        id=request.call_id,
        request=request,
        reserved=worst or usd_of(0),
        day=date.fromisoformat(row["day"]),
    )
