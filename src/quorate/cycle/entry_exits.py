"""The exits of an entry: its stop, target and horizon, as decided or by the house's rule. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.agents.policy import AgentsPolicy
from quorate.agents.risk_manager import exits_by_atr
from quorate.arena.record.facts import Facts
from quorate.backtest import ExitPlan
from quorate.backtest.plan import MAX_HORIZON
from quorate.kernel.canonical import JsonValue
from quorate.kernel.decision import Decision
from quorate.market.view import SymbolView

HORIZON: Final = 20
"""Sessions that an entry is held for where nobody said: those of the rule agents' profiles. Source: DESIGN 14."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryExits:
    """Where an entry is left: prices in the session's own USD, `horizon` in sessions."""

    stop: Decimal
    target: Decimal | None
    horizon: int

    def plan(self, close: Decimal) -> ExitPlan:
        """Return the exits as distances from an entry at `close`."""
        target = None if self.target is None else float(self.target / close - 1)
        return ExitPlan(stop=float(1 - self.stop / close), horizon=self.horizon, target=target)

    def payload(self) -> dict[str, JsonValue]:
        """Return the exits as the gate's message has them."""
        return {
            "stop": format(self.stop, "f"),
            "target": None if self.target is None else format(self.target, "f"),
            "horizon": self.horizon,
        }


def exits_of(decision: Decision, view: SymbolView, agents: AgentsPolicy) -> EntryExits | None:
    """Return the exits of a BUY: its own, and where it names none the house's of 2 and 3 ATR(14).

    None where no stop below the close can be told. A target that is not above the close is none.
    """
    house = exits_by_atr(view, agents)
    usable = house if house is not None and house.is_possible else None
    stop = decision.stop or (usable.stop if usable else None)
    target = decision.target or (usable.target if usable else None)
    if stop is None or not 0 < stop < view.close:
        return None
    return EntryExits(
        stop=stop,
        target=target if target is not None and target > view.close else None,
        horizon=min(decision.horizon or HORIZON, MAX_HORIZON),
    )


def read_exits(told: Facts) -> EntryExits:
    """Return the exits that `EntryExits.payload` wrote."""
    return EntryExits(
        stop=told.value("stop", Decimal),
        target=told.optional("target", Decimal),
        horizon=told.count("horizon"),
    )
