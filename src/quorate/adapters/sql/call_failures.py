"""The last call of each profile that failed, of the days since one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, literal_column, select

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.kernel.ids import Tenant
from quorate.llm.call_record import CallFailure


def last_failures(connection: Connection, tenant: Tenant, since: date) -> Mapping[str, CallFailure]:
    """Return the newest failed call of each profile by its name, of the UTC days from `since` on."""
    calls = LLM_CALLS.c
    query = select(calls.profile, calls.code, calls.settled_at).where(
        calls.tenant == tenant,
        calls.code != literal_column("''"),
        calls.settled_at != "",
        calls.day >= since.isoformat(),
    )
    in_order = query.order_by(calls.profile, calls.settled_at)
    return {profile: CallFailure(code, at) for profile, code, at in connection.execute(in_order)}
