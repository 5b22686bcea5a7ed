"""The fill model: at which price a market order is believed to fill, and when a protective exit does.

An exit whose price the session gapped over fills at the open; a bar that touched both stop and target counts as the
stop. Source: DESIGN 8 (Backtest gate).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, NamedTuple

from quorate.market.bar import Bar
from quorate.portfolio.lot import FillReason, Lot

TICK: Final = Decimal("0.0001")
BASIS_POINT: Final = Decimal("0.0001")


class Exit(NamedTuple):
    """Why and at which price of the bar, before slippage, a lot is left."""

    reason: FillReason
    price: Decimal


def bought_at(price: Decimal, slippage_bps: Decimal) -> Decimal:
    """Return what a buyer pays per share where the bar says `price`, rounded up to a tick."""
    return (price * (1 + slippage_bps * BASIS_POINT)).quantize(TICK, rounding=ROUND_CEILING)


def sold_at(price: Decimal, slippage_bps: Decimal) -> Decimal:
    """Return what a seller gets per share where the bar says `price`, rounded down to a tick."""
    return (price * (1 - slippage_bps * BASIS_POINT)).quantize(TICK, rounding=ROUND_FLOOR)


def protective_exit(lot: Lot, bar: Bar) -> Exit | None:
    """Return how a lot that is held over `bar` is left by its own exits, None where it stays.

    The horizon ends at the close of the session that makes it full, stop and target come before it.
    """
    return _stopped(lot, bar) or _reached(lot, bar) or _expired(lot, bar)


def _stopped(lot: Lot, bar: Bar) -> Exit | None:
    if lot.stop is None or bar.low > lot.stop:
        return None
    return Exit(FillReason.STOP, min(bar.open, lot.stop))


def _reached(lot: Lot, bar: Bar) -> Exit | None:
    if lot.target is None or bar.high < lot.target:
        return None
    return Exit(FillReason.TARGET, max(bar.open, lot.target))


def _expired(lot: Lot, bar: Bar) -> Exit | None:
    if lot.horizon is None or lot.sessions + 1 < lot.horizon:
        return None
    return Exit(FillReason.HORIZON, bar.close)
