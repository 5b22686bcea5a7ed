"""What a fill costs and how much one may risk: the same numbers for every book that is compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.kernel.errors import RejectedError

MAX_RISK: Final = Decimal("0.01")
"""The share of equity that an entry may lose at its stop: a constant, not a setting. Source: R-027, DESIGN 8, L3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioPolicy:
    """Fill costs and the limits of an entry; shares are of equity, in (0, 1]."""

    slippage_bps: Decimal = Decimal(5)
    """How much worse than the bar's price a market order fills, in hundredths of a percent. Ours."""

    fee_per_fill_usd: Decimal = Decimal(0)
    """What one fill costs, in USD. Source: Alpaca charges no commission on US equities."""

    max_order_equity: Decimal = Decimal("0.05")
    """The largest entry. Source: RELIABILITY 3, check 11."""

    max_order_usd: Decimal = Decimal(5000)
    """The largest entry in USD. Source: RELIABILITY 3, check 11."""

    max_order_shares: Decimal = Decimal(500)
    """The largest entry in shares. Source: RELIABILITY 3, check 12."""

    max_volume_share: Decimal = Decimal("0.01")
    """The largest entry as a share of the mean volume of 20 sessions. Source: RELIABILITY 3, check 12."""

    max_position_equity: Decimal = Decimal("0.10")
    """The largest position in one symbol. Source: RELIABILITY 3, check 14."""

    max_cash_share: Decimal = Decimal("0.95")
    """How much of the cash an entry may use. Source: RELIABILITY 3, check 15."""

    max_daily_loss: Decimal = Decimal("0.02")
    """A session that lost this share of equity ends new risk for the day. Source: RELIABILITY 3, check 20."""

    max_drawdown: Decimal = Decimal("0.10")
    """A book this far below its peak takes no new risk. Source: RELIABILITY 3, check 20."""

    def __post_init__(self) -> None:
        """Refuse numbers with which a book could not be kept."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"portfolio policy: {rule}", effect="nothing was run")

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        shares = {
            "max_order_equity": self.max_order_equity,
            "max_volume_share": self.max_volume_share,
            "max_position_equity": self.max_position_equity,
            "max_cash_share": self.max_cash_share,
            "max_daily_loss": self.max_daily_loss,
            "max_drawdown": self.max_drawdown,
        }
        return (
            (_within(self.slippage_bps, 0, 1000), "slippage_bps is in [0, 1000]"),
            (_within(self.fee_per_fill_usd, 0, 1000), "fee_per_fill_usd is in [0, 1000]"),
            (_within(self.max_order_usd, 1, 10**12), "max_order_usd is in [1, 10^12]"),
            (_within(self.max_order_shares, 1, 10**9), "max_order_shares is in [1, 10^9]"),
            *((_is_share(share), f"{name} is in (0, 1]") for name, share in shares.items()),
        )


def _within(value: Decimal, least: int, most: int) -> bool:
    return value.is_finite() and least <= value <= most


def _is_share(value: Decimal) -> bool:
    return value.is_finite() and 0 < value <= 1
