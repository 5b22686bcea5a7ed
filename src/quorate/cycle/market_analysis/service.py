"""Market analysis: the arena decides on every symbol that was fetched."""

from __future__ import annotations

from typing import Final

from quorate.arena.record import RunStatus
from quorate.cycle.analysis import analysis_data, fetch_of
from quorate.cycle.ports import Analyst, StepResult
from quorate.cycle.record import RecordedCycle
from quorate.kernel.errors import UnavailableError
from quorate.kernel.step_message import StepName


class MarketAnalysis:
    """The second step. Source: R-010, DESIGN 8."""

    name: Final = StepName.MARKET_ANALYSIS

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst

    async def run(self, cycle: RecordedCycle) -> StepResult:
        """Say what the arena decided, and the regimes.

        Raises:
            UnavailableError: the run did not complete.
        """
        fetch = fetch_of(cycle)
        run = await self._analyst.analysed(cycle.facts, tuple(fetch.closes), fetch.as_of)
        if run.status is not RunStatus.COMPLETED:
            raise UnavailableError(
                f"the run {run.run_id} {run.status}: {run.end.reason} {run.end.detail}".strip(),
                source="arena",
            )
        return StepResult(data=analysis_data(run, fetch))
