"""Workers and their fleet as a test says them."""

from dataclasses import replace
from datetime import timedelta

from quorate.adapters.sql.fleet import WorkerCounts
from quorate.bootstrap.fleet.facet import FleetOverview, HeldLine, WorkerLine
from quorate.fleet.policy import Analyses
from quorate.fleet.roster import Standing, WorkerRecord
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON

RECORD = WorkerRecord(
    worker="Analyst.01",
    agent_type="worker",
    capabilities={"sovereign_access": True, "trading_analysis": True, "backtest": False},
    standing=Standing.READY,
    node="n1",
    changed_at=stamp(NOON),
)
HELD = HeldLine(
    task_id="tsk_1",
    type="trading_analysis",
    token=812,
    state="EXECUTING",
    lease_until=stamp(NOON + timedelta(seconds=26)),
)


def worker(state="idle", *, age=4.0, is_live=True, holds=(), counts=None, **record):
    return WorkerLine(
        record=replace(RECORD, **record),
        state=state,
        is_live=is_live,
        heartbeat_age_s=age,
        holds=holds,
        counts=counts or WorkerCounts(),
    )


def overview(*workers, waiting=0, recoveries=0, analyses=Analyses.AUTO):
    return FleetOverview(
        nodes=("n1",),
        workers=workers,
        leases_held=sum(len(each.holds) for each in workers),
        waiting=waiting,
        waiting_p95_s=None,
        recoveries=recoveries,
        dead_after_s=45.0,
        analyses=analyses,
    )
