"""How a trade is left: its stop, its target and its horizon, as distances from the price it was entered at."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.kernel.errors import RejectedError

MAX_HORIZON = 252
"""A year of sessions: beyond it a history knows too few outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPlan:
    """Distances are shares of the entry's price (0.05 is 5 %), `horizon` counts sessions held; None is no exit."""

    stop: float
    horizon: int
    target: float | None = None

    def __post_init__(self) -> None:
        """Refuse a plan that never ends, or ends before it begins."""
        for holds, rule in (
            (0 < self.stop < 1, "the stop is a share in (0, 1) below the entry"),
            (self.target is None or self.target > 0, "the target is above the entry"),
            (1 <= self.horizon <= MAX_HORIZON, f"the horizon is in [1, {MAX_HORIZON}] sessions"),
        ):
            if not holds:
                raise RejectedError(f"a backtest needs an exit: {rule}", effect="nothing was run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a trade costs, in basis points of its value a side: the broker's fee and the slippage."""

    fee_bps: float = 0.0
    """Alpaca charges no commission on stocks."""

    slippage_bps: float = 5.0
    """Ours: half of a liquid large cap's spread and a little impact."""

    def __post_init__(self) -> None:
        """Refuse costs that would pay for trading."""
        if not all(0 <= each <= 1000 for each in (self.fee_bps, self.slippage_bps)):
            raise RejectedError(
                "fee_bps and slippage_bps are in [0, 1000]", effect="nothing was run"
            )

    @property
    def share(self) -> float:
        """Return what one side costs, as a share of its value."""
        return (self.fee_bps + self.slippage_bps) / 10_000
