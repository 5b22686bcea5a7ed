"""Backtesting: how entries in a setting like today's fared before; an entry whose setting did not pay is not taken."""

from __future__ import annotations

from typing import Final

from quorate.agents.policy import AgentsPolicy
from quorate.backtest import Costs, GateFinding, GatePolicy, judged
from quorate.cycle.analysis import analysis_of, fetch_of
from quorate.cycle.entry_exits import exits_of
from quorate.cycle.ports import Market, StepResult
from quorate.cycle.record import RecordedCycle
from quorate.kernel.action import FinalAction
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import Decision
from quorate.kernel.errors import RejectedError
from quorate.kernel.step_message import StepName
from quorate.market.view import SymbolView


class Backtesting:
    """The third step. Source: R-010, DESIGN 8 (Backtest gate)."""

    name: Final = StepName.BACKTESTING

    def __init__(
        self, market: Market, costs: Costs, policy: GatePolicy, agents: AgentsPolicy
    ) -> None:
        self._market = market
        self._costs = costs
        self._policy = policy
        self._agents = agents

    async def run(self, cycle: RecordedCycle) -> StepResult:
        """Say of every BUY whether its setting passes the gate, by which figures and with which exits."""
        bought = [made.decision for made in analysis_of(cycle).of(FinalAction.BUY)]
        as_of = fetch_of(cycle).as_of
        views = await self._market.views([made.symbol for made in bought], as_of) if bought else {}
        results: dict[str, JsonValue] = {
            str(made.symbol): self._result(made, views.get(made.symbol)) for made in bought
        }
        return StepResult(data={"backtest_results": results}, idle=not bought)

    def _result(self, decision: Decision, view: SymbolView | None) -> dict[str, JsonValue]:
        exits = None if view is None else exits_of(decision, view, self._agents)
        if view is None or exits is None:
            return _refused("without a stop below the close nothing can be tested")
        plan = exits.plan(view.close)
        try:
            found = judged(view.series, view.index, plan, self._costs, self._policy)
        except RejectedError as error:
            return _refused(error.cause)
        return {**_told(found), "exits": exits.payload()}


def _told(found: GateFinding) -> dict[str, JsonValue]:
    statistics = found.statistics
    return {
        "passed": found.passes,
        "trades": statistics.trades,
        "winRate": statistics.win_rate,
        "maxDrawdown": statistics.max_drawdown,
        "meanReturn": statistics.mean_return,
        "refusals": list(found.refusals),
    }


def _refused(why: str) -> dict[str, JsonValue]:
    return {
        "passed": False,
        "trades": 0,
        "winRate": None,
        "maxDrawdown": None,
        "meanReturn": None,
        "refusals": [why],
        "exits": None,
    }
