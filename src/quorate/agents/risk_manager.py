"""The rule risk manager: how much, where to get out, and when not at all. It never votes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import isfinite
from typing import Final

from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import AgentProfile
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import Answer, Sizing, SizingKind
from quorate.market.regime import Regime
from quorate.market.view import SymbolView

CENT: Final = Decimal("0.01")
FINE_TICK: Final = Decimal("0.0001")
"""US prices from $1 move in cents, below in hundredths of one. Source: SEC Rule 612."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exits:
    """Where an entry at `close` would be left, in the session's own dollars."""

    close: Decimal
    stop: Decimal
    target: Decimal

    @property
    def is_possible(self) -> bool:
        """Return whether both are prices, one on each side of the close."""
        return 0 < self.stop < self.close < self.target


@dataclass(frozen=True, slots=True)
class RuleRiskManager:
    """Caps an entry, sets stop and target by ATR(14), vetoes in a bearish regime. DESIGN 14."""

    id: str = "risk_manager/1"

    def answer(self, view: SymbolView, profile: AgentProfile, policy: AgentsPolicy) -> Answer:
        """Return an entry's size and exits, or a veto on new risk; always ABSTAIN(not_a_voter)."""
        regime = view.regime
        if regime.regime is Regime.BEARISH:
            return _veto(view.symbol, f"the regime is bearish: {regime.reason}", "bearish_regime")
        exits = exits_by_atr(view, policy)
        if exits is None or not exits.is_possible:
            return _veto(view.symbol, "no stop can be placed by ATR(14)", "no_stop")
        return _entry(view.symbol, exits, policy, horizon=profile.horizon)


def exits_by_atr(view: SymbolView, policy: AgentsPolicy) -> Exits | None:
    """Return stop and target around the close, None before there is an ATR(14).

    Both are rounded up to a tick, so that the reward is never less than asked for.
    """
    atr = view.to_raw(view.atr14)
    if not isfinite(atr):
        return None
    close, distance = view.close, policy.stop_atr * Decimal(repr(atr))
    return Exits(
        close=close,
        stop=to_tick(close - distance),
        target=to_tick(close + policy.reward_to_risk * distance),
    )


def to_tick(price: Decimal) -> Decimal:
    """Return `price` rounded up to the next price that can be quoted."""
    return price.quantize(CENT if price >= 1 else FINE_TICK, rounding=ROUND_CEILING)


def _veto(symbol: Symbol, cause: str, flag: str) -> Answer:
    return Answer(
        symbol=symbol,
        action=Action.ABSTAIN,
        reason=AbstainReason.NOT_A_VOTER,
        rationale=f"No new risk, {cause}.",
        veto=True,
        risk_flags=(flag,),
    )


def _entry(symbol: Symbol, exits: Exits, policy: AgentsPolicy, *, horizon: int) -> Answer:
    share = policy.entry_pct_equity
    return Answer(
        symbol=symbol,
        action=Action.ABSTAIN,
        reason=AbstainReason.NOT_A_VOTER,
        rationale=(
            f"An entry at {exits.close} may take {100 * share:f} % of equity, with its stop at "
            f"{exits.stop} ({policy.stop_atr:f} ATR) and its target at {exits.target}."
        ),
        sizing=Sizing(kind=SizingKind.PCT_EQUITY, value=share),
        stop=exits.stop,
        target=exits.target,
        horizon=horizon,
        key_signals=(f"stop {exits.stop}", f"target {exits.target}"),
    )
