"""Which way an order goes."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Long only: SELL never sells more than is held. A round on record tells the name, a broker is told the value."""

    BUY = "buy"
    SELL = "sell"
