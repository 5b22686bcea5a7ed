"""Which cycle an arena run belongs to: it was asked for by the cycle, or the cycle carries out what it decided."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from quorate.adapters.sql.cycles import CYCLES
from quorate.adapters.sql.statement import Statement, rows_of
from quorate.kernel.ids import CycleId, RunId, Tenant

_OF_RUN = Statement(
    select(CYCLES.c.cycle_id).where(
        CYCLES.c.tenant == bindparam("tenant"), CYCLES.c.run_id == bindparam("run_id")
    )
)


def cycle_of_run(connection: Connection, tenant: Tenant, run_id: RunId) -> CycleId | None:
    """Return the cycle whose analysis a run is, None where it is none's."""
    rows = rows_of(connection, _OF_RUN, {"tenant": tenant, "run_id": run_id})
    return next((CycleId(str(cycle_id)) for (cycle_id,) in rows), None)
