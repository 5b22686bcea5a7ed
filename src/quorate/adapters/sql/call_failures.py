"""The last call of each profile that failed, of the days since one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, and_, func, select

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.kernel.ids import Tenant
from quorate.llm.call_record import CallFailure


def last_failures(connection: Connection, tenant: Tenant, since: date) -> Mapping[str, CallFailure]:
    """Return the newest failed call of each profile by its name, of the UTC days from `since` on."""
    calls = LLM_CALLS.c
    failed = and_(
        calls.tenant == tenant,
        calls.day >= since.isoformat(),
        calls.code != "",
        calls.settled_at != "",
    )
    newest = (
        select(calls.profile, func.max(calls.settled_at).label("at"))
        .where(failed)
        .group_by(calls.profile)
        .subquery()
    )
    query = select(calls.profile, calls.code, calls.settled_at).join(
        newest, and_(failed, calls.profile == newest.c.profile, calls.settled_at == newest.c.at)
    )
    return {profile: CallFailure(code, at) for profile, code, at in connection.execute(query)}
