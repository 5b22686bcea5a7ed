"""One session's prices and volume: as read from a source, and after the checks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

NOT_A_NUMBER = Decimal("NaN")


class Bar(NamedTuple):
    """A sound daily bar in the unadjusted dollars of its session."""

    session: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class RawBar(NamedTuple):
    """A daily row as a source states it, unchecked; what was not a number is `NOT_A_NUMBER`.

    The last three are what a source may tell about corporate actions: the back-adjusted close (it
    knows the future, so it ends here), the cash paid per share, and new shares per old share.
    """

    session: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    adj_close: Decimal | None = None
    dividend: Decimal | None = None
    split: Decimal | None = None

    @property
    def bar(self) -> Bar:
        """Return what a series keeps of this row: numbers alone, however they were written."""
        return Bar(
            self.session,
            without_trailing_zeros(self.open),
            without_trailing_zeros(self.high),
            without_trailing_zeros(self.low),
            without_trailing_zeros(self.close),
            without_trailing_zeros(self.volume),
        )

    @property
    def tells_split(self) -> bool:
        """Tell whether the source's own column names a split; many write 0 or 1 for none."""
        return self.split is not None and self.split not in {0, 1}


def without_trailing_zeros(number: Decimal) -> Decimal:
    """Return `number` as the shortest plain decimal of the same value: 130.10 and 130.1 are one."""
    return Decimal(format(number.normalize(), "f"))
